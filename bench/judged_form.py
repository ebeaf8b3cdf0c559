"""The reports of the SQL bench: 40 figures of form kinh-phi, 40 rules of one verdict each, and what must fail, by numpy.

The form, its columns and the language of the rules are the project's own; the rules are the bench's, without scope, so that
rules × submissions is verdicts. `expected_failures` judges the same sentences without SQL: intervals of printed digits, nearest
and truncated, over arrays.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy

STAGES = ("plan", "contracted", "advanced", "implemented", "disbursed", "settled", "refunded")
FUNDS = ("kcqg", "kcdp_t", "kcdp_h", "kcdp_x")
OTHERS = ("counterpart_implemented", "other_implemented")
TOTAL = "total_implemented"
MONEY = (*(f"{fund}_{stage}" for fund in FUNDS for stage in STAGES), *OTHERS, TOTAL)
COUNTS = ("KC-P07", "KC-E01", "KC-E03")  # local projects approved, contracted, accepted
LEVELS = FUNDS[1:]
PROJECTS = tuple(f"{indicator}/{level}" for indicator in COUNTS for level in LEVELS)
FIGURES = (*MONEY, *PROJECTS)
PLACE = {name: position for position, name in enumerate(FIGURES)}
ACTIVITIES = (*(f"A{n}" for n in range(1, 10)), "A99")
Line = tuple[str, str, dict[str, str], dict[str, int]]  # sheet, kind of line, keys, column → number


@dataclass(frozen=True)
class Sentence:
    """left operator right, sums of figures; `is_each` says it of each figure of the left alone, against 0."""

    left: tuple[str, ...]
    operator: str
    right: tuple[str, ...] = ()
    is_each: bool = False


def _sentences() -> tuple[Sentence, ...]:
    steps = ("settled", "disbursed", "contracted", "plan")
    pairs = [*zip(steps, steps[1:], strict=False), ("settled", "plan"), ("disbursed", "plan")]
    pairs += [("advanced", "contracted"), ("implemented", "plan")]
    found = []
    for fund in FUNDS:
        found += [Sentence((f"{fund}_{small}",), "<=", (f"{fund}_{large}",)) for small, large in pairs]
        found.append(Sentence((f"{fund}_refunded",), "<=", (f"{fund}_advanced", f"{fund}_disbursed")))
    for small, large in (COUNTS[1::-1], COUNTS[:0:-1]):
        found += [Sentence((f"{small}/{level}",), "<=", (f"{large}/{level}",)) for level in LEVELS]
    found.append(Sentence((TOTAL,), "==", (*(f"{fund}_implemented" for fund in FUNDS), *OTHERS)))
    found.append(Sentence(MONEY, ">=", is_each=True))
    return tuple(found)


SENTENCES = _sentences()


def rule_entries() -> dict[str, Any]:
    """The sentences in the rule language (expectations/rules), rule n named JB-n."""
    return {
        "defaults": {
            "judges": "kinh-phi", "version": 1, "level": 1, "missing": "undecided", "severity": "warn",
            "valid_from": date(2024, 1, 1), "vi": "Quy tắc đo tốc độ", "en": "A rule of the bench", "legal_basis": "bench",
        },
        "rules": [
            {
                "id": rule_name(number),
                "operator": sentence.operator,
                "left": _terms(sentence.left),
                "right": _terms(sentence.right) if sentence.right else 0,
            }
            | ({"each": True} if sentence.is_each else {})
            for number, sentence in enumerate(SENTENCES)
        ],
    }  # fmt: skip


def rule_name(number: int) -> str:
    """The rule_id of a sentence."""
    return f"JB-{number + 1:02}"


def _terms(figures: tuple[str, ...]) -> list[dict[str, Any]]:
    if figures[0] in MONEY:
        return [{"sheet": "money", "columns": list(figures)}]
    return [
        {"sheet": "projects", "columns": [level], "indicators": [indicator]}
        for indicator, level in (figure.split("/") for figure in figures)
    ]


def make_reports(n: int, dirty_share: float, seed: int) -> numpy.ndarray:
    """int64 (n, 40): figures as printed, money in whole million đồng; a share has one to three gross errors."""
    rng = random.Random(seed)
    reports = []
    for _ in range(n):
        report = _clean_report(rng)
        if rng.random() < dirty_share:
            for figure in rng.sample(FIGURES, rng.choices((1, 2, 3), (6, 3, 1))[0]):
                report[figure] = rng.choice((_thousandfold, _negative, _inflated))(rng, report[figure])
        reports.append([report[figure] for figure in FIGURES])
    return numpy.array(reports, dtype=numpy.int64)


def _clean_report(rng: random.Random) -> dict[str, int]:
    report: dict[str, int] = {}
    for fund in FUNDS:
        plan = rng.randrange(200, 20_000)
        contracted = rng.randrange(plan // 2, plan)
        disbursed = rng.randrange(contracted // 2, contracted)
        advanced, implemented = rng.randrange(contracted), rng.randrange(disbursed, contracted)
        row = (plan, contracted, advanced, implemented, disbursed, rng.randrange(disbursed), rng.randrange(disbursed // 2))
        report.update(zip((f"{fund}_{stage}" for stage in STAGES), row, strict=True))
    report.update({name: rng.randrange(5_000) for name in OTHERS})
    report[TOTAL] = sum(report[f"{fund}_implemented"] for fund in FUNDS) + sum(report[name] for name in OTHERS)
    for level in LEVELS:
        approved = rng.randrange(3, 60)
        contracted = rng.randrange(1, approved)
        report.update(zip((f"{c}/{level}" for c in COUNTS), (approved, contracted, rng.randrange(contracted)), strict=True))
    return report


def lines_of(report: numpy.ndarray) -> list[Line]:
    """The lines of one row of `make_reports`: one activity, and a line an indicator of the projects."""
    written = dict(zip(FIGURES, map(int, report), strict=True))
    money: Line = ("money", "detail", {"activity_code": "A1"}, {name: written[name] for name in MONEY})
    return [money, *_projects(written)]


def whole_reports(n: int, seed: int) -> list[list[Line]]:
    """n clean reports with every activity and the total line, nothing of one taken from another."""
    rng = random.Random(seed)
    reports = []
    for _ in range(n):
        each = {activity: _clean_report(rng) for activity in ACTIVITIES}
        lines: list[Line] = [
            ("money", "detail", {"activity_code": activity}, {name: report[name] for name in MONEY})
            for activity, report in each.items()
        ]
        lines.append(("money", "total", {}, {name: sum(report[name] for report in each.values()) for name in MONEY}))
        reports.append([*lines, *_projects(each["A1"])])
    return reports


def _projects(written: Mapping[str, int]) -> list[Line]:
    return [
        ("projects", "detail", {"indicator_code": indicator}, {level: written[f"{indicator}/{level}"] for level in LEVELS})
        for indicator in COUNTS
    ]


def _thousandfold(rng: random.Random, value: int) -> int:
    return value * 1000


def _negative(rng: random.Random, value: int) -> int:
    return -value


def _inflated(rng: random.Random, value: int) -> int:
    return value + 10 ** rng.randrange(1, 5)


def expected_failures(reports: numpy.ndarray) -> set[tuple[int, int]]:
    """(report, rule) of every sentence that fails, as the rules say it: not when rounding or truncation can explain it.

    Numbers are doubled, so that half a printed unit is whole; counts are exact.
    """
    is_money = numpy.array([figure in MONEY for figure in FIGURES])
    value = 2 * reports
    low, high = value - is_money, value + is_money
    cut_low, cut_high = value - 2 * (is_money & (reports <= 0)), value + 2 * (is_money & (reports >= 0))
    failed = set()
    for number, sentence in enumerate(SENTENCES):
        left, right = [PLACE[f] for f in sentence.left], [PLACE[f] for f in sentence.right]
        side = numpy.min if sentence.is_each else numpy.sum
        gap, gap_low, gap_high, cut_gap_low, cut_gap_high = (
            side(one[:, left], axis=1) - other[:, right].sum(axis=1)
            for one, other in ((value, value), (low, high), (high, low), (cut_low, cut_high), (cut_high, cut_low))
        )
        above = (gap > 0) & (gap_low > 0) & (cut_gap_low >= 0)
        below = (gap < 0) & (gap_high < 0) & (cut_gap_high <= 0)
        fails = {"<=": above, ">=": below, "==": above | below}[sentence.operator]
        failed.update((int(report), number) for report in numpy.flatnonzero(fails))
    return failed
