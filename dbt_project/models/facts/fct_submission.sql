-- One submission and what became of it: the newest word of the gate, and how it stands to its due date.
{{ config(unlogged=true, indexes=[{'columns': ['submission_key']}, {'columns': ['sha256']}]) }}

with submission as (
    select * from {{ ref('stg_submission') }}
),

receipt as (
    select * from {{ source('raw', 'receipt') }}
),

owed as (
    select * from {{ ref('stg_owed') }}
),

standing as (
    select distinct on (submission_key)
        submission_key,
        submission_state,
        n_holds
    from {{ source('checks', 'standing_history') }}
    where run_key <= (select tonight.run_key from {{ source('release', 'tonight') }} as tonight)
    order by submission_key, run_key desc
),

final as (
    select
        submission.submission_key,
        submission.form_code,
        submission.unit_key,
        submission.sender_role,
        submission.submission_kind,
        case when submission.has_document_no then submission.document_no else '' end as document_no,
        submission.document_date,
        submission.budget_year,
        submission.period_start,
        submission.period_end,
        submission.cutoff_date,
        submission.is_estimated,
        submission.is_nil,
        submission.nil_reason,
        submission.identity_key,
        submission.identity_sequence,
        coalesce(
            standing.submission_state,
            case when submission.door_verdict = 'return' then 'returned' end
        ) as submission_state,
        coalesce(standing.n_holds, 0) as n_holds,
        submission.received_at,
        owed.due_date,
        greatest(submission.received_at::date - owed.due_date, 0) as days_late,
        receipt.source_code,
        receipt.location,
        receipt.sender,
        receipt.file_extension,
        submission.sha256
    from submission
    inner join receipt on submission.receipt_key = receipt.receipt_key
    left join standing on submission.submission_key = standing.submission_key
    left join owed
        on submission.unit_key = owed.unit_key
        and submission.form_code = owed.form_code
        and submission.period_end = owed.period_end
        and submission.sender_role = owed.sender_role
)

select * from final
