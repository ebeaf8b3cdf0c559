{#- Rows of units put together into groups. Each unit stands once in each row, so its amounts and counts may be added;
    distinct counts are taken from the release again, other figures that are not sums are not shown. -#}
{% macro rollup_of_units(group_column, level) %}
    with unit_row as (
        select *, {{ group_column }} as group_key from {{ ref('mart_unit_rollup') }}
    ),

    span as (
        select
            release_number,
            array_agg(period_end order by period_end) as ends
        from (select distinct period_end, release_number from unit_row) as period
        group by release_number
    ),

    distinct_indicator as (
        select array_agg(indicator_code) as indicator_codes from {{ ref('indicators') }}
        where aggregation = 'distinct'
    ),

    counted_once as (
        select
            rolled.*,
            span.ends[rolled.span] as as_at
        from span
        cross join distinct_indicator
        cross join lateral release.rollup_spans(
            span.release_number,
            array(select date_trunc('year', e)::date from unnest(span.ends) as e),
            span.ends,
            array(select null::date from unnest(span.ends)),
            null, null, distinct_indicator.indicator_codes, '{{ level }}', array[]::text []
        ) as rolled
    ),

    summed as (
        select
            group_key as unit_key,
            period_end,
            budget_year,
            fund_code,
            activity_code,
            indicator_code,
            measure,
            unit,
            is_additive,
            release_number,
            is_final,
            case when is_additive then sum(accepted) end as accepted,
            case when is_additive then sum(disputed) end as disputed,
            case when is_additive then sum(disputed_low) end as disputed_low,
            case when is_additive then sum(disputed_high) end as disputed_high,
            case when is_additive then sum(missing_low) end as missing_low,
            case when is_additive then sum(missing_high) end as missing_high,
            sum(n_owed)::bigint as n_owed,
            sum(n_reported)::bigint as n_reported,
            sum(n_accepted)::bigint as n_accepted,
            sum(n_disputed)::bigint as n_disputed,
            sum(n_missing)::bigint as n_missing,
            sum(n_returned)::bigint as n_returned,
            sum(n_nil)::bigint as n_nil,
            sum(n_estimated)::bigint as n_estimated,
            sum(n_under_review)::bigint as n_under_review,
            sum(n_unbounded)::bigint as n_unbounded,
            min(plan_indicator_code) as plan_indicator_code,
            case when is_additive then sum(plan_value) end as plan_value,
            sum(plan_value) filter (where is_additive and n_owed > 0 and n_reported = n_owed) as plan_reported,
            sum(plan_value) filter (where is_additive and n_owed > 0) as plan_owed,
            sum(same_unit_value) filter (where is_additive and prior_value is not null) as same_units_value,
            sum(prior_value) filter (where is_additive and same_unit_value is not null) as prior_value,
            count(prior_value) filter (where same_unit_value is not null) as n_same_units
        from unit_row
        group by
            group_key, period_end, budget_year, fund_code, activity_code, indicator_code, measure, unit, is_additive,
            release_number, is_final
    )

    select
        summed.unit_key,
        coalesce(units.unit_name, summed.unit_key) as unit_name,
        summed.period_end,
        summed.budget_year,
        summed.fund_code,
        summed.activity_code,
        summed.indicator_code,
        indicators.indicator_name,
        indicators.indicator_name_en,
        summed.measure,
        summed.unit,
        summed.is_additive,
        coalesce(summed.accepted, counted_once.accepted) as accepted,
        coalesce(summed.disputed, counted_once.disputed) as disputed,
        summed.disputed_low,
        summed.disputed_high,
        summed.missing_low,
        summed.missing_high,
        summed.accepted + summed.disputed_low + summed.missing_low as at_least,
        summed.accepted + summed.disputed_high + summed.missing_high as at_most,
        summed.n_owed,
        summed.n_reported,
        summed.n_accepted,
        summed.n_disputed,
        summed.n_missing,
        summed.n_returned,
        summed.n_nil,
        summed.n_estimated,
        summed.n_under_review,
        summed.n_unbounded,
        summed.plan_indicator_code,
        plan_indicator.indicator_name as plan_indicator_name,
        summed.plan_value,
        round(100 * summed.accepted / nullif(summed.plan_value, 0), 2) as plan_pct,
        summed.prior_value,
        summed.same_units_value,
        summed.n_same_units,
        round(100 * (summed.same_units_value / nullif(summed.prior_value, 0) - 1), 2) as growth_pct,
        round(100.0 * summed.n_reported / nullif(summed.n_owed, 0), 2) as coverage_count_pct,
        round(100 * coalesce(summed.plan_reported, 0) / nullif(summed.plan_owed, 0), 2) as coverage_plan_pct,
        release.as_of as data_as_of,
        release.release_number,
        summed.is_final
    from summed
    inner join {{ ref('indicators') }} as indicators on summed.indicator_code = indicators.indicator_code
    left join {{ ref('indicators') }} as plan_indicator
        on summed.plan_indicator_code = plan_indicator.indicator_code
    left join {{ ref('units') }} as units on summed.unit_key = units.unit_key
    left join counted_once
        on summed.unit_key = counted_once.unit_key
        and summed.period_end = counted_once.as_at
        and summed.fund_code = counted_once.fund_code
        and summed.activity_code = counted_once.activity_code
        and summed.indicator_code = counted_once.indicator_code
        and summed.measure = counted_once.measure
    inner join {{ source('release', 'release') }} as release on summed.release_number = release.release_number
{% endmacro %}
