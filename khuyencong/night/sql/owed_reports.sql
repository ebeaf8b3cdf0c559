-- Reports that are owed about now, as the last night saw them, each with the plan money in force at its period's end of
-- all units that its unit answers for: decisions go on naming provinces that have closed.
with money as (
    select distinct
        sources.indicator_code,
        sources.fund_code
    from register.indicator_sources as sources
    inner join register.funds as funds on sources.fund_code = funds.fund_code
    where sources.fact = 'fct_budget' and funds.is_of_programme = 'yes'
),

duty as (
    select * from facts.fct_duty
    where due_date between %(due_from)s and %(due_until)s
),

owed_period as (
    select array_agg(distinct period_end) as period_ends
    from duty
),

answering as (
    select
        owed_period.period_ends[unit.span] as period_end,
        unit.unit_key,
        unit.answering_key
    from owed_period
    cross join lateral release.answering_units(owed_period.period_ends) as unit
),

plan as (
    select
        answering.answering_key as unit_key,
        answering.period_end,
        contribution.budget_year,
        sum(contribution.value) as plan_vnd
    from release.open_contribution as contribution
    inner join money
        on contribution.indicator_code = money.indicator_code and contribution.fund_code = money.fund_code
    inner join answering on contribution.unit_key = answering.unit_key
    where
        contribution.measure = 'plan'
        and contribution.state in ('accepted', 'carried')
        and contribution.effective_from <= answering.period_end
        and coalesce(contribution.effective_to > answering.period_end, true)
    group by answering.answering_key, answering.period_end, contribution.budget_year
)

select
    duty.period_end,
    duty.unit_key,
    duty.form_code,
    duty.n_reported = 1 or duty.n_under_review = 1 as was_there,
    coalesce(plan.plan_vnd, 0) as plan_vnd
from duty
left join plan
    on
    duty.unit_key = plan.unit_key
    and duty.period_end = plan.period_end
    and duty.budget_year = plan.budget_year
order by duty.period_end, duty.unit_key, duty.form_code
