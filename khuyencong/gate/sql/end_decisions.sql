-- Decisions that end by themselves tonight: the figure has another value in force, the rule other terms or bounds, or
-- the last day is over. What was withdrawn or left out has no value in force any more.
insert into review.decision_lapse (decision_key, run_key, reason)
with figure_in_force as (
    select
        figure.figure_key,
        figure.form_code,
        figure.value
    from staging.stg_figure as figure
    inner join checks.standing as standing on figure.submission_key = standing.submission_key
    where figure.figure_key in (select figure_key from review.decision)
)

select distinct on (decision.decision_key)
    decision.decision_key,
    run.run_key,
    case
        when (rule.terms_hash is distinct from decision.rule_terms_hash) then 'rule_changed'
        when decision.until_date < run.as_of::date then 'until_passed'
        else 'value_changed'
    end as reason
from review.decision as decision
inner join release.run as run on run.run_key = %(run_key)s and decision.decided_at <= run.as_of
left join review.decision_lapse as lapse on decision.decision_key = lapse.decision_key
left join register.rule as rule on decision.rule_id = rule.rule_id
left join checks.submission_state as decided_on on decision.submission_key = decided_on.submission_key
left join raw.submission as reviewed on decision.submission_key = reviewed.submission_key
-- the figure of the form that was reviewed: another form may say another number under the same key
left join figure_in_force
    on
    decision.figure_key = figure_in_force.figure_key
    and (reviewed.form_code is null or reviewed.form_code = figure_in_force.form_code)
where
    lapse.decision_key is null
    and not exists (
        select 1 from review.revocation as revocation
        where revocation.decision_key = decision.decision_key and revocation.revoked_at <= run.as_of
    )
    and (
        rule.terms_hash is distinct from decision.rule_terms_hash
        or decision.until_date < run.as_of::date
        or (
            decided_on.submission_state <> 'under_review'
            or decision.submission_key is null and figure_in_force.figure_key is not null
        )
        and (
            figure_in_force.figure_key is null
            or figure_in_force.value is distinct from decision.reported_value
        )
    )
