-- Submissions that the door accepted by a moment and that no night has seen, or those under review, in the order of
-- arrival: what the planning of steps must know of each (khuyencong.gate.steps.Arrived).
with submission as (
    select
        submission.*,
        raw.identity_key(
            submission.unit_key,
            submission.form_code,
            submission.period_end,
            submission.sender_role,
            submission.document_no,
            form.has_document_no
        ) as identity_key
    from raw.submission as submission
    inner join register.form as form on submission.form_code = form.form_code
    where
        submission.door_verdict = 'accept'
        and submission.received_at <= %(as_of)s
        and exists (
            select 1 from register.form_column
            where form_column.form_code = submission.form_code
        )
),

placed as (
    select
        *,
        row_number() over (
            partition by identity_key
            order by received_at, sha256, submission_key
        ) > 1 as is_revision,
        bool_or(submission_key in (select submission_key from review.decision)) over (
            partition by identity_key
        ) as is_decided
    from submission
)

select
    placed.submission_key,
    placed.identity_key,
    placed.unit_key,
    placed.period_end,
    least(placed.document_date, placed.period_end) as spoken_until,
    placed.budget_year,
    placed.received_at,
    placed.is_revision,
    placed.form_code in (
        select form_code from register.form_column
        where column_type = 'unit' and column_role = 'key'
    ) as names_units,
    coalesce(placed.is_decided, false) as is_decided
from placed
left join checks.standing_recorded as recorded on placed.submission_key = recorded.submission_key
where case
        when %(is_waiting)s then recorded.submission_state = 'under_review' else recorded.submission_state is null
    end
order by placed.received_at, placed.sha256, placed.submission_key
