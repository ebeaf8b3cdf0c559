"""What changes between the open release and tonight's facts, as SQL over sets: reports first, then contributions.

A row's key and content are named once here; a row whose content stays the same stays open. Each change gets one reason:
the first, in the order of the data contract, among what changed of its own inputs (the register rows of its unit,
indicator, fund, activity and form; the calendar of its form; the rules that hold it; its succession; a decision on it; its
report). A bound follows the figures that it is made from.
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
CONTRIBUTION_CARRIED_ALONG = (
    "place_unit_key", "is_corrected", "is_estimated", "form_code", "report_period_end", "held_by", "decision_reference",
)  # fmt: skip

# A run that closed a report with nothing behind it closed a duty; one that closed a submission closed what was sent.
REPORT_REASON = """
    case
        when n.unit_key is null and o.sha256_in_force is not null then 'revision'
        when n.unit_key is null then 'calendar'
        when o.unit_key is null and n.state = 'missing' then 'calendar'
        when o.unit_key is null and n.is_late then 'late'
        when o.unit_key is null then 'arrival'
        when n.sha256_in_force is distinct from o.sha256_in_force then
            case
                when o.sha256_in_force is null and n.is_late then 'late'
                when o.sha256_in_force is null then 'arrival'
                when n.sha256_in_force is null or n.sha256_in_force is distinct from o.sha256_under_review then 'revision'
                -- a submission that waited comes into force: what let it
                when coalesce(n.unit_key = any(w.changed_units) or n.form_code = any(w.changed_forms), false)
                    then 'register'
                when w.is_rule_changed then 'rule'
                when concat_ws('|', n.form_code, n.unit_key, n.period_end, n.sender_role) = any(w.decided_reports)
                    then 'decision'
                when w.is_register_changed then 'register'
                else 'cleared'
            end
        when n.sha256_under_review is distinct from o.sha256_under_review then 'revision'
        when n.is_owed is distinct from o.is_owed or n.is_late is distinct from o.is_late then 'calendar'
        when n.state is distinct from o.state then 'arrival'
        else 'register'
    end"""

# Null: nothing of its own changed but a bound, or nothing that is known; see BOUND_REASONS. `why` holds the reasons of the
# reports behind the row.
CONTRIBUTION_REASON = """
    case
        when c.unit_key = any(w.changed_units) or c.indicator_code = any(w.changed_indicators)
            or c.indicator_code || '|' || c.fund_code = any(w.changed_sources) or c.fund_code = any(w.changed_funds)
            or c.activity_code = any(w.changed_activities) or c.form_code = any(w.changed_forms)
            or 'register' = any(c.why) then 'register'
        when c.form_code = any(w.changed_calendars) or 'calendar' = any(c.why) then 'calendar'
        when string_to_array(concat_ws(',', nullif(n.held_by, ''), nullif(o.held_by, '')), ',') && w.changed_rules
            or 'rule' = any(c.why) then 'rule'
        when c.unit_key = any(w.changed_successions) or n.carried_into <> '' and before.unit_key is null
            or o.carried_into <> '' and after.unit_key is null then 'succession'
        when n.decision_reference = any(w.decided_flags)
            or o.decision_reference <> '' and n.decision_reference is distinct from o.decision_reference
            and o.decision_reference <> all(w.lapsed_flags)
            or 'decision' = any(c.why) then 'decision'
        when 'late' = any(c.why) then 'late'
        when 'revision' = any(c.why) then 'revision'
        when 'arrival' = any(c.why) then 'arrival'
        when n.state = 'disputed' and o.state = 'accepted' then 'held'
        when n.state = 'accepted' and o.state = 'disputed' or 'cleared' = any(c.why) then 'cleared'
        when c.carried_into <> '' and (n.unit_key is null or o.unit_key is null) then 'succession'
    end"""

# What is known about tonight and the last released night: which rows of the inputs that figures share have changed.
TONIGHT = """
create temporary table change_tonight on commit drop as
with tonight as (
    select * from release.run where run_key = %(run_key)s
), last_night as (
    select * from release.run as r
    where r.run_key < %(run_key)s and r.release_number is not null
    order by r.run_key desc limit 1
), changed as (
    select d.table_name, d.content
    from last_night as p cross join lateral release.register_difference(p.run_key, %(run_key)s) as d
    where p.register_tables <> '{}'
), decided as (
    select d.flag_id from review.decision as d cross join tonight as t left join last_night as p on true
    where d.decided_at <= t.as_of and (p.as_of is null or d.decided_at > p.as_of)
)
select
    coalesce(t.register_hash || t.forms_hash <> p.register_hash || p.forms_hash, false) as is_register_changed,
    coalesce(t.rules_hash <> p.rules_hash, false) as is_rule_changed,
    array(select content ->> 'unit_key' from changed where table_name in ('units', 'unit_codes', 'unit_aliases'))
        as changed_units,
    array(select content ->> 'indicator_code' from changed where table_name = 'indicators') as changed_indicators,
    array(
        select content ->> 'indicator_code' || '|' || (content ->> 'fund_code') from changed
        where table_name = 'indicator_sources'
    ) as changed_sources,
    array(select content ->> 'fund_code' from changed where table_name = 'funds') as changed_funds,
    array(select content ->> 'activity_code' from changed where table_name in ('activities', 'caps'))
        as changed_activities,
    array(select content ->> 'form_code' from changed where table_name in ('form', 'form_column')) as changed_forms,
    array(select content ->> 'form_code' from changed where table_name in ('calendar', 'form_roles'))
        as changed_calendars,
    array(select content ->> 'rule_id' from changed where table_name = 'rule') as changed_rules,
    array(
        select unnest(array[content ->> 'predecessor_key', content ->> 'successor_key']) from changed
        where table_name = 'successions'
    ) as changed_successions,
    array(select flag_id from decided) as decided_flags,
    array(
        select concat_ws('|', s.form_code, s.unit_key, s.period_end, s.sender_role)
        from decided as d
        inner join checks.flag as f on d.flag_id = f.flag_id
        inner join raw.submission as s on f.submission_key = s.submission_key
    ) as decided_reports,
    -- a decision that a new value or an edited rule ended is not the reason of what follows
    array(
        select d.flag_id from review.decision_lapse as l
        inner join review.decision as d on l.decision_key = d.decision_key
        where l.run_key = %(run_key)s
    ) as lapsed_flags
