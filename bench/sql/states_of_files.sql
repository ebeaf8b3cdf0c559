-- What became of every file: returned, or the state of the submission that was read from it.
select
    receipt.location,
    case when receipt.state = 'returned' then 'returned' else last.submission_state end as file_state
from raw.receipt as receipt
left join raw.submission as submission on receipt.receipt_key = submission.receipt_key
left join checks.submission_state as last on submission.submission_key = last.submission_key
