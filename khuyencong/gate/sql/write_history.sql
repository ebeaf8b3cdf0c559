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
left join lateral (
    select
        history.submission_state,
        history.n_holds
    from checks.standing_history as history
    where history.submission_key = now_is.submission_key
    order by history.run_key desc
    limit 1
) as last on true
where (now_is.submission_state, now_is.n_holds) is distinct from (last.submission_state, last.n_holds)
