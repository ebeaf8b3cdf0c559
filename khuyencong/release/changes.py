"""What changes between the open release and tonight's facts, as SQL over sets: reports first, then contributions.

A row's key and content are named once here; a row whose content stays the same stays open. Why a row changed is told by
release_reasons.
"""

from __future__ import annotations

from khuyencong.release.reasons import CONTRIBUTION_REASON, REPORT_REASON

REPORT_KEY = ("unit_key", "form_code", "period_end", "sender_role", "document_no")
REPORT_CONTENT = ("is_owed", "state", "is_late", "is_estimated", "sha256_in_force", "sha256_under_review")
REPORT_CARRIED_ALONG = ("days_late", "period_start")

CONTRIBUTION_KEY = (
    "unit_key", "budget_year", "period_start", "period_end", "fund_code", "activity_code", "indicator_code", "measure",
    "project_key", "establishment_key", "line_reference", "effective_from", "carried_into",
)  # fmt: skip
CONTRIBUTION_CONTENT = ("state", "value", "low", "high", "effective_to")
CONTRIBUTION_CARRIED_ALONG = (
    "place_unit_key", "is_corrected", "is_estimated", "form_code", "report_period_end", "held_by", "decision_reference",
)  # fmt: skip


def same(columns: tuple[str, ...], operator: str) -> str:
    """`n.column <operator> o.column` over columns, joined by `and` (=) or `or` (is distinct from)."""
    return (" and " if operator == "=" else " or ").join(f"n.{column} {operator} o.{column}" for column in columns)


def report_changes() -> str:
    """SQL that fills the temporary table change_report: old row, new row, the reason, and what names the report."""
    new = ", ".join(f"n.{column}" for column in REPORT_KEY + REPORT_CONTENT + REPORT_CARRIED_ALONG)
    return f"""
create temporary table change_report on commit drop as
select o.report_key as old_key, {new}, n.unit_key is not null as is_new,
    n.sha256_in_force as new_sha256, o.sha256_in_force as old_sha256,
    coalesce(n.form_code, o.form_code) as report_form,
    concat_ws('|', coalesce(n.form_code, o.form_code), coalesce(n.unit_key, o.unit_key),
        coalesce(n.period_end, o.period_end), coalesce(n.sender_role, o.sender_role)) as report_name,
    concat_ws('|', coalesce(n.form_code, o.form_code),
        case when coalesce(n.document_no, o.document_no) = '' then coalesce(n.unit_key, o.unit_key) else '' end,
        coalesce(n.period_end, o.period_end)) as report_key_name,
    coalesce(n.sha256_in_force, o.sha256_in_force, '') as cause_reference,
    {REPORT_REASON} as reason
from facts.fct_report as n
full join (select * from release.report where closed_release is null) as o on {same(REPORT_KEY, "=")}
cross join change_tonight as w
where n.unit_key is null or o.unit_key is null or {same(REPORT_CONTENT, "is distinct from")}"""


def contribution_changes() -> str:
    """SQL that fills the temporary table change_contribution: old row, new row and the reason, null for a mere bound."""
    columns = CONTRIBUTION_KEY + CONTRIBUTION_CONTENT + CONTRIBUTION_CARRIED_ALONG
    new = ", ".join(f"n.{column}" for column in columns)
    named = (*CONTRIBUTION_KEY, "form_code", "report_period_end")
    key = ", ".join(f"coalesce(n.{column}, o.{column}) as {column}" for column in named)
    carried = "select distinct unit_key, carried_into, period_end from {} where carried_into <> ''"
    where = "k.unit_key = {0}.unit_key and k.carried_into = {0}.carried_into and k.period_end = {0}.period_end"
    return f"""
create temporary table change_contribution on commit drop as
with open_row as materialized (
    select * from release.contribution where closed_release is null
), new_row as materialized (
    select * from facts.fct_contribution
)
select o.contribution_key as old_key, {new}, n.unit_key is not null as is_new,
    coalesce(n.cause_reference, by_old.sha256, by_report.sha256, by_document.sha256, o.cause_reference) as cause_reference,
    c.unit_key as of_unit, c.budget_year as of_year, c.period_end as of_period, c.fund_code as of_fund,
    c.measure as of_measure, {CONTRIBUTION_REASON} as reason
from new_row as n
full join open_row as o on {same(CONTRIBUTION_KEY, "=")}
cross join lateral (select {key}) as k
left join change_cause as by_new on n.cause_reference = by_new.cause_reference and k.form_code = by_new.form_code
left join change_cause as by_old on o.cause_reference = by_old.cause_reference and k.form_code = by_old.form_code
left join change_cause as by_report
    on concat_ws('|', k.form_code, k.unit_key, k.report_period_end) = by_report.cause_reference
    and k.form_code = by_report.form_code
left join change_cause as by_document
    on concat_ws('|', k.form_code, '', k.report_period_end) = by_document.cause_reference
    and k.form_code = by_document.form_code
cross join lateral (
    select k.*, array[by_new.reason, by_old.reason, by_report.reason, by_document.reason] as why
) as c
left join ({carried.format("open_row")}) as before on {where.format("before")}
left join ({carried.format("new_row")}) as after on {where.format("after")}
cross join change_tonight as w
where n.unit_key is null or o.unit_key is null or {same(CONTRIBUTION_CONTENT, "is distinct from")}"""


def close_rows(table: str, key: str) -> str:
    """SQL that closes the old rows of the changes of release.report or release.contribution.

    The cause is kept only where no row of the same key takes the old one's place: there it stands on the new row.
    """
    return f"""
update release.{table} as r
set closed_release = %(release_number)s, closed_reason = c.reason,
    closed_cause_reference = case when not c.is_new then c.cause_reference end
from change_{table} as c where r.{key} = c.old_key"""


def open_rows(table: str, columns: tuple[str, ...]) -> str:
    """SQL that opens the new rows of the changes of release.report or release.contribution."""
    names = ", ".join(columns)
    return f"""
insert into release.{table} ({names}, opened_release, reason, cause_reference)
select {names}, %(release_number)s, reason, cause_reference from change_{table} where is_new"""
