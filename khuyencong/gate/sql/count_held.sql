-- How many figures of submissions in force are held in a run.
with held as (
    select distinct
        hold.submission_key,
        hold.sheet_code,
        hold.row_number,
        hold.column_name
    from checks.hold as hold
    inner join checks.standing as standing on hold.submission_key = standing.submission_key
    where hold.run_key = %(run_key)s
)

select count(*) as n_held
from held
