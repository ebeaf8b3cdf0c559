"""Failed verdicts out of the warehouse, and flags into it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from khuyencong.culprits.suspicions import Hypothesis
from khuyencong.flags.priority import Priority
from khuyencong.flags.words import FailedVerdict, FlagCell


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


def read_failed(cursor: Any) -> list[FailedVerdict]:
    """Every failed verdict of a submission in force or under review, with its cells."""
    cursor.execute(
        """select failing.submission_key, failing.rule_id, failing.scope_key, figure.side, figure.figure_submission_key,
            figure.sheet_code, figure.row_number, figure.column_name, placed.sheet_name, placed.cell_address,
            figure.figure_key, figure.reported_value, placed.value_written, figure.is_source_of_record,
            coalesce(indicator.unit like '%%đồng', placed.indicator_code like 'beneficiary%%', false)
        from checks.chk_failing as failing
        inner join checks.chk_verdict_figure as figure using (submission_key, rule_id, scope_key)
        inner join staging.stg_figure as placed
            on figure.figure_submission_key = placed.submission_key
            and figure.sheet_code = placed.sheet_code
            and figure.row_number = placed.row_number
            and figure.column_name = placed.column_name
        left join register.indicators as indicator on placed.indicator_code = indicator.indicator_code
        order by 1, 2, 3, 4, 5, 6, 7, 8"""
    )
    cells: dict[tuple[Any, ...], list[FlagCell]] = defaultdict(list)
    for submission_key, rule_id, scope_key, *cell in cursor:
        cells[submission_key, rule_id, scope_key].append(FlagCell(*cell))
    cursor.execute(
        """select failing.submission_key, failing.rule_id, failing.scope_key, failing.severity, failing.verdict,
            failing.closeness, failing.reason, failing.unit_key, unit.unit_name, unit.unit_name_en, failing.form_code,
            failing.period_end, rule.rule_name, rule.rule_name_en, rule.operator, rule.family, failing.left_value,
            failing.left_low, failing.left_high, failing.right_value, failing.right_low, failing.right_high,
            failing.difference, failing.evidence_hash
        from checks.chk_failing as failing
        inner join register.rule as rule using (rule_id)
        left join register.units as unit on failing.unit_key = unit.unit_key
        inner join lateral (
            select submission_state from checks.standing_history as history
            where history.submission_key = failing.submission_key order by run_key desc limit 1
        ) as state on state.submission_state in ('in_force', 'nil', 'under_review')
        where failing.severity <> 'shadow'"""
    )
    return [FailedVerdict(*row, cells=tuple(cells[row[:3]])) for row in cursor]


def write_flags(cursor: Any, run_key: int, flags: Sequence[Flag], priorities: Mapping[str, Priority]) -> None:
    """Write tonight's flags with their verdicts, figures, place in the queue and effects, and name them on tonight's holds."""
    cursor.executemany(
        """insert into checks.flag (flag_id, submission_key, unit_key, form_code, period_end, severity,
            suspected_figures, mechanism, confidence, suggested_value, alternatives, explanation_vi, explanation_en,
            opened_run)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (flag_id) do update set
            (submission_key, severity, suspected_figures, mechanism, confidence, suggested_value, alternatives,
                explanation_vi, explanation_en, closed_run)
            = (excluded.submission_key, excluded.severity, excluded.suspected_figures, excluded.mechanism,
                excluded.confidence, excluded.suggested_value, excluded.alternatives, excluded.explanation_vi,
                excluded.explanation_en, null)""",
        [
            (f.flag_id, f.submission_key, f.unit_key, f.form_code, f.period_end, f.severity,
             list(f.suspected_figures), f.mechanism, f.confidence, f.suggested_value,
             json.dumps([one.as_alternative() for one in f.hypotheses], ensure_ascii=False),
             f.explanation_vi, f.explanation_en, run_key)
            for f in flags
        ],
    )  # fmt: skip
    _write_priorities(cursor, priorities)
    ids = [flag.flag_id for flag in flags]
    for table in ("flag_verdict", "flag_figure"):
        cursor.execute(f"delete from checks.{table} where flag_id = any(%s)", (ids,))
    cursor.executemany(
        "insert into checks.flag_verdict (flag_id, rule_id, scope, evidence_hash) values (%s, %s, %s, %s)",
        [
            (flag.flag_id, v.rule_id, json.dumps({**v.scope, "submission": v.submission_key}), v.evidence_hash)
            for flag in flags
            for v in flag.verdicts
        ],
    )
    rows = {
        (f.flag_id, v.rule_id, *cell.place): (cell.figure_key, cell in f.suspected)
        for f in flags
        for v in f.verdicts
        for cell in v.cells
    }
    cursor.executemany(
        """insert into checks.flag_figure (flag_id, rule_id, submission_key, sheet_code, row_number, column_name,
            figure_key, is_suspected) values (%s, %s, %s, %s, %s, %s, %s, %s)""",
        [(*key, *value) for key, value in rows.items()],
    )
    cursor.execute(
        """update checks.hold set flag_id = flag_figure.flag_id
        from checks.flag_figure
        where hold.run_key = %s and flag_figure.flag_id = any(%s)
            and (hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name, hold.rule_id)
            = (flag_figure.submission_key, flag_figure.sheet_code, flag_figure.row_number, flag_figure.column_name,
                flag_figure.rule_id)""",
        (run_key, ids),
    )


def store_verdicts(cursor: Any, run_key: int) -> None:
    """Keep, once, every verdict that is no pass; a pass needs no memory beyond tonight's checks.chk_verdict."""
    cursor.execute(
        """insert into checks.verdict_store (rule_id, rule_version, submission_key, scope, evidence_hash, verdict,
            closeness, reason, first_run)
        select rule_id, rule_version, submission_key, jsonb_build_object('key', scope_key), evidence_hash, verdict,
            closeness, reason, %s
        from checks.chk_verdict
        where verdict <> 'pass'
        on conflict do nothing""",
        (run_key,),
    )


def _write_priorities(cursor: Any, priorities: Mapping[str, Priority]) -> None:
    cursor.executemany(
        """update checks.flag set (impact_score, impact_indicator, impact_vnd, queue_rank, is_review_needed)
            = (%s, %s, %s, %s, %s) where flag_id = %s""",
        [
            (None if p.score is None else round(p.score, 6), p.indicator_code, round(p.impact_vnd), p.rank,
             p.is_review_needed, flag_id)
            for flag_id, p in priorities.items()
        ],
    )  # fmt: skip
    cursor.execute("delete from checks.flag_effect where flag_id = any(%s)", (list(priorities),))
    cursor.executemany(
        """insert into checks.flag_effect (flag_id, budget_year, period_end, fund_code, indicator_code, measure, effect,
            national_value) values (%s, %s, %s, %s, %s, %s, %s, %s)""",
        [
            (flag_id, *row, round(effect, 6), p.national[row])
            for flag_id, p in priorities.items()
            for row, effect in p.effects.items()
        ],
    )
