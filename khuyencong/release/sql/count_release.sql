-- Tonight's facts against the rows that are open now, and what the marts must show: control, rows in and out, amounts
-- in and out.
with made_contribution as (
    select
        count(*) as n_rows,
        coalesce(sum(abs(value)), 0) as amount
    from facts.fct_contribution
),

open_contribution as (
    select
        count(*) as n_rows,
        coalesce(sum(abs(value)), 0) as amount
    from release.open_contribution
),

made_report as (
    select
        count(*) as n_rows,
        count(*) filter (where is_owed) as n_owed
    from facts.fct_report
),

open_report as (
    select
        count(*) as n_rows,
        count(*) filter (where is_owed) as n_owed
    from release.open_report
),

rolled_up as (
    select
        count(*) as n_rows,
        coalesce(sum(accepted) filter (where is_additive), 0) as amount
    from release.rollup_row
)

select
    'open contributions' as control,
    made_contribution.n_rows as rows_in,
    open_contribution.n_rows as rows_out,
    made_contribution.amount as amount_in,
    open_contribution.amount as amount_out
from made_contribution
cross join open_contribution
union all
select
    'open reports' as control,
    made_report.n_rows as rows_in,
    open_report.n_rows as rows_out,
    made_report.n_owed as amount_in,
    open_report.n_owed as amount_out
from made_report
cross join open_report
union all
select
    'rows of the roll-up' as control,
    n_rows as rows_in,
    n_rows as rows_out,
    amount as amount_in,
    amount as amount_out
from rolled_up