from tonight as t
left join last_night as p on true"""


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


# What a contribution may name as its cause: bytes, a report that is missing, or the report it comes from (that of a
# document stands for every unit that its lines name). A file may hold several periods of a form, so one cause may stand for
# several changed reports: those that opened speak before those that only closed, then the order of reasons.
CAUSES = """
create temporary table change_cause on commit drop as
select cause_reference, form_code, max(sha256) as sha256,
    coalesce(
        release.first_reason(array_agg(reason) filter (where is_new)), release.first_reason(array_agg(reason))
    ) as reason
from (
    select unnest(array[new_sha256, old_sha256, report_key_name]) as cause_reference, report_form as form_code, reason,
        is_new, new_sha256 as sha256
    from change_report where new_sha256 is distinct from old_sha256 or not is_new or old_key is null
    union all
    select report_name, report_form, reason, is_new, new_sha256 from change_report
) as named
where cause_reference is not null
group by cause_reference, form_code"""


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


# Bounds and the validity of a plan follow the plans and the earlier figures of the unit. Where none of these changed: a plan
# that ends was ended by the unit that followed; else a rule that keeps money within a plan or the register changed, or
# something arrived for a unit that this one followed.
BOUND_REASONS = """
update change_contribution as c
set reason = coalesce(
    (
        select release.first_reason(array_agg(x.reason))
        from change_contribution as x
        where x.of_unit = c.of_unit and x.of_year = c.of_year and x.reason is not null
            and (x.of_measure = 'plan' or x.of_period < c.of_period)
            and (x.of_fund = c.of_fund or x.of_measure = 'plan')
    ),
    case
        when c.effective_to is not null and c.of_measure = 'plan' then 'succession' when w.is_rule_changed then 'rule'
        when w.is_register_changed then 'register' else 'arrival'
    end
)
from change_tonight as w
where c.reason is null"""


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
