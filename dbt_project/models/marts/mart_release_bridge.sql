-- Why figures changed from one release to the next: every change by unit, figure and reason. The rows of a release
-- never change, so only new releases are added; groups and longer bridges are sums of these rows.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with release as (
    select * from {{ source('release', 'release') }}
    where
        release_number > 1
        {% if is_incremental() %}
            and release_number > (select coalesce(max(release_number), 1) from {{ this }})
        {% endif %}
),

indicator as (
    select * from {{ ref('indicators') }}
),

meaning as (
    select * from {{ ref('stg_indicator') }}
),

unit as (
    select * from {{ ref('units') }}
),

span as (
    select array_agg(period_end order by period_end) as ends
    from (
        select distinct period_end from {{ source('release', 'contribution') }}
        where measure <> 'plan'
    ) as period
),

changed as (
    select
        release.release_number as at_release,
        release.as_of,
        span.ends[change.span] as as_at,
        change.*
    from release
    cross join span
    cross join
        lateral release.bridge_changes(
            release.release_number - 1,
            release.release_number,
            array(select register.year_start(register.budget_year_of(e)) from unnest(span.ends) as e),
            span.ends,
            'unit'
        ) as change
    where span.ends is not null
),

place as (
    select
        period.as_at,
        map.unit_key,
        map.region_key
    from (select distinct as_at from changed) as period
    cross join lateral release.unit_map(null, period.as_at) as map
),

summed as (
    select
        at_release,
        as_of,
        group_key as unit_key,
        as_at,
        budget_year,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        reason,
        sum(accepted) as accepted_change,
        sum(disputed) as disputed_change,
        sum(disputed_low) as disputed_low_change,
        sum(disputed_high) as disputed_high_change,
        sum(missing_low) as missing_low_change,
        sum(missing_high) as missing_high_change,
        count(*) as n_changes
    from changed
    group by
        at_release, as_of, group_key, as_at, budget_year, fund_code, activity_code, indicator_code, measure, reason
),

final as (
    select
        summed.at_release as release_number,
        summed.as_of,
        summed.unit_key,
        coalesce(unit.unit_name, summed.unit_key) as unit_name,
        coalesce(place.region_key, summed.unit_key) as region_key,
        summed.as_at as period_end,
        summed.budget_year,
        summed.fund_code,
        summed.activity_code,
        summed.indicator_code,
        indicator.indicator_name,
        indicator.indicator_name_en,
        summed.measure,
        meaning.stored_unit as unit,
        summed.reason,
        summed.accepted_change,
        summed.disputed_change,
        summed.disputed_low_change,
        summed.disputed_high_change,
        summed.missing_low_change,
        summed.missing_high_change,
        summed.n_changes,
        coalesce(
            release.final_release(summed.budget_year, summed.as_at, null) < summed.at_release, false
        ) as is_after_final
    from summed
    inner join indicator on summed.indicator_code = indicator.indicator_code
    inner join meaning on summed.indicator_code = meaning.indicator_code
    left join unit on summed.unit_key = unit.unit_key
    left join place on summed.as_at = place.as_at and summed.unit_key = place.unit_key
)

select * from final
