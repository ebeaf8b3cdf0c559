-- Every receipt that the night knows was read, returned or set aside, or the night wrote down why it waits; and what
-- does not wait came to a submission or to a finding.
with receipt as (
    select receipt.*
    from raw.receipt as receipt
    inner join release.tonight as tonight on receipt.received_at <= tonight.as_of
),

waiting as (
    select distinct trouble.receipt_key
    from raw.read_trouble as trouble
    inner join release.tonight as tonight on trouble.run_key = tonight.run_key
),

fate as (
    select
        receipt.*,
        receipt.state <> 'landed' or waiting.receipt_key is not null as has_fate
    from receipt
    left join waiting on receipt.receipt_key = waiting.receipt_key
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
        count(*) filter (where has_fate) as rows_out,
        coalesce(sum(byte_count), 0) as amount_in,
        coalesce(sum(byte_count) filter (where has_fate), 0) as amount_out,
        count(*) filter (where not has_fate) as n_apart,
        coalesce(min(location) filter (where not has_fate), '') as example
    from fate
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
