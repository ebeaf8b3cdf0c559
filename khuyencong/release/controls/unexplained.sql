-- What tonight's changes would take out of the nation, and how much of it nothing speaks for: no edit of the register,
-- of a rule, the calendar or a succession, no decision, nothing that arrived or was taken out since the last release
-- for the same form from the unit or one that answers for it. Rows that go on with another content are not taken out.
with tonight as (
    select run.*
    from release.run as run
    inner join release.tonight as newest on run.run_key = newest.run_key
),

last_night as (
    select run.*
    from release.run as run
    inner join tonight on run.run_key < tonight.run_key
    where run.release_number is not null
    order by run.run_key desc
    limit 1
),

answering as (
    select
        unit.unit_key,
        unit.answering_key
    from tonight
    cross join lateral release.answering_units(array[tonight.as_of::date], tonight.run_key) as unit
),

-- from an earlier moment to a later one or back: what came or was taken out in between speaks
spoken as (
    select submission.*
    from raw.submission as submission
    inner join raw.receipt as receipt on submission.receipt_key = receipt.receipt_key
    left join review.withdrawal as withdrawal on submission.submission_key = withdrawal.submission_key
    cross join tonight
    cross join last_night
    where
        receipt.first_seen_run > last_night.run_key
        or submission.received_at > least(last_night.as_of, tonight.as_of)
        and submission.received_at <= greatest(last_night.as_of, tonight.as_of)
        or withdrawal.withdrawn_at > least(last_night.as_of, tonight.as_of)
        and withdrawal.withdrawn_at <= greatest(last_night.as_of, tonight.as_of)
),

heard as (
    select distinct
        spoken.form_code,
        form.has_document_no,
        coalesce(answering.answering_key, spoken.unit_key) as answering_key
    from spoken
    inner join register.form as form on spoken.form_code = form.form_code
    left join answering on spoken.unit_key = answering.unit_key
),

indicator as (
    select
        indicator.indicator_code,
        meaning.is_money
    from register.indicators as indicator
    inner join staging.stg_indicator as meaning on indicator.indicator_code = meaning.indicator_code
    where indicator.aggregation = 'sum'
),

taken as (
    select
        change.reason,
        open_row.form_code,
        open_row.unit_key,
        case when indicator.is_money then abs(open_row.value) else 0 end as amount,
        change.reason in ('register', 'rule', 'decision')
        or change.reason = 'calendar' and open_row.form_code = any(known.changed_calendars)
        or change.reason = 'succession' and known.changed_successions <> '{}'
        or exists (
            select 1 from heard
            where
                heard.form_code = open_row.form_code
                and (
                    heard.has_document_no
                    or heard.answering_key = coalesce(answering.answering_key, open_row.unit_key)
                )
        ) as is_explained
    from change_contribution as change
    inner join release.contribution as open_row on change.old_key = open_row.contribution_key
    inner join indicator on open_row.indicator_code = indicator.indicator_code
    cross join change_tonight as known
    left join answering on open_row.unit_key = answering.unit_key
    where not change.is_new and open_row.state in ('accepted', 'carried')
),

held as (
    select
        count(*) as n_rows,
        coalesce(sum(case when indicator.is_money then abs(contribution.value) else 0 end), 0) as amount
    from release.open_contribution as contribution
    inner join indicator on contribution.indicator_code = indicator.indicator_code
    where contribution.state in ('accepted', 'carried')
),

unexplained as (
    select
        count(*) as n_rows,
        coalesce(sum(amount), 0) as amount,
        count(distinct unit_key) as n_units,
        coalesce(string_agg(distinct form_code, ', ' order by form_code), '') as forms
    from taken
    where not is_explained
),

final as (
    select
        unexplained.n_rows,
        unexplained.amount,
        unexplained.n_units,
        unexplained.forms,
        coalesce(100.0 * unexplained.n_rows / nullif(held.n_rows, 0), 0) as rows_pct,
        coalesce(100 * unexplained.amount / nullif(held.amount, 0), 0) as amount_pct
    from unexplained
    cross join held
)

select * from final
