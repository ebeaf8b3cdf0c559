"""Flags: one a cause. Failed verdicts that share a cell are one cause; the engine, where it can, names the culprit.

Read from checks.chk_failing, checks.chk_verdict_figure and checks.suspicion after the gate has chosen; written to checks.flag,
flag_verdict, flag_figure, verdict_store and, on the holds of the run, flag_id. Severity shadow raises no flag; soft verdicts
raise at most a warning.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khuyencong.flag_words import FailedVerdict, FlagCell, explanation_of
from khuyencong.suspect_words import UNIT_SENTENCES, found_sentences
from khuyencong.suspicions import Hypothesis, Suspicion, read_suspicions

# Below it a hypothesis is not worth a reader's time: on its own, or as one of several alike.
LEAST_BELIEVED, LEAST_BELIEVED_OF_MANY = 0.3, 0.05

Suspicions = Mapping[tuple[int, str, str], Suspicion]


@dataclass(frozen=True)
class FlagCounts:
    """Flags open after tonight, opened tonight, closed tonight."""

    open: int
    opened: int
    closed: int


@dataclass(frozen=True)
class Flag:
    """One cause: its verdicts, its cells, which of them are suspected, and what it may cost the nation in đồng.

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
    impact_vnd: Decimal
    mechanism: str | None
    confidence: float | None
    suggested_value: Decimal | None
    hypotheses: tuple[Hypothesis, ...]
    explanation_vi: str
    explanation_en: str


def raise_flags(connection: Any, run_key: int, as_of: datetime) -> FlagCounts:
    """Write tonight's flags: new ones opened, those whose cause is gone closed. `as_of` is the moment of the run."""
    with connection, connection.cursor() as cursor:
        suspicions = read_suspicions(cursor)
        flags = [_flag(group, suspicions) for group in group_causes(_read_failed(cursor), suspicions)]
        cursor.execute("select flag_id from checks.flag where closed_run is null")
        before = {row[0] for row in cursor}
        _write(cursor, run_key, flags)
        _store_verdicts(cursor, run_key)
        now = {flag.flag_id for flag in flags}
        cursor.execute(
            "update checks.flag set closed_run = %s where closed_run is null and flag_id <> all (%s)",
            (run_key, sorted(now)),
        )
    return FlagCounts(len(now), len(now - before), len(before - now))


def group_causes(verdicts: Iterable[FailedVerdict], suspicions: Suspicions | None = None) -> list[list[FailedVerdict]]:
    """Failed verdicts grouped into causes, in the order of submission, rule and scope.

    Two are connected when they share a cell, or when in one report both are off by the same power of a thousand against
    the same other report: a unit of money is wrong once, not once an activity. Where the engine is sure of the culprits, only
    these connect: a good figure that two bad ones stand beside is no common cause.
    """
    ordered = sorted(verdicts, key=lambda v: (v.submission_key, v.rule_id, v.scope_key))
    parent = list(range(len(ordered)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_with: dict[tuple[Any, ...], int] = {}
    for index, verdict in enumerate(ordered):
        for mark in _marks(verdict, (suspicions or {}).get(verdict.key)):
            other = first_with.setdefault(mark, index)
            low, high = sorted((root(index), root(other)))
            parent[high] = low
    groups: dict[int, list[FailedVerdict]] = defaultdict(list)
    for index, verdict in enumerate(ordered):
        groups[root(index)].append(verdict)
    return list(groups.values())


def _marks(verdict: FailedVerdict, found: Suspicion | None) -> list[tuple[Any, ...]]:
    """What joins a verdict to others: the culprits where they are known, else all its cells, and its unit if that is off."""
    cells: list[tuple[Any, ...]] = [cell.place for cell in verdict.cells]
    if found is not None and found.is_sure:
        best = found.hypotheses[0]
        culprits = sorted(best.places if "+" not in best.mechanism else best.places.intersection(cells))
        return culprits or cells
    if verdict.unit_exponent is not None:
        reports = sorted({verdict.submission_key, *(cell.submission_key for cell in verdict.cells)})
        cells.append(("unit", verdict.unit_exponent, *reports))
    return cells


def _flag(verdicts: list[FailedVerdict], suspicions: Suspicions) -> Flag:
    cells = {cell.place: cell for verdict in verdicts for cell in verdict.cells}
    found = _suspicion_of(verdicts, suspicions)
    named = _named(found, cells)
    judged = found.submission_key if named else None
    lead = max(
        verdicts,
        key=lambda v: (v.submission_key == judged, v.effective_severity == "block", abs(v.difference), v.rule_id),
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
    money = [abs(verdict.difference) for verdict in verdicts if verdict.is_money]
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
        impact_vnd=max(money, default=Decimal(0)),
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
    figures = sorted((cell.figure_key, str(cell.reported_value)) for cell in cells)
    content = figures or sorted((v.rule_id, v.unit_key, v.form_code, str(v.period_end)) for v in verdicts)
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]


def _read_failed(cursor: Any) -> list[FailedVerdict]:
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


def _write(cursor: Any, run_key: int, flags: list[Flag]) -> None:
    cursor.executemany(
        """insert into checks.flag (flag_id, submission_key, unit_key, form_code, period_end, severity,
            suspected_figures, impact_vnd, mechanism, confidence, suggested_value, alternatives, explanation_vi,
            explanation_en, opened_run)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (flag_id) do update set
            (submission_key, severity, suspected_figures, impact_vnd, mechanism, confidence, suggested_value,
                alternatives, explanation_vi, explanation_en, closed_run)
            = (excluded.submission_key, excluded.severity, excluded.suspected_figures, excluded.impact_vnd,
                excluded.mechanism, excluded.confidence, excluded.suggested_value, excluded.alternatives,
                excluded.explanation_vi, excluded.explanation_en, null)""",
        [
            (f.flag_id, f.submission_key, f.unit_key, f.form_code, f.period_end, f.severity,
             list(f.suspected_figures), f.impact_vnd, f.mechanism, f.confidence, f.suggested_value,
             json.dumps([one.as_alternative() for one in f.hypotheses], ensure_ascii=False),
             f.explanation_vi, f.explanation_en, run_key)
            for f in flags
        ],
    )  # fmt: skip
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


def _store_verdicts(cursor: Any, run_key: int) -> None:
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
