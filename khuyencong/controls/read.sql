-- Every receipt that the night knows was read or returned, and what was read came to a submission or to a finding.
with receipt as (
    select receipt.*
    from raw.receipt as receipt
    inner join release.tonight as tonight on receipt.received_at <= tonight.as_of
),

told as (
    select receipt_key from raw.submission
    union
    select receipt_key from raw.finding
),

final as (
    select
        'receipts' as control,
        count(*) as rows_in,
        count(*) filter (where receipt.state <> 'landed') as rows_out,
        coalesce(sum(receipt.byte_count), 0) as amount_in,
        coalesce(sum(receipt.byte_count) filter (where receipt.state <> 'landed'), 0) as amount_out,
        count(*) filter (where receipt.state = 'landed') as n_apart,
        coalesce(min(receipt.location) filter (where receipt.state = 'landed'), '') as example
    from receipt
    union all
    select
        'receipts that said something' as control,
        count(*) as rows_in,
        count(told.receipt_key) as rows_out,
        coalesce(sum(receipt.byte_count), 0) as amount_in,
        coalesce(sum(receipt.byte_count) filter (where told.receipt_key is not null), 0) as amount_out,
        count(*) filter (where told.receipt_key is null) as n_apart,
        coalesce(min(receipt.location) filter (where told.receipt_key is null), '') as example
    from receipt
    left join told on receipt.receipt_key = told.receipt_key
    where receipt.state <> 'landed'
)

select * from final
