-- Owed × received: one row a report that the calendar asks for, and one for each report in force that it does not.
with tonight as (
    select as_of from {{ source('release', 'tonight') }}
),

owed as (
    select * from {{ ref('stg_owed') }}
),

submission as (
    select * from {{ ref('fct_submission') }}
    where submission_kind = 'report'
),

-- a report is on time when its first submission that was neither returned nor withdrawn was; later ones are
-- revisions. An archive of past years is never late.
received as (
    select
        unit_key,
        form_code,
        period_end,
        sender_role,
        document_no,
        min(received_at) filter (where submission_state not in ('returned', 'withdrawn', 'withdrawal'))
            as first_received_at,
        (
            array_agg(is_archive order by identity_sequence) filter (
                where submission_state not in ('returned', 'withdrawn', 'withdrawal')
            )
        )[1] as is_archive,
        bool_or(submission_state in ('in_force', 'nil')) as is_in_force,
        bool_or(submission_state = 'nil') as is_nil,
        bool_or(submission_state = 'returned') as is_returned,
        bool_or(is_estimated) filter (where submission_state in ('in_force', 'nil')) as is_estimated,
        min(period_start) filter (where submission_state in ('in_force', 'nil')) as period_start,
        min(sha256) filter (where submission_state in ('in_force', 'nil')) as sha256_in_force,
        (array_agg(sha256 order by identity_sequence desc) filter (where submission_state = 'under_review'))[1]
            as sha256_under_review
    from submission
    group by unit_key, form_code, period_end, sender_role, document_no
),

-- a document in force answers for the report that was asked for, whatever its number
document as (
    select
        *,
        bool_or(is_in_force) over (partition by unit_key, form_code, period_end, sender_role) as is_answered
    from received
),

joined as (
    select
        coalesce(owed.unit_key, document.unit_key) as unit_key,
        coalesce(owed.form_code, document.form_code) as form_code,
        coalesce(owed.period_end, document.period_end) as period_end,
        coalesce(owed.sender_role, document.sender_role) as sender_role,
        coalesce(document.document_no, '') as document_no,
        owed.unit_key is not null as is_owed,
        owed.due_date,
        coalesce(owed.responsible_unit_key, document.unit_key) as responsible_unit_key,
        document.first_received_at,
        coalesce(document.is_archive, false) as is_archive,
        coalesce(document.is_in_force, false) as is_in_force,
        coalesce(document.is_nil, false) as is_nil,
        coalesce(document.is_returned, false) as is_returned,
        coalesce(document.is_estimated, false) as is_estimated,
        document.period_start,
        document.sha256_in_force,
        document.sha256_under_review,
        tonight.as_of
    from owed
    full join document
        on owed.unit_key = document.unit_key
        and owed.form_code = document.form_code
        and owed.period_end = document.period_end
        and owed.sender_role = document.sender_role
    cross join tonight
    where
        document.is_in_force
        or owed.unit_key is not null and not coalesce(document.is_answered, false)
),

final as (
    select
        unit_key,
        form_code,
        period_end,
        sender_role,
        document_no,
        is_owed,
        case
            when is_nil then 'nil' when is_in_force then 'in_force' when is_returned then 'returned' else 'missing'
        end as state,
        -- while nothing came, the days are counted when somebody asks: a count in here would open a release a night
        coalesce(coalesce(first_received_at, as_of)::date > due_date, false) and not is_archive as is_late,
        case
            when is_in_force and is_archive then 0 when is_in_force then greatest(first_received_at::date - due_date, 0)
        end as days_late,
        is_estimated,
        period_start,
        sha256_in_force,
        sha256_under_review,
        due_date,
        responsible_unit_key
    from joined
)

select * from final
