-- The submissions that tonight may see, each with its identity, its place in the queue of that identity, and
-- whether its sender is the one whose word counts.
{{ config(
    materialized='table',
    post_hook='analyze {{ this }}'
) }}

with tonight as (
    select * from {{ source('release', 'tonight') }}
),

submission as (
    select * from {{ source('raw', 'submission') }}
),

receipt as (
    select * from {{ source('raw', 'receipt') }}
),

form as (
    select * from {{ source('register', 'form') }}
),

form_role as (
    select * from {{ ref('form_roles') }}
),

withdrawal as (
    select withdrawal.*
    from {{ source('review', 'withdrawal') }} as withdrawal
    inner join tonight on withdrawal.withdrawn_at <= tonight.as_of
),

unit as (
    select * from {{ ref('units') }}
),

visible as (
    select
        submission.*,
        withdrawal.submission_key is not null as is_taken_out,
        coalesce(withdrawal.was_in_force, false) as was_in_force,
        receipt.is_archive,
        unit.unit_kind,
        form_role.sender_role as role_in_force,
        form.is_line_form,
        form.has_document_no,
        raw.identity_key(
            submission.unit_key,
            submission.form_code,
            submission.period_end,
            submission.sender_role,
            submission.document_no,
            form.has_document_no
        ) as identity_key
    from submission
    inner join tonight on submission.received_at <= tonight.as_of
    inner join receipt on submission.receipt_key = receipt.receipt_key
    inner join form on submission.form_code = form.form_code
    left join withdrawal on submission.submission_key = withdrawal.submission_key
    left join unit on submission.unit_key = unit.unit_key
    left join form_role
        on submission.form_code = form_role.form_code
        and unit.unit_kind = form_role.unit_kind
),

placed as (
    select
        visible.*,
        case
            -- running text has no role in force: its numbers are mentions, never figures
            when not exists (
                    select 1 from form_role
                    where form_role.form_code = visible.form_code
                ) then 'mentions'
            when visible.sender_role = visible.role_in_force then 'report'
            else 'cross_check'
        end as submission_kind,
        row_number() over (
            partition by visible.identity_key
            order by visible.received_at, visible.sha256, visible.submission_key
        ) as identity_sequence
    from visible
),

final as (
    select
        submission_key,
        receipt_key,
        form_code,
        form_version,
        unit_key,
        unit_kind,
        sender_role,
        role_in_force,
        submission_kind,
        document_no,
        document_date,
        budget_year,
        period_start,
        period_end,
        cutoff_date,
        money_unit,
        money_factor,
        is_estimated or coalesce(cutoff_date > received_at::date, false) as is_estimated,
        is_nil,
        nil_reason,
        is_withdrawal,
        is_archive,
        is_line_form,
        has_document_no,
        received_at,
        sha256,
        case when is_taken_out then 'withdrawn' else door_verdict end as door_verdict,
        was_in_force,
        identity_key,
        identity_sequence,
        -- the first guess of what stands: the newest that the door accepted, unless a withdrawal came after it
        submission_kind = 'report'
        and door_verdict = 'accept'
        and not is_taken_out
        and not is_withdrawal
        and identity_sequence = max(identity_sequence) filter (
            where door_verdict = 'accept' and (was_in_force or not is_taken_out)
        ) over (partition by identity_key) as is_newest_accepted
    from placed
)

select * from final
