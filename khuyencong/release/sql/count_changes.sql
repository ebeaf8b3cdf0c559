-- How many rows tonight's changes open and close: n_opened, n_closed.
with changed as (
    select
        is_new,
        old_key
    from change_report
    union all
    select
        is_new,
        old_key
    from change_contribution
)

select
    count(*) filter (where is_new) as n_opened,
    count(old_key) as n_closed
from changed
