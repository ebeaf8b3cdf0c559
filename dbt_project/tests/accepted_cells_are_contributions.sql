-- What the cells in force say and nobody holds is what the contributions accept, by indicator, in rows and in amounts;
-- what a reviewer corrected is left out of the amounts.
with cell as (
    select
        indicator_code,
        cell_state,
        count(*) as n_rows,
        sum(value) as amount
    from {{ ref('fct_cell_state') }}
    where cell_state in ('accepted', 'held')
    group by indicator_code, cell_state
),

contribution as (
    select
        contribution.indicator_code,
        case contribution.state when 'disputed' then 'held' else contribution.state end as cell_state,
        count(*) as n_rows,
        sum(contribution.value) as amount,
        bool_or(contribution.is_corrected) as is_corrected
    from {{ ref('fct_contribution') }} as contribution
    inner join {{ ref('indicators') }} as indicator
        on contribution.indicator_code = indicator.indicator_code and indicator.aggregation = 'sum'
    where
        contribution.carried_into = ''
        and (contribution.state = 'accepted' or contribution.state = 'disputed' and contribution.value is not null)
    group by
        contribution.indicator_code,
        case contribution.state when 'disputed' then 'held' else contribution.state end
)

select
    coalesce(cell.indicator_code, contribution.indicator_code) as indicator_code,
    coalesce(cell.cell_state, contribution.cell_state) as cell_state,
    cell.n_rows as n_cells,
    contribution.n_rows as n_contributions,
    cell.amount as amount_of_cells,
    contribution.amount as amount_of_contributions
from cell
full join contribution
    on cell.indicator_code = contribution.indicator_code and cell.cell_state = contribution.cell_state
where
    cell.n_rows is distinct from contribution.n_rows
    or cell.amount is distinct from contribution.amount and not contribution.is_corrected
