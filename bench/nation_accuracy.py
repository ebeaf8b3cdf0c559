"""Accuracy on the sample nation's own forms: nations of several seeds, many errors planted in each, each judged by a night.

Every nation is a small one (to a day of its first year), with errors in about every fourth report and everything else that
the scenario asks for (late, lost, revised …). What the night said of each error is its flags; the baselines are asked about
the same failed verdicts: all cells of the rules that failed, and Fellegi–Holt with a random tie (the expected share of the
minimal sets of cells that name the error). All three are right by one measure (planted_flags.is_named).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from bench.judged_nights import JudgedNight, Part
from bench.planted_flags import FiledCell, NightFlag, filed_cells, is_named, judge
from bench.planted_truth import HARMLESS
from bench.shares import calibration, share, wilson, with_interval

# 2025 is the nation that thresholds were chosen on, 20250701 the scenario's own seed.
NATION_TUNING_SEEDS = (7, 101, 2025, 20250701)
NATION_REPORT_SEEDS = (202, 909, 1303, 1811, 2203, 2617, 3001, 3413)
UNTIL = date(2025, 6, 30)
EACH = 12
MEASURES = (
    "flagged", "first", "top3", "sure", "given", "right", "rules_cells", "rules_share", "fellegi_holt", "is_asked",
)  # fmt: skip


def scores_of(night: JudgedNight) -> dict[str, list[dict[str, float]]]:
    """By kind, what each error came to; errors without cells are only flagged or not."""
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for error in night.errors:
        if error.expected == "flag":
            found[error.kind].append(judge(error, night.flags) | _baselines(filed_cells(error), night.parts))
    return found


def _baselines(planted: frozenset[FiledCell], parts: Iterable[Part]) -> dict[str, float]:
    """Of the part that does best: whether it marks the error and nothing else, the share of what it marks that is wrong, and
    the expected rightness of a random one of its minimal sets; is_asked is 0 when none of its parts could be searched."""
    touched = [part for part in parts if part.cells & planted]
    asked = [part.minimal_sets for part in touched if part.minimal_sets]
    ties = [sum(is_named(one, planted) for one in sets) / len(sets) for sets in asked]
    return {
        "rules_cells": float(any(is_named(part.cells, planted) for part in touched)),
        "rules_share": max((len(part.cells & planted) / len(part.cells) for part in touched), default=0.0),
        "fellegi_holt": max(ties, default=0.0),
        "is_asked": float(bool(asked)),
    }


def clean_flagged(night: JudgedNight) -> tuple[int, list[NightFlag]]:
    """How many reports are clean, and the flags on clean reports that nothing planted accounts for.

    Accounted for is a flag that compares with, or suspects, a report with an error; one of a unit that lost a report, or sent
    one back, or left lines out, or took such a unit in; and one on a project that a planted error is about: there the
    counterpart is missing.
    """
    spoilt = [error for error in night.errors if error.kind not in HARMLESS]
    wrong = {error.path for error in spoilt}
    lacking = {error.unit_key for error in spoilt if not error.meant}
    lacking |= {after for unit_key in lacking for after in night.successors.get(unit_key, ())}
    projects = frozenset[str]().union(*(error.subjects for error in spoilt))
    clean = {path for path in night.judged if path not in wrong}
    return len(clean), [
        flag
        for flag in night.flags
        if flag.path in clean and flag.report[0] not in lacking and not (flag.paths & wrong or flag.projects & projects)
    ]


def told(night: JudgedNight) -> list[tuple[float, bool]]:
    """(confidence, was it right) of the first hypothesis of every flag that has one."""
    planted = [filed_cells(error) for error in night.errors if error.meant]
    return [
        (confidence, any(is_named(cells, one) for one in planted))
        for flag in night.flags
        for confidence, cells in flag.hypotheses[:1]
    ]


def summary(nights: Sequence[JudgedNight]) -> dict[str, Any]:
    """All nights together: by kind and over all errors with cells, clean reports flagged, calibration."""
    kinds: dict[str, list[dict[str, float]]] = defaultdict(list)
    for night in nights:
        for kind, scores in scores_of(night).items():
            kinds[kind] += scores
    has_cells = {error.kind for night in nights for error in night.errors if error.meant}
    every = [score for kind, scores in kinds.items() if kind in has_cells for score in scores]
    given = [score for score in every if score["given"]]
    clean = [clean_flagged(night) for night in nights]
    n_clean = sum(n for n, _ in clean)
    mistaken = {
        name: len({(i, flag.path) for i, (_, flags) in enumerate(clean) for flag in flags if flag.severity in severities})
        for name, severities in (("block", ("block",)), ("any", ("block", "warn")))
    }
    return {
        "n": len(every),
        "mean": {name: with_interval(every, name) for name in MEASURES},
        "fellegi_holt_where_asked": with_interval([score for score in every if score["is_asked"]], "fellegi_holt"),
        "value_given": round(share(every, "given"), 4),
        "value_right_when_given": with_interval(given, "right"),
        "kinds": {
            kind: {"n": len(scores)} | {name: round(share(scores, name), 3) for name in MEASURES}
            for kind, scores in kinds.items()
        },
        "clean": {"reports": n_clean}
        | {name: [n, *(round(end, 4) for end in wilson(n, n_clean))] for name, n in mistaken.items()},
        "calibration": calibration(pair for night in nights for pair in told(night)),
    }
