{#- The rows of one level (unit, region, nation) of the released roll-up, with names; nothing is added up here. -#}
{% macro rollup_of_level(level) %}
with rolled as (
    select * from {{ source('release', 'rollup_row') }}
    where level = '{{ level }}'
),

release as (
    select * from {{ source('release', 'release') }}
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
{% if level == 'unit' %}
place as (
    select
        period.as_at,
        map.unit_key,
        map.region_key
    from (select distinct as_at from rolled) as period
    cross join lateral release.unit_map(null, period.as_at) as map
),
{% endif %}
final as (
    select
        rolled.unit_key,
        coalesce(unit.unit_name, rolled.unit_key) as unit_name,
        {% if level == 'unit' %}coalesce(place.region_key, rolled.unit_key) as region_key,{% endif %}
        rolled.as_at as period_end,
        rolled.budget_year,
        rolled.fund_code,
        rolled.activity_code,
        rolled.indicator_code,
        indicator.indicator_name,
        indicator.indicator_name_en,
        rolled.measure,
        meaning.stored_unit as unit,
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
        rolled.plan_indicator_code,
        plan_indicator.indicator_name as plan_indicator_name,
        rolled.plan_value,
        rolled.plan_pct,
        rolled.prior_value,
        rolled.same_units_value,
        rolled.n_same_units,
        rolled.growth_pct,
        rolled.coverage_count_pct,
        rolled.coverage_plan_pct,
        rolled.ratio_mark,
        release.as_of as data_as_of,
        rolled.release_number,
        rolled.is_final
    from rolled
    inner join indicator on rolled.indicator_code = indicator.indicator_code
    inner join meaning on rolled.indicator_code = meaning.indicator_code
    left join indicator as plan_indicator on rolled.plan_indicator_code = plan_indicator.indicator_code
    left join unit on rolled.unit_key = unit.unit_key
    {% if level == 'unit' %}left join place on rolled.as_at = place.as_at and rolled.unit_key = place.unit_key{% endif %}
    inner join release on rolled.release_number = release.release_number
)

select * from final
{% endmacro %}
