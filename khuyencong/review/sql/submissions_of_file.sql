-- The submissions of the newest receipt of a place in an inbox that has any.
select
    submission_key,
    form_code,
    unit_key,
    to_char(period_end, 'MM/YYYY') as period
from raw.submission
where receipt_key = (
        select max(receipt.receipt_key)
        from raw.receipt
        inner join raw.submission as received on receipt.receipt_key = received.receipt_key
        where receipt.location = %(location)s
    )
order by submission_key
