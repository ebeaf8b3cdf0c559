-- What was rolled up when the release was opened is what the marts show, level by level and in all.
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

rolled_up as (
    select total.*
    from release.control_total as total
    inner join release.tonight as tonight on total.run_key = tonight.run_key
    where total.control = 'rows of the roll-up'
),

final as (
    select
        'rows of the roll-up in the marts' as control,
        max(rolled_up.rows_in) as rows_in,
        sum(compared.rows_out) as rows_out,
        max(rolled_up.amount_in) as amount_in,
        sum(compared.amount_out) as amount_out,
        count(*) filter (
            where compared.rows_in <> compared.rows_out or compared.amount_in <> compared.amount_out
        ) as n_apart,
        coalesce(
            'level '
            || min(compared.level) filter (
                where compared.rows_in <> compared.rows_out or compared.amount_in <> compared.amount_out
            ), ''
        ) as example
    from compared
    cross join rolled_up
)

select * from final
