-- What is known about tonight and the last released night, as the temporary table change_tonight: which rows of the
-- inputs that figures share have changed, and which flags have a new word. One row; none when there is no such run.
create temporary table change_tonight on commit drop as
with tonight as (
    select *
    from release.run
    where run_key = %(run_key)s
),

last_night as (
    select *
    from release.run
    where run_key < %(run_key)s and release_number is not null
    order by run_key desc
    limit 1
),

changed as (
    select
        difference.table_name,
        difference.content
    from last_night
    cross join lateral release.register_difference(last_night.run_key, %(run_key)s) as difference
    where last_night.register_tables <> '{}'
),

-- a word counts from when it was said or, where it had to be signed, signed; its end changes figures as it does
word as (
    select
        flag_id,
        decided_at as said_at
    from review.decision
    union all
    select
        decision.flag_id,
        signature.signed_at
    from review.signature as signature
    inner join review.decision as decision on signature.group_key = decision.group_key
    union all
    select
        decision.flag_id,
        revocation.revoked_at
    from review.revocation as revocation
    inner join review.decision as decision on revocation.decision_key = decision.decision_key
),

-- between the two moments, whichever is the later: a night of the past takes words back
decided as (
    select word.flag_id
    from word
    cross join tonight
    left join last_night on true
    where
        word.said_at <= greatest(tonight.as_of, last_night.as_of)
        and (last_night.as_of is null or word.said_at > least(tonight.as_of, last_night.as_of))
),

decided_report as (
    select
        concat_ws(
            '|', submission.form_code, submission.unit_key, submission.period_end, submission.sender_role
        ) as report_name
    from decided
    inner join checks.flag as flag on decided.flag_id = flag.flag_id
    inner join raw.submission as submission on flag.submission_key = submission.submission_key
),

-- a decision that a new value or an edited rule ended is not the reason of what follows
lapsed as (
    select decision.flag_id
    from review.decision_lapse as lapse
    inner join review.decision as decision on lapse.decision_key = decision.decision_key
    where lapse.run_key = %(run_key)s
)

select
    coalesce(
        tonight.register_hash || tonight.forms_hash <> last_night.register_hash || last_night.forms_hash, false
    ) as is_register_changed,
    coalesce(tonight.rules_hash <> last_night.rules_hash, false) as is_rule_changed,
    array(
        select content ->> 'unit_key' from changed
        where table_name in ('units', 'unit_codes', 'unit_aliases')
    ) as changed_units,
    array(
        select content ->> 'indicator_code' from changed
        where table_name = 'indicators'
    ) as changed_indicators,
    array(
        select (content ->> 'indicator_code') || '|' || (content ->> 'fund_code') from changed
        where table_name = 'indicator_sources'
    ) as changed_sources,
    array(
        select content ->> 'fund_code' from changed
        where table_name = 'funds'
    ) as changed_funds,
    array(
        select content ->> 'activity_code' from changed
        where table_name in ('activities', 'caps')
    ) as changed_activities,
    array(
        select content ->> 'form_code' from changed
        where table_name in ('form', 'form_column')
    ) as changed_forms,
    array(
        select content ->> 'form_code' from changed
        where table_name in ('calendar', 'form_roles')
    ) as changed_calendars,
    array(
        select content ->> 'rule_id' from changed
        where table_name = 'rule'
    ) as changed_rules,
    array(
        select unnest(array[content ->> 'predecessor_key', content ->> 'successor_key']) from changed
        where table_name = 'successions'
    ) as changed_successions,
    array(select flag_id from decided) as decided_flags,
    array(select report_name from decided_report) as decided_reports,
    array(select flag_id from lapsed) as lapsed_flags
from tonight
left join last_night on true
