"""What changes between the open release and tonight's facts, as SQL over sets: reports first, then contributions.

A row's key and content are named once here; a row whose content stays the same stays open. Each change gets one reason.
A contribution takes the reason of the report that it comes from; only when that report did not change does it look at
the register, the rules, a decision or the gate.
"""

from __future__ import annotations

REPORT_KEY = ("unit_key", "form_code", "period_end", "sender_role", "document_no")
REPORT_CONTENT = ("is_owed", "state", "is_late", "is_estimated", "sha256_in_force", "sha256_under_review")
REPORT_CARRIED_ALONG = ("days_late", "period_start")

CONTRIBUTION_KEY = (
    "unit_key", "budget_year", "period_start", "period_end", "fund_code", "activity_code", "indicator_code", "measure",
    "project_key", "establishment_key", "line_reference", "effective_from", "carried_into",
)  # fmt: skip
CONTRIBUTION_CONTENT = ("state", "value", "low", "high", "effective_to")
CONTRIBUTION_CARRIED_ALONG = ("place_unit_key", "is_corrected", "is_estimated")

REPORT_REASON = """
    case
        when n.unit_key is null then 'calendar'
        when o.unit_key is null and n.state = 'missing' then 'calendar'
        when o.unit_key is null and n.is_late then 'late'
        when o.unit_key is null then 'arrival'
        when n.sha256_in_force is distinct from o.sha256_in_force then
            case
                when o.sha256_in_force is null and n.is_late then 'late'
                when o.sha256_in_force is null then 'arrival'
                when n.sha256_in_force is distinct from o.sha256_under_review then 'revision'
                when w.is_register_changed then 'register'
                when w.is_rule_changed then 'rule'
                when w.is_decided then 'decision'
                else 'cleared'
            end
        when n.sha256_under_review is distinct from o.sha256_under_review then 'revision'
        when n.is_owed is distinct from o.is_owed or n.is_late is distinct from o.is_late then 'calendar'
        when n.state is distinct from o.state then 'arrival'
        else 'register'
    end"""

CONTRIBUTION_REASON = """
    case
        when o.unit_key is null and n.carried_into <> '' then 'succession'
        when coalesce(by_new.reason, by_old.reason) is not null then coalesce(by_new.reason, by_old.reason)
        when w.is_register_changed then 'register'
        when n.state is distinct from o.state and w.is_rule_changed then 'rule'
        when n.carried_into <> '' or o.carried_into <> '' then 'succession'
        when w.is_decided and (
            n.decision_reference <> '' or coalesce(n.is_corrected, false) is distinct from coalesce(o.is_corrected, false)
        ) then 'decision'
        when n.state = 'disputed' and o.state = 'accepted' then 'held'
        when n.state = 'accepted' and o.state = 'disputed' then 'cleared'
        -- bounds and validity follow an earlier figure or the plan, which arrived
        else 'arrival'
    end"""

# What is known about tonight and the last released night: which of the inputs that all rows share has changed.
TONIGHT = """
create temporary table change_tonight on commit drop as
select
    coalesce(t.register_hash || t.forms_hash <> p.register_hash || p.forms_hash, false) as is_register_changed,
    coalesce(t.rules_hash <> p.rules_hash, false) as is_rule_changed,
    exists (
        select 1 from review.decision as d where d.decided_at <= t.as_of and (p.as_of is null or d.decided_at > p.as_of)
    ) as is_decided
from release.run as t
left join lateral (
    select * from release.run as r
    where r.run_key < t.run_key and r.release_number is not null
    order by r.run_key desc limit 1
) as p on true
where t.run_key = %(run_key)s"""


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
    concat_ws('|', coalesce(n.form_code, o.form_code), coalesce(n.unit_key, o.unit_key),
        coalesce(n.period_end, o.period_end), coalesce(n.sender_role, o.sender_role)) as report_name,
    coalesce(n.sha256_in_force, o.sha256_in_force, '') as cause_reference,
    {REPORT_REASON} as reason
from facts.fct_report as n
full join (select * from release.report where closed_release is null) as o on {same(REPORT_KEY, "=")}
cross join change_tonight as w
where n.unit_key is null or o.unit_key is null or {same(REPORT_CONTENT, "is distinct from")}"""


# A file may hold several forms, so one sha256 may stand for several changed reports: the first word in order wins.
CAUSES = """
create temporary table change_cause on commit drop as
select cause_reference, min(reason) as reason
from (
    select new_sha256 as cause_reference, reason from change_report where new_sha256 is distinct from old_sha256
    union all
    select old_sha256, reason from change_report where new_sha256 is distinct from old_sha256
    union all
    select report_name, reason from change_report
) as named
where cause_reference is not null
group by cause_reference"""


def contribution_changes() -> str:
    """SQL that fills the temporary table change_contribution: old row, new row and the reason."""
    columns = CONTRIBUTION_KEY + CONTRIBUTION_CONTENT + CONTRIBUTION_CARRIED_ALONG
    new = ", ".join(f"n.{column}" for column in columns)
    return f"""
create temporary table change_contribution on commit drop as
select o.contribution_key as old_key, {new}, n.unit_key is not null as is_new,
    coalesce(n.cause_reference, '') as cause_reference, {CONTRIBUTION_REASON} as reason
from facts.fct_contribution as n
full join (select * from release.contribution where closed_release is null) as o on {same(CONTRIBUTION_KEY, "=")}
left join change_cause as by_new on n.cause_reference = by_new.cause_reference
left join change_cause as by_old on o.cause_reference = by_old.cause_reference
cross join change_tonight as w
where n.unit_key is null or o.unit_key is null or {same(CONTRIBUTION_CONTENT, "is distinct from")}"""


def close_rows(table: str, key: str) -> str:
    """SQL that closes the old rows of the changes of release.report or release.contribution."""
    return f"""
update release.{table} as r
set closed_release = %(release_number)s, closed_reason = c.reason, closed_cause_reference = c.cause_reference
from change_{table} as c where r.{key} = c.old_key"""


def open_rows(table: str, columns: tuple[str, ...]) -> str:
    """SQL that opens the new rows of the changes of release.report or release.contribution."""
    names = ", ".join(columns)
    return f"""
insert into release.{table} ({names}, opened_release, reason, cause_reference)
select {names}, %(release_number)s, reason, cause_reference from change_{table} where is_new"""
