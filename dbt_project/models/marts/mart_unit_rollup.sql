-- Every released figure by unit, from January to each period end: its parts and counts, the plan in force, the same
-- period of the year before on the same units.
{{ config(pre_hook=hash_joins_only(), post_hook='analyze {{ this }}') }}

with release as (
    select * from {{ source('release', 'release') }}
),

contribution as (
    select * from {{ source('release', 'contribution') }}
    where closed_release is null
),

indicator as (
    select * from {{ ref('indicators') }}
),

indicator_source as (
    select * from {{ ref('indicator_sources') }}
),

unit as (
    select * from {{ ref('units') }}
),

-- a final period is read from the release at which it was signed
period as (
    select
        ended.period_end,
        frozen.release_number is not null as is_final,
        coalesce(frozen.release_number, (select max(release_number) from release)) as release_number
    from (
        select distinct period_end from contribution
        where measure <> 'plan'
    ) as ended
    cross join lateral (
        select release.final_release(extract(year from ended.period_end)::integer, ended.period_end, null)
            as release_number
    ) as frozen
),

span as (
    select
        *,
        row_number() over (partition by release_number order by period_end)::integer as span
    from period
),

spans as (
    select
        release_number,
        array_agg(date_trunc('year', period_end)::date order by span) as starts,
        array_agg(period_end order by span) as ends,
        array_agg(null::date order by span) as maps
    from span
    group by release_number
),

rolled as (
    select
        figure.*,
        span.period_end as as_at,
        span.release_number,
        span.is_final
    from spans
    cross join
        lateral release.rollup_spans(
            spans.release_number, spans.starts, spans.ends, spans.maps, null, null, null, 'unit', array[]::text[]
        ) as figure
    inner join span on spans.release_number = span.release_number and figure.span = span.span
),

place as (
    select
        span.period_end as as_at,
        map.unit_key,
        map.mapped_key,
        region.region_key
    from span
    cross join lateral release.unit_map(span.period_end, span.period_end) as map
    inner join lateral release.unit_map(null, span.period_end) as region on map.unit_key = region.unit_key
),

-- a unit of the year before that has lost a part since then is not compared; materialized, or the map would be drawn
-- again for every figure
place_before as materialized (
    select
        span.period_end as as_at,
        map.unit_key,
        map.mapped_key
    from span
    cross join lateral release.unit_map(span.period_end, (span.period_end - interval '1 year')::date) as map
    where map.share_from = 0 and map.share_to = 1
),

-- money is measured by the plan of its fund, anything else by its own plan
budget_indicator as (
    select
        fund_code,
        min(indicator_code) as indicator_code
    from indicator_source
    where fact = 'fct_budget'
    group by fund_code
),

denominator as (
    select
        source.indicator_code,
        source.fund_code,
        case
            when source.fact = 'fct_disbursement' then budget_indicator.indicator_code else source.indicator_code
        end as plan_indicator_code
    from indicator_source as source
    left join budget_indicator on source.fund_code = budget_indicator.fund_code
),

planned as (
    select
        as_at,
        unit_key,
        fund_code,
        activity_code,
        indicator_code,
        accepted as plan_value
    from rolled
    where measure = 'plan'
),

-- the year before, on the units of now: predecessors are put together, and only whole figures are compared
year_before as (
    select
        span.period_end as as_at,
        place_before.mapped_key as unit_key,
        rolled.fund_code,
        rolled.activity_code,
        rolled.indicator_code,
        rolled.measure,
        sum(rolled.accepted) as prior_value
    from span
    inner join rolled on rolled.as_at = (span.period_end - interval '1 year')::date
    inner join place_before on span.period_end = place_before.as_at and rolled.unit_key = place_before.unit_key
    where rolled.measure in ('ytd', 'stock') and rolled.is_additive
    group by
        span.period_end, place_before.mapped_key, rolled.fund_code, rolled.activity_code, rolled.indicator_code,
        rolled.measure
    having bool_and(rolled.status = 'accepted')
),

-- what a unit and all that is carried into it say now, to stand beside the year before
year_now as (
    select
        place.as_at,
        place.mapped_key as unit_key,
        rolled.fund_code,
        rolled.activity_code,
        rolled.indicator_code,
        rolled.measure,
        sum(rolled.accepted) as same_unit_value
    from rolled
    inner join place on rolled.as_at = place.as_at and rolled.unit_key = place.unit_key
    where rolled.measure in ('ytd', 'stock') and rolled.is_additive
    group by
        place.as_at, place.mapped_key, rolled.fund_code, rolled.activity_code, rolled.indicator_code, rolled.measure
    having bool_and(rolled.status = 'accepted')
),

final as (
    select
        rolled.unit_key,
        coalesce(unit.unit_name, rolled.unit_key) as unit_name,
        coalesce(place.region_key, rolled.unit_key) as region_key,
        rolled.as_at as period_end,
        rolled.budget_year,
        rolled.fund_code,
        rolled.activity_code,
        rolled.indicator_code,
        indicator.indicator_name,
        indicator.indicator_name_en,
        rolled.measure,
        release.stored_unit(indicator.unit) as unit,
        rolled.is_additive,
        rolled.accepted,
        rolled.disputed,
        rolled.disputed_low,
        rolled.disputed_high,
        rolled.missing_low,
        rolled.missing_high,
        rolled.at_least,
        rolled.at_most,
        rolled.n_owed,
        rolled.n_reported,
        rolled.n_accepted,
        rolled.n_disputed,
        rolled.n_missing,
        rolled.n_returned,
        rolled.n_nil,
        rolled.n_estimated,
        rolled.n_under_review,
        rolled.n_unbounded,
        rolled.status,
        case when planned.plan_value is not null then denominator.plan_indicator_code end as plan_indicator_code,
        planned.plan_value,
        round(100 * rolled.accepted / nullif(planned.plan_value, 0), 2) as plan_pct,
        year_before.prior_value,
        year_now.same_unit_value,
        round(100 * (year_now.same_unit_value / nullif(year_before.prior_value, 0) - 1), 2) as growth_pct,
        release.as_of as data_as_of,
        rolled.release_number,
        rolled.is_final
    from rolled
    inner join release on rolled.release_number = release.release_number
    inner join indicator on rolled.indicator_code = indicator.indicator_code
    left join unit on rolled.unit_key = unit.unit_key
    left join place on rolled.as_at = place.as_at and rolled.unit_key = place.unit_key
    left join denominator
        on rolled.indicator_code = denominator.indicator_code
        and rolled.fund_code = denominator.fund_code
        and rolled.measure <> 'plan'
    left join planned
        on rolled.as_at = planned.as_at
        and rolled.unit_key = planned.unit_key
        and rolled.fund_code = planned.fund_code
        and rolled.activity_code = planned.activity_code
        and denominator.plan_indicator_code = planned.indicator_code
    left join year_before
        on rolled.as_at = year_before.as_at
        and rolled.unit_key = year_before.unit_key
        and rolled.fund_code = year_before.fund_code
        and rolled.activity_code = year_before.activity_code
        and rolled.indicator_code = year_before.indicator_code
        and rolled.measure = year_before.measure
    left join year_now
        on rolled.as_at = year_now.as_at
        and rolled.unit_key = year_now.unit_key
        and rolled.fund_code = year_now.fund_code
        and rolled.activity_code = year_now.activity_code
        and rolled.indicator_code = year_now.indicator_code
        and rolled.measure = year_now.measure
)

select * from final
