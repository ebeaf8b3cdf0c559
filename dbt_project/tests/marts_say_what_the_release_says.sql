-- The national row of each indicator that is added up is the sum of the released contributions themselves: accepted,
-- disputed and the bounds, for every period and fund; of a final period as they were released when it was signed.
with contribution as (
    select * from {{ source('release', 'contribution') }}
    where measure <> 'plan'
),

period as (
    select
        ended.period_end,
        coalesce(
            release.final_release(extract(year from ended.period_end)::integer, ended.period_end, null),
            (select max(release_number) from {{ source('release', 'release') }})
        ) as release_number
    from (select distinct period_end from contribution) as ended
),

released as (
    select
        c.period_end,
        c.fund_code,
        c.indicator_code,
        c.measure,
        coalesce(sum(c.value) filter (where c.state in ('accepted', 'carried')), 0) as accepted,
        coalesce(sum(c.value) filter (where c.state = 'disputed'), 0) as disputed,
        coalesce(sum(c.low) filter (where c.state in ('disputed', 'missing')), 0) as lows
    from contribution as c
    inner join period as p
        on c.period_end = p.period_end
        and c.opened_release <= p.release_number
        and coalesce(c.closed_release > p.release_number, true)
    inner join {{ ref('indicators') }} as i on c.indicator_code = i.indicator_code and i.aggregation = 'sum'
    group by c.period_end, c.fund_code, c.indicator_code, c.measure
),

shown as (
    select
        period_end,
        fund_code,
        indicator_code,
        measure,
        sum(accepted) as accepted,
        sum(disputed) as disputed,
        sum(disputed_low + missing_low) as lows,
        bool_and(n_owed = n_accepted + n_disputed + n_missing) as is_closed
    from {{ ref('mart_national_rollup') }}
    where is_additive and measure <> 'plan'
    group by period_end, fund_code, indicator_code, measure
)

select
    coalesce(released.period_end, shown.period_end) as period_end,
    coalesce(released.indicator_code, shown.indicator_code) as indicator_code
from released
full join shown
    on released.period_end = shown.period_end
    and released.fund_code = shown.fund_code
    and released.indicator_code = shown.indicator_code
    and released.measure = shown.measure
where
    released.accepted is distinct from shown.accepted
    or released.disputed is distinct from shown.disputed
    or released.lows is distinct from shown.lows
    or not shown.is_closed
