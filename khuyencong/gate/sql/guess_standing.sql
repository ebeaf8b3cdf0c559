-- The newest that was taken up of each identity is guessed to stand, unless it takes its report back.
insert into checks.standing (submission_key, run_key)
select
    submission_key,
    %(run_key)s
from (
    select distinct on (identity_key)
        submission_key,
        is_withdrawal
    from taken_up
    order by identity_key, identity_sequence desc
) as newest
where not is_withdrawal
