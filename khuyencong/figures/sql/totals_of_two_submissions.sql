-- Every indicator and measure of the source of record, added up in two submissions.
with counted as (
    select
        form_code,
        fund_code,
        min(indicator_code) as indicator_code
    from register.indicator_sources
    where fact = 'fct_beneficiary'
    group by form_code, fund_code
),

figure as (
    select
        line.submission_key,
        line.budget_year,
        line.period_start,
        line.period_end,
        line.fund_code,
        line.activity_code,
        line.measure,
        coalesce(counted.indicator_code, line.indicator_code) as indicator_code,
        case when counted.indicator_code is null then line.value else 1 end as value
    from staging.stg_figure as line
    -- a line of an establishment counts it, as in facts.fct_beneficiary
    left join counted
        on line.fact = 'beneficiary_support'
        and line.form_code = counted.form_code
        and line.fund_code = counted.fund_code
    where line.submission_key in (%(before)s, %(after)s) and line.line_kind = 'detail' and line.is_source_of_record
)

select
    figure.budget_year,
    figure.period_start,
    figure.period_end,
    figure.fund_code,
    figure.activity_code,
    figure.indicator_code,
    figure.measure,
    indicator.aggregation in ('sum', 'distinct') and not indicator.is_formula as is_national,
    coalesce(sum(figure.value) filter (where figure.submission_key = %(before)s), 0) as before,
    coalesce(sum(figure.value) filter (where figure.submission_key = %(after)s), 0) as after
from figure
inner join register.indicators as indicator on figure.indicator_code = indicator.indicator_code
group by
    figure.budget_year,
    figure.period_start,
    figure.period_end,
    figure.fund_code,
    figure.activity_code,
    figure.indicator_code,
    figure.measure,
    is_national
order by
    figure.indicator_code,
    figure.measure,
    figure.fund_code,
    figure.activity_code,
    figure.period_end
