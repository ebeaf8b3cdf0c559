-- Every submission was judged, and is returned exactly where a finding returns it; its amounts as they are written.
with submission as (
    select
        submission.submission_key,
        submission.door_run is not null
        and (submission.door_verdict = 'return') = exists (
            select 1 from raw.finding
            where finding.submission_key = submission.submission_key and finding.verdict = 'return'
        ) as is_judged
    from raw.submission as submission
    inner join release.tonight as tonight
        on submission.received_at <= tonight.as_of and coalesce(submission.door_run, tonight.run_key) = tonight.run_key
),

written as (
    select
        submission.submission_key,
        submission.is_judged,
        coalesce(sum(abs(cell.value)), 0) as amount
    from submission
    left join raw.cell as cell on submission.submission_key = cell.submission_key
    group by submission.submission_key, submission.is_judged
),

final as (
    select
        'submissions judged' as control,
        count(*) as rows_in,
        count(*) filter (where is_judged) as rows_out,
        coalesce(sum(amount), 0) as amount_in,
        coalesce(sum(amount) filter (where is_judged), 0) as amount_out,
        count(*) filter (where not is_judged) as n_apart,
        coalesce('submission ' || min(submission_key) filter (where not is_judged), '') as example
    from written
)

select * from final
