-- What was rolled up when the release was opened is what the marts show, level by level.
with rolled as (
    select
        level,
        count(*) as n_rows,
        coalesce(sum(accepted) filter (where is_additive), 0) as amount
    from release.rollup_row
    group by level
),

shown as (
    select
        'unit' as level,
        count(*) as n_rows,
        coalesce(sum(accepted) filter (where is_additive), 0) as amount
    from marts.mart_unit_rollup
    union all
    select
        'region' as level,
        count(*) as n_rows,
        coalesce(sum(accepted) filter (where is_additive), 0) as amount
    from marts.mart_regional_rollup
    union all
    select
        'nation' as level,
        count(*) as n_rows,
        coalesce(sum(accepted) filter (where is_additive), 0) as amount
    from marts.mart_national_rollup
),

compared as (
    select
        shown.level,
        coalesce(rolled.n_rows, 0) as rows_in,
        shown.n_rows as rows_out,
        coalesce(rolled.amount, 0) as amount_in,
        shown.amount as amount_out
    from shown
    left join rolled on shown.level = rolled.level
),

final as (
    select
        'rows of the roll-up in the marts' as control,
        sum(rows_in) as rows_in,
        sum(rows_out) as rows_out,
        sum(amount_in) as amount_in,
        sum(amount_out) as amount_out,
        count(*) filter (where rows_in <> rows_out or amount_in <> amount_out) as n_apart,
        coalesce('level ' || min(level) filter (where rows_in <> rows_out or amount_in <> amount_out), '') as example
    from compared
)

select * from final
