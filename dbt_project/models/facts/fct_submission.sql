-- One submission and what became of it: the newest word of the gate, and how it stands to its due date.
{{ config(indexes=[{'columns': ['submission_key']}, {'columns': ['sha256']}]) }}

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
    select * from {{ source('checks', 'submission_state') }}
),

-- the chain of an identity: what the door accepted, in the order of arrival
chain as (
    select
        submission_key,
        row_number() over (chain_order)::integer as revision_number,
        lag(submission_key) over (chain_order) as replaces_submission_key
    from submission
    where door_verdict in ('accept', 'withdrawn')
    window chain_order as (partition by identity_key order by identity_sequence)
),

-- what took the place of a submission: the next one of its identity that does not wait under review
successor as (
    select distinct on (submission.submission_key)
        submission.submission_key,
        later.submission_key as replaced_by_submission_key
    from submission
    inner join standing on submission.submission_key = standing.submission_key
    inner join submission as later
        on submission.identity_key = later.identity_key
        and submission.identity_sequence < later.identity_sequence
    inner join standing as later_standing on later.submission_key = later_standing.submission_key
    where
        standing.submission_state in ('superseded', 'withdrawn')
        and later_standing.submission_state not in ('returned', 'under_review')
    order by submission.submission_key, later.identity_sequence
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
        chain.revision_number,
        chain.replaces_submission_key,
        successor.replaced_by_submission_key,
        coalesce(
            standing.submission_state,
            case when submission.door_verdict = 'return' then 'returned' end
        ) as submission_state,
        coalesce(standing.n_holds, 0) as n_holds,
        submission.received_at,
        owed.due_date,
        case
            when submission.is_archive then 0 else greatest(submission.received_at::date - owed.due_date, 0)
        end as days_late,
        submission.is_archive,
        receipt.source_code,
        receipt.location,
        receipt.sender,
        receipt.file_extension,
        submission.sha256
    from submission
    inner join receipt on submission.receipt_key = receipt.receipt_key
    left join standing on submission.submission_key = standing.submission_key
    left join chain on submission.submission_key = chain.submission_key
    left join successor on submission.submission_key = successor.submission_key
    left join owed
        on submission.unit_key = owed.unit_key
        and submission.form_code = owed.form_code
        and submission.period_end = owed.period_end
        and submission.sender_role = owed.sender_role
)

select * from final
