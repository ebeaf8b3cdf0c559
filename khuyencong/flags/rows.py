"""Failed verdicts out of the warehouse, and flags into it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from khuyencong.culprits.suspicions import Hypothesis
from khuyencong.flags.priority import Priority
from khuyencong.flags.scale_words import ScaleGauge
from khuyencong.flags.words import FailedVerdict, FlagCell
from warehouse.rows import rows_by_name
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


@dataclass(frozen=True)
class Flag:
    """One cause: its verdicts, its cells, and which of them are suspected.

    `hypotheses` are what the engine thinks may have happened, best first; `suggested_value` is given where it names one cell.
    """

    flag_id: str
    submission_key: int
    unit_key: str
    form_code: str
    period_end: date
    severity: str
    verdicts: tuple[FailedVerdict, ...]
    suspected: tuple[FlagCell, ...]
    suspected_figures: tuple[str, ...]
    mechanism: str | None
    confidence: float | None
    suggested_value: Decimal | None
    hypotheses: tuple[Hypothesis, ...]
    explanation_vi: str
    explanation_en: str


def read_failed(cursor: Cursor) -> list[FailedVerdict]:
    """Every failed verdict of a submission in force or under review, with its cells."""
    cursor.execute(read_statement(__package__, "failed_cells"))
    cells: dict[tuple[int, str, str], list[FlagCell]] = defaultdict(list)
    for row in rows_by_name(cursor):
        verdict = row.pop("judged_key"), row.pop("rule_id"), row.pop("scope_key")
        cells[verdict].append(FlagCell(**row))
    gauges = _read_gauges(cursor)
    cursor.execute(read_statement(__package__, "failed_verdicts"))
    return [
        FailedVerdict(
            **row,
            cells=tuple(cells[row["submission_key"], row["rule_id"], row["scope_key"]]),
            gauges=tuple(gauges[row["submission_key"], row["rule_id"]]),
        )
        for row in rows_by_name(cursor)
    ]


def _read_gauges(cursor: Cursor) -> dict[tuple[int, str], list[ScaleGauge]]:
    """(submission, rule) → what each gauge says of the report's unit of money."""
    gauges: dict[tuple[int, str], list[ScaleGauge]] = defaultdict(list)
    cursor.execute(read_statement(__package__, "scale_gauges"))
    for row in rows_by_name(cursor):
        gauges[row.pop("submission_key"), row.pop("rule_id")].append(ScaleGauge(**row))
    return gauges


def write_flags(cursor: Cursor, run_key: int, flags: Sequence[Flag], priorities: Mapping[str, Priority]) -> None:
    """Write tonight's flags with their verdicts, figures, place in the queue and effects, and name them on tonight's holds."""
    cursor.executemany(
        read_statement(__package__, "write_flag"), [{**_as_row(flag), "run_key": run_key} for flag in flags]
    )
    _write_priorities(cursor, priorities)
    flag_ids = [flag.flag_id for flag in flags]
    cursor.execute("delete from checks.flag_verdict where flag_id = any(%s)", (flag_ids,))
    cursor.execute("delete from checks.flag_figure where flag_id = any(%s)", (flag_ids,))
    cursor.executemany(
        "insert into checks.flag_verdict (flag_id, rule_id, scope, evidence_hash) values (%s, %s, %s, %s)",
        [
            (flag.flag_id, verdict.rule_id, json.dumps({**verdict.scope, "submission": verdict.submission_key}),
             verdict.evidence_hash)
            for flag in flags
            for verdict in flag.verdicts
        ],
    )  # fmt: skip
    cursor.executemany(read_statement(__package__, "write_flag_figure"), _figures_of(flags))
    cursor.execute(read_statement(__package__, "name_flags_on_holds"), {"run_key": run_key, "flag_ids": flag_ids})


def _as_row(flag: Flag) -> dict[str, object]:
    """A flag as its row of checks.flag."""
    return {
        **{name: value for name, value in vars(flag).items() if name not in ("verdicts", "suspected", "hypotheses")},
        "suspected_figures": list(flag.suspected_figures),
        "alternatives": json.dumps([one.as_alternative() for one in flag.hypotheses], ensure_ascii=False),
    }


def _figures_of(flags: Sequence[Flag]) -> list[dict[str, object]]:
    """The cells of flags under each of their rules, each once, as rows of checks.flag_figure."""
    rows = {
        (flag.flag_id, verdict.rule_id, cell.place): {
            "flag_id": flag.flag_id,
            "rule_id": verdict.rule_id,
            "submission_key": cell.submission_key,
            "sheet_code": cell.sheet_code,
            "row_number": cell.row_number,
            "column_name": cell.column_name,
            "figure_key": cell.figure_key,
            "is_suspected": cell in flag.suspected,
        }
        for flag in flags
        for verdict in flag.verdicts
        for cell in verdict.cells
    }
    return list(rows.values())


def store_verdicts(cursor: Cursor, run_key: int) -> None:
    """Keep, once, every verdict that is no pass; a pass needs no memory beyond tonight's checks.chk_verdict."""
    cursor.execute(read_statement(__package__, "store_verdicts"), {"run_key": run_key})


def _write_priorities(cursor: Cursor, priorities: Mapping[str, Priority]) -> None:
    cursor.executemany(
        read_statement(__package__, "write_priority"),
        [
            {
                "flag_id": flag_id,
                "score": None if priority.score is None else round(priority.score, 6),
                "indicator_code": priority.indicator_code,
                "impact_vnd": round(priority.impact_vnd),
                "rank": priority.rank,
                "is_review_needed": priority.is_review_needed,
            }
            for flag_id, priority in priorities.items()
        ],
    )
    cursor.execute("delete from checks.flag_effect where flag_id = any(%s)", (list(priorities),))
    cursor.executemany(
        read_statement(__package__, "write_flag_effect"),
        [
            {
                "flag_id": flag_id,
                **row._asdict(),
                "effect": round(effect, 6),
                "national_value": priority.national[row],
            }
            for flag_id, priority in priorities.items()
            for row, effect in priority.effects.items()
        ],
    )
