"""Why a released row was opened or closed, as SQL: one reason, the first that changed among the row's own inputs.

Own inputs, in the order of the data contract: the register rows of its unit, indicator, fund, activity and form; the calendar of
its form; the rules that hold it, or held it; its succession; a decision on it; its report. A bound follows the figures that it is
made from. `n` is tonight's row, `o` the open one, `w` change_tonight; see release_changes.
"""

from __future__ import annotations

# A run that closed a report with nothing behind it closed a duty; one that closed a submission closed what was sent.
REPORT_REASON = """
    case
        when n.unit_key is null and o.sha256_in_force is not null then 'revision'
        when n.unit_key is null then 'calendar'
        when o.unit_key is null and n.sha256_in_force is null then 'calendar'
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
    -- a word counts from when it was said or, where it had to be signed, signed; its end changes figures as it does
    select w.flag_id
    from (
        select d.flag_id, d.decided_at as said_at from review.decision as d
        union all
        select d.flag_id, s.signed_at from review.signature as s inner join review.decision as d using (group_key)
        union all
        select d.flag_id, r.revoked_at from review.revocation as r inner join review.decision as d using (decision_key)
    ) as w
    cross join tonight as t left join last_night as p on true
    -- between the two moments, whichever is the later: a night of the past takes words back
    where w.said_at <= greatest(t.as_of, p.as_of) and (p.as_of is null or w.said_at > least(t.as_of, p.as_of))
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
