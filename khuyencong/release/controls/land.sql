-- Every arrival that tonight's pulls counted as new has its receipt, source by source, and none has one besides.
with tonight as (
    select run_key from release.tonight
),

counted as (
    select
        attempt.source_code,
        sum(attempt.n_new) as n_rows
    from raw.source_attempt as attempt
    inner join tonight on attempt.run_key = tonight.run_key
    group by attempt.source_code
),

kept as (
    select
        receipt.source_code,
        count(*) as n_rows
    from raw.receipt as receipt
    inner join tonight on receipt.first_seen_run = tonight.run_key
    group by receipt.source_code
),

compared as (
    select
        coalesce(counted.source_code, kept.source_code) as source_code,
        coalesce(counted.n_rows, 0) as rows_in,
        coalesce(kept.n_rows, 0) as rows_out
    from counted
    full join kept on counted.source_code = kept.source_code
),

final as (
    select
        'arrivals with a receipt' as control,
        coalesce(sum(rows_in), 0) as rows_in,
        coalesce(sum(rows_out), 0) as rows_out,
        0 as amount_in,
        0 as amount_out,
        count(*) filter (where rows_in <> rows_out) as n_apart,
        coalesce('source ' || min(source_code) filter (where rows_in <> rows_out), '') as example
    from compared
)

select * from final
