-- One row for each submission whose state or number of holds is not what was recorded last.
insert into checks.standing_history (run_key, submission_key, submission_state, n_holds)
select
    %(run_key)s,
    now_is.submission_key,
    now_is.submission_state,
    now_is.n_holds
from
    unnest(%(submission_keys)s::bigint[], %(states)s::text[], %(n_holds)s::integer[])
        as now_is (submission_key, submission_state, n_holds)
left join checks.submission_state as last on now_is.submission_key = last.submission_key
where (now_is.submission_state, now_is.n_holds) is distinct from (last.submission_state, last.n_holds)
