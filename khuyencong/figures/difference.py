"""Two submissions cell by cell: what changed, what came and went, the totals, and what the nation's figures move by."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from psycopg2.extras import RealDictCursor

from ingestion.transports.seen import place_of
from khuyencong.figures.difference_cells import changed_cells, one_line, read_columns, read_lines

HEADS = """
select s.submission_key, s.form_code, s.unit_key, s.period_end, s.sender_role, s.document_no, s.submission_kind, s.is_nil,
    s.received_at, s.sha256, f.submission_state, f.revision_number, f.replaces_submission_key, f.replaced_by_submission_key,
    r.location
from staging.stg_submission as s
inner join raw.receipt as r on s.receipt_key = r.receipt_key
left join facts.fct_submission as f on s.submission_key = f.submission_key
where s.submission_key = any(%s)
order by s.submission_key"""

TOTALS = """
with figure as (
    select f.submission_key, f.budget_year, f.period_start, f.period_end, f.fund_code, f.activity_code, f.measure,
        coalesce(counted.indicator_code, f.indicator_code) as indicator_code,
        case when counted.indicator_code is null then f.value else 1 end as value
    from staging.stg_figure as f
    -- a line of an establishment counts it, as in facts.fct_beneficiary
    left join (
        select form_code, fund_code, min(indicator_code) as indicator_code from register.indicator_sources
        where fact = 'fct_beneficiary' group by form_code, fund_code
    ) as counted
        on f.fact = 'beneficiary_support' and f.form_code = counted.form_code and f.fund_code = counted.fund_code
    where f.submission_key in (%(before)s, %(after)s) and f.line_kind = 'detail' and f.is_source_of_record
)
select budget_year, period_start, period_end, fund_code, activity_code, indicator_code, measure,
    indicator.aggregation in ('sum', 'distinct') and not indicator.is_formula as is_national,
    coalesce(sum(value) filter (where submission_key = %(before)s), 0) as before,
    coalesce(sum(value) filter (where submission_key = %(after)s), 0) as after
from figure
inner join register.indicators as indicator using (indicator_code)
group by 1, 2, 3, 4, 5, 6, 7, 8
order by 6, 7, 4, 5, 3"""

NATIONAL = """
select budget_year, period_start, period_end, fund_code, activity_code, indicator_code, measure, sum(value) as accepted
from release.contribution
where closed_release is null and state in ('accepted', 'carried') and (
    measure <> 'plan' and period_end = any(%(ends)s)
    or measure = 'plan' and effective_from <= %(end)s and coalesce(effective_to > %(end)s, true)
) and indicator_code = any(%(indicators)s)
group by 1, 2, 3, 4, 5, 6, 7"""

TOTAL_KEY = ("budget_year", "period_start", "period_end", "fund_code", "activity_code", "indicator_code", "measure")


class DifferenceError(ValueError):
    """Two names that lead to no pair of submissions; the message says why and what to do."""


def diff(connection: Any, before: str, after: str) -> dict[str, Any]:
    """{pairs: [{before, after, cells, lines_added, lines_removed, totals, national, is_material}]} for two names.

    A name is a submission_key, a path (of a file here, or its place in an inbox), or the first digits of a sha256. A file of
    several forms is compared form by form. `cells`: sheet, cell before and after, header, line, before, after, and the
    difference where both are quantities (đồng or the indicator's unit); `totals`: each indicator and measure of its source of
    record; `national`: how much each national key moves when `after` stands in place of `before`, beside what the open release
    accepts there. Raises DifferenceError.
    """
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select to_regclass('facts.fct_submission') is not null as is_built")
        if not cursor.fetchone()["is_built"]:
            raise DifferenceError("No night has finished yet. Run `kc nightly`.")
        sides = [_heads(cursor, name) for name in (before, after)]
        return {"pairs": [_pair(cursor, old, new) for old, new in _pairs(*sides, before, after)]}


def _heads(cursor: Any, name: str) -> list[dict[str, Any]]:
    """The submissions that a name means; of bytes that came several times the last."""
    path = Path(name)
    if name.isdecimal() and len(name) < 12:
        where, value = "submission_key = %s", name
    elif path.is_file():
        where, value = "submission.sha256 = %s", hashlib.sha256(path.read_bytes()).hexdigest()
    elif len(name) >= 6 and not set(name.lower()) - set("0123456789abcdef"):
        where, value = "submission.sha256 like %s", name.lower() + "%"
    else:
        where, value = "receipt.location = %s", place_of(name)
    cursor.execute(
        f"""select distinct on (form_code, submission.sha256) submission_key, submission.sha256
        from raw.submission inner join raw.receipt using (receipt_key) where {where}
        order by form_code, submission.sha256, submission_key desc""",
        (value,),
    )
    found = cursor.fetchall()
    if not found:
        raise DifferenceError(f"No submission was received as {name!r}. `kc submit {name} --dry-run` reads a file that never came.")
    if len({row["sha256"] for row in found}) > 1 and "receipt" not in where:
        raise DifferenceError(f"{name!r} begins the sha256 of several files. Give more digits.")
    cursor.execute(HEADS, ([row["submission_key"] for row in found],))
    return [dict(row) for row in cursor]


def _pairs(
    before: list[dict[str, Any]], after: list[dict[str, Any]], *names: str
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    by_form = {head["form_code"]: head for head in before}
    pairs = [(by_form[head["form_code"]], head) for head in after if head["form_code"] in by_form]
    if not pairs:
        forms = [", ".join(sorted({head["form_code"] for head in side})) for side in (before, after)]
        raise DifferenceError(f"{names[0]} holds {forms[0]}, {names[1]} holds {forms[1]}: no form to compare.")
    return pairs


def _pair(cursor: Any, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    lines = read_lines(cursor, old, new)
    columns = read_columns(cursor, old, new)
    before, after = lines[old["submission_key"]], lines[new["submission_key"]]
    cells = [
        cell
        for place in sorted(before.keys() & after.keys(), key=lambda key: after[key]["row_number"])
        for cell in changed_cells(place, before[place], after[place], columns, old, new)
    ]
    totals = _totals(cursor, old, new)
    national = _national(cursor, new, totals) if new["submission_kind"] == "report" else []
    return {
        "before": old,
        "after": new,
        "cells": cells,
        "lines_added": [one_line(key, after[key], columns, new) for key in sorted(after.keys() - before.keys(), key=str)],
        "lines_removed": [one_line(key, before[key], columns, old) for key in sorted(before.keys() - after.keys(), key=str)],
        "totals": totals,
        "national": national,
        "is_material": bool(national),
    }


def _totals(cursor: Any, old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    cursor.execute(TOTALS, {"before": old["submission_key"], "after": new["submission_key"]})
    return [{**row, "difference": row["after"] - row["before"]} for row in cursor]


def _national(cursor: Any, new: dict[str, Any], totals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The national keys that move, with what the open release accepts there."""
    moved = [row for row in totals if row["is_national"] and row["difference"]]
    if not moved:
        return []
    ends = [row["period_end"] for row in moved]
    cursor.execute(NATIONAL, {"ends": ends, "end": new["period_end"], "indicators": [row["indicator_code"] for row in moved]})
    accepted = {tuple(row[name] for name in TOTAL_KEY): row["accepted"] for row in cursor}
    return [
        {**{name: row[name] for name in TOTAL_KEY}, "moves_by": row["difference"],
         "accepted": accepted.get(tuple(row[name] for name in TOTAL_KEY))}
        for row in moved
    ]  # fmt: skip
