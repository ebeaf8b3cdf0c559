-- The submissions of one receipt, each with what the gate made of it tonight and the receipts of later ones of its
-- identity. A receipt whose bytes are those of the report that is there already opened no submission: that one
-- speaks for it.
with own as (
    select * from raw.submission
    where receipt_key = %(receipt_key)s
),

same as (
    select distinct on (form_code, unit_key, period_end, sender_role, document_no) * from raw.submission
    where sha256 = %(sha256)s and door_verdict = 'accept' and not exists (select from own)
    order by form_code, unit_key, period_end, sender_role, document_no, submission_key desc
),

asked as (
    select * from own
    union all
    select * from same
),

held as (
    select
        submission_key,
        count(distinct row(sheet_code, row_number, column_name)) as n_held
    from checks.hold
    where run_key = %(run_key)s
    group by submission_key
),

later as (
    select
        asked.submission_key,
        array_agg(newer.receipt_key order by newer.received_at desc, newer.sha256 desc) as later_receipts
    from asked
    inner join register.form on asked.form_code = form.form_code
    inner join raw.submission as newer
        on (newer.form_code, newer.unit_key, newer.period_end, newer.sender_role)
        = (asked.form_code, asked.unit_key, asked.period_end, asked.sender_role)
        and (asked.document_no = newer.document_no or not form.has_document_no)
        and newer.door_verdict = 'accept'
        and (newer.received_at, newer.sha256) > (asked.received_at, asked.sha256)
    group by asked.submission_key
),

final as (
    select
        asked.submission_key,
        asked.form_code,
        asked.unit_key,
        asked.period_end,
        asked.door_verdict,
        recorded.submission_state as state,
        coalesce(held.n_held, 0) as n_held,
        later.later_receipts
    from asked
    left join checks.submission_state as recorded on asked.submission_key = recorded.submission_key
    left join held on asked.submission_key = held.submission_key
    left join later on asked.submission_key = later.submission_key
)

select * from final
order by submission_key
