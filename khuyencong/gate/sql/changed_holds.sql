-- Submissions with a figure that was held when rules were judged and is not now, or is now.
with held as (
    select distinct
        submission_key,
        sheet_code,
        row_number,
        column_name
    from checks.hold
    where run_key = %(run_key)s
)

select coalesce(before.submission_key, held.submission_key) as submission_key
from checks.chk_disputed as before
full join held
    on
    before.submission_key = held.submission_key
    and before.sheet_code = held.sheet_code
    and before.row_number = held.row_number
    and before.column_name = held.column_name
where before.submission_key is null or held.submission_key is null
