"""Flags: one a cause. Failed verdicts that share a cell are one cause; the engine, where it can, names the culprit.

Read from checks.chk_failing, checks.chk_verdict_figure and checks.suspicion after the gate has chosen; written to checks.flag,
flag_verdict, flag_figure, verdict_store and, on the holds of the run, flag_id. Severity shadow raises no flag; soft verdicts
raise at most a warning.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from khuyencong.culprits.failed_nodes import naming_submission
from khuyencong.culprits.suspicions import (
    LEAST_BELIEVED,
    LEAST_BELIEVED_OF_MANY,
    Hypothesis,
    Suspicion,
    read_suspicions,
)
from khuyencong.flags.causes import Suspicions, group_causes
from khuyencong.flags.national import read_money_indicators, read_national, read_recorded, read_stop_pct
from khuyencong.flags.priority import Priority, effects_of, queue
from khuyencong.flags.rows import Flag, read_failed, store_verdicts, write_flags
from khuyencong.flags.scale import with_wrong_units
from khuyencong.flags.suspicion_words import UNIT_SENTENCES, found_sentences
from khuyencong.flags.words import FailedVerdict, FlagCell, explanation_of

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


@dataclass(frozen=True)
class FlagCounts:
    """Flags open after tonight, opened tonight, closed tonight."""

    open: int
    opened: int
    closed: int


def raise_flags(connection: Connection, run_key: int, as_of: datetime) -> FlagCounts:
    """Write tonight's flags: new ones opened, those whose cause is gone closed. `as_of` is the moment of the run."""
    with connection, connection.cursor() as cursor:
        failed = read_failed(cursor)
        suspicions = with_wrong_units(failed, read_suspicions(cursor))
        flags = []
        for group in group_causes(failed, suspicions):
            with naming_submission(group[0].submission_key, "A flag"):
                flags.append(_flag(group, suspicions))
        priorities = _prioritise(cursor, run_key, flags)
        cursor.execute("select flag_id from checks.flag where closed_run is null")
        before = {row[0] for row in cursor}
        write_flags(cursor, run_key, flags, priorities)
        store_verdicts(cursor, run_key)
        now = {flag.flag_id for flag in flags}
        cursor.execute(
            "update checks.flag set closed_run = %s where closed_run is null and flag_id <> all (%s)",
            (run_key, sorted(now)),
        )
    return FlagCounts(len(now), len(now - before), len(before - now))


def _prioritise(cursor: Cursor, run_key: int, flags: Sequence[Flag]) -> dict[str, Priority]:
    submissions = {cell.submission_key for f in flags for v in f.verdicts for cell in v.cells}
    submissions |= {place[0] for f in flags for hypothesis in f.hypotheses for place in hypothesis.places}
    recorded = read_recorded(cursor, sorted(submissions))
    effects = {
        f.flag_id: effects_of(f.verdicts, f.hypotheses, [cell.place for cell in f.suspected], recorded) for f in flags
    }
    blocking = {f.flag_id for f in flags if f.severity == "block"}
    money, stop_pct = read_money_indicators(cursor), read_stop_pct(cursor)
    return queue(effects, read_national(cursor, run_key), money, blocking, stop_pct)


def _flag(verdicts: list[FailedVerdict], suspicions: Suspicions) -> Flag:
    cells = {cell.place: cell for verdict in verdicts for cell in verdict.cells}
    found = _suspicion_of(verdicts, suspicions)
    named = _named(found, cells)
    judged = found.submission_key if found and named else None
    lead = max(
        verdicts,
        key=lambda v: (
            v.submission_key == judged, v.scale_power is not None, v.effective_severity == "block", abs(v.difference), v.rule_id
        ),
    )
    if named:
        figures = {cell.figure_key for hypothesis in named for cell in hypothesis.cells}
        places = {place for hypothesis in named for place in hypothesis.places}
    else:
        counts = Counter(cell.place for verdict in verdicts for cell in verdict.cells)
        places = {place for place in cells if counts[place] == max(counts.values())}
        figures = {cells[place].figure_key for place in places}
    vi, en = explanation_of(verdicts, lead)
    is_unit = all(verdict.unit_exponent is not None for verdict in verdicts)
    if is_unit and not named:
        found_vi, found_en = UNIT_SENTENCES
    else:
        found_vi, found_en = found_sentences(found, named) if found else ("", "")
    is_named = bool(found and named and not found.is_undecided)
    best = named[0] if is_named else None
    return Flag(
        flag_id=_flag_id(verdicts, cells.values()),
        submission_key=lead.submission_key,
        unit_key=lead.unit_key,
        form_code=lead.form_code,
        period_end=lead.period_end,
        severity="block" if any(verdict.effective_severity == "block" for verdict in verdicts) else "warn",
        verdicts=tuple(verdicts),
        suspected=tuple(cells[place] for place in sorted(cells) if place in places),
        suspected_figures=tuple(sorted(figures)),
        mechanism=best.mechanism if best else "unit" if is_unit else None,
        confidence=named[0].confidence if named else None,
        suggested_value=best.cells[0].suggested if best and len(best.cells) == 1 else None,
        hypotheses=found.hypotheses if found else (),
        explanation_vi=f"{vi} {found_vi}".strip(),
        explanation_en=f"{en} {found_en}".strip(),
    )


def _suspicion_of(verdicts: Iterable[FailedVerdict], suspicions: Suspicions) -> Suspicion | None:
    """What was found about most of the verdicts."""
    counts = Counter((s.submission_key, s.number) for v in verdicts if (s := suspicions.get(v.key)) is not None)
    if not counts:
        return None
    most = min(counts, key=lambda key: (-counts[key], key))
    return next(s for v in verdicts if (s := suspicions.get(v.key)) and (s.submission_key, s.number) == most)


def _named(found: Suspicion | None, cells: Mapping[tuple[int, str, int, str], FlagCell]) -> list[Hypothesis]:
    """The hypotheses that name suspects: the best, or all when no one can say; of several events the cells of this flag."""
    least = LEAST_BELIEVED_OF_MANY if found is not None and found.is_undecided else LEAST_BELIEVED
    if found is None or not found.hypotheses or found.hypotheses[0].confidence < least:
        return []
    chosen = found.hypotheses if found.is_undecided else found.hypotheses[:1]
    return [one.within(cells) if "+" in one.mechanism else one for one in chosen]


def _flag_id(verdicts: Iterable[FailedVerdict], cells: Iterable[FlagCell]) -> str:
    """A stable name: figure keys and values; a cause without figures is named by its rules and reports."""
    figures: list[tuple[str, ...]] = sorted((cell.figure_key, str(cell.reported_value)) for cell in cells)
    content = figures or sorted((v.rule_id, v.unit_key, v.form_code, str(v.period_end)) for v in verdicts)
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]
