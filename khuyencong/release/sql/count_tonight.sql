-- Contributions and reports as they stand, to be counted when they are made and again when they are released.
select
    %(contributions)s as control,
    count(*) as n_rows,
    coalesce(sum(abs(value)), 0) as amount
from facts.fct_contribution
union all
select
    %(reports)s as control,
    count(*) as n_rows,
    count(*) filter (where is_owed) as amount
from facts.fct_report
