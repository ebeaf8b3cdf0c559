-- The words of reviewers, newest first, each with what became of it, who holds its figure still and how it ended.
with held as (
    select
        figure.figure_key,
        array_agg(distinct hold.rule_id order by hold.rule_id) as held_by
    from checks.hold
    inner join checks.standing on hold.submission_key = standing.submission_key
    inner join release.tonight on hold.run_key = tonight.run_key
    inner join staging.stg_figure as figure
        on (hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name)
        = (figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name)
    where figure.figure_key in (select figure_key from review.decision)
    group by figure.figure_key
),

valued as (
    select distinct
        figure.figure_key,
        figure.value
    from staging.stg_figure as figure
    inner join checks.standing on figure.submission_key = standing.submission_key
    where figure.figure_key in (select figure_key from review.decision)
),

judged as (
    select
        decision.*,
        flag.unit_key,
        flag.form_code,
        to_char(flag.period_end, 'YYYY-MM') as period,
        lapse.run_key as lapsed_run,
        coalesce(held.held_by, '{}') as held_by,
        case
            when decision.revoked_by is not null then 'revoked'
            when lapse.reason is not null then lapse.reason
            when exists (
                    select 1
                    from review.decision_state as later
                    where
                        (later.figure_key, later.rule_id) = (decision.figure_key, decision.rule_id)
                        and (later.decided_at, later.decision_key) > (decision.decided_at, decision.decision_key)
                        and later.decided_at <= tonight.as_of
                        and (later.signed_by is not null or not later.needs_signature)
                ) then 'replaced'
            when
                decision.word_state in ('pending', 'replaced')
                and decision.needs_signature
                and decision.signed_by is null
                then decision.word_state
            when
                coalesce(decision.signed_at, decision.decided_at) > least(tonight.as_of, judged_at.finished_at)
                then 'waiting'
            when decision.until_date < tonight.as_of::date then 'until_passed'
            when decided_on.submission_state = 'under_review' or not exists (
                    select 1
                    from valued
                    where
                        valued.figure_key = decision.figure_key
                        and valued.value is not distinct from decision.reported_value
                ) then 'not_in_force'
            when decision.decision = 'confirm' then 'kept_out'
            when held.held_by is null and decision.decision = 'correct' then 'accepted_as_corrected'
            when held.held_by is null then 'accepted'
            when decision.decision = 'correct' then 'correction_fails'
            else 'held_by_another_rule'
        end as outcome
    from review.decision_state as decision
    cross join release.tonight
    left join release.run as judged_at on tonight.run_key = judged_at.run_key
    left join checks.flag on decision.flag_id = flag.flag_id
    left join review.decision_lapse as lapse
        on decision.decision_key = lapse.decision_key
        and exists (
            select 1
            from release.run
            where run.run_key = lapse.run_key and run.as_of <= tonight.as_of
        )
    left join checks.submission_state as decided_on on decision.submission_key = decided_on.submission_key
    left join held on decision.figure_key = held.figure_key
)

select
    decision_key,
    flag_id,
    unit_key,
    form_code as form,
    period,
    figure_key,
    rule_id,
    decision,
    reported_value,
    corrected_value,
    reason,
    until_date,
    decided_by,
    carried_by,
    carried_from,
    decided_at,
    case
        when outcome in ('value_changed', 'rule_changed', 'until_passed', 'replaced', 'revoked') then 'lapsed'
        when outcome = 'pending' then 'pending'
        else 'active'
    end as state,
    outcome,
    lapsed_run,
    held_by,
    group_key as "group",
    signed_by,
    signed_at,
    revoked_by as ended_by,
    revoked_reason as ended_reason
from judged
where
    (%(flag)s::text is null or flag_id = %(flag)s)
    and (%(unit)s::text is null or unit_key = %(unit)s)
    and (%(period)s::text is null or period = %(period)s)
order by decided_at desc, decision_key
