-- What became of every file: returned, or the state of the submission that was read from it.
select
    receipt.location,
    case when receipt.state = 'returned' then 'returned' else last.submission_state end as file_state
from raw.receipt as receipt
left join raw.submission as submission on receipt.receipt_key = submission.receipt_key
left join lateral (
    select history.submission_state
    from checks.standing_history as history
    where history.submission_key = submission.submission_key
    order by history.run_key desc
    limit 1
) as last on true
