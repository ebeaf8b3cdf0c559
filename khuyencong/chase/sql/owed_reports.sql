-- What is owed and has nothing in force on the day of the chase. Whose report it is stands in the calendar; who answers
-- for it is read at the date of the chase. A report is answered as facts.fct_report says. What came for a unit after
-- the last good night is known as a receipt only.
with asked as (
    select
        unit_key,
        form_code,
        period_end,
        sender_role,
        due_date
    from staging.stg_asked
    where least(period_end, due_date) <= %(today)s or due_date - %(remind_days_before)s <= %(today)s
),

closed as (
    select
        predecessor_key,
        min(effective_date) as followed_on
    from staging.stg_succession
    group by predecessor_key
),

open_report as (
    select
        asked.*,
        coalesce(follower.successor_key, asked.unit_key) as responsible_unit_key,
        closed.followed_on
    from asked
    left join lateral (
        select successor_key
        from staging.stg_succession
        where predecessor_key = asked.unit_key and effective_date <= %(today)s
        order by steps desc
        limit 1
    ) as follower on true
    left join closed on asked.unit_key = closed.predecessor_key
    where not exists (
            select 1
            from facts.fct_report as report
            where
                report.unit_key = asked.unit_key
                and report.form_code = asked.form_code
                and report.period_end = asked.period_end
                and report.sender_role = asked.sender_role
                and report.state in ('in_force', 'nil')
        )
),

notice as (
    select
        notice.*,
        mail.sent_at is not null as is_sent
    from outbox.notice as notice
    inner join outbox.mail as mail on notice.mail_key = mail.mail_key
    where
        notice.noticed_on <= %(today)s
        and (mail.sent_at is not null or mail.dropped_at is null and mail.written_at::date = %(today)s)
)

select
    open_report.unit_key,
    open_report.responsible_unit_key,
    open_report.form_code,
    open_report.period_end,
    open_report.due_date,
    %(today)s - open_report.due_date as days_late,
    returned.received_at as returned_at,
    returned.reason_vi as returned_vi,
    returned.reason_en as returned_en,
    coalesce(noticed.n_noticed, 0) as n_noticed,
    noticed.last_noticed_on,
    noticed.last_reminder_on,
    noticed.last_overdue_on,
    noticed.last_escalation_on,
    open_report.followed_on,
    arrival.arrived_at
from open_report
left join lateral (
    select
        submission.received_at,
        string_agg(finding.message_vi, ' ' order by finding.finding_key) as reason_vi,
        string_agg(finding.message_en, ' ' order by finding.finding_key) as reason_en
    from facts.fct_submission as submission
    left join raw.finding as finding
        on submission.submission_key = finding.submission_key and finding.verdict = 'return'
    where
        submission.unit_key = open_report.unit_key
        and submission.form_code = open_report.form_code
        and submission.period_end = open_report.period_end
        and submission.sender_role = open_report.sender_role
        and submission.submission_state = 'returned'
    group by submission.submission_key, submission.received_at
    order by submission.received_at desc, submission.submission_key desc
    limit 1
) as returned on true
left join lateral (
    select
        count(distinct notice.noticed_on) filter (where notice.is_sent and notice.stage <> 'escalated') as n_noticed,
        max(notice.noticed_on) filter (where notice.is_sent and notice.stage <> 'escalated') as last_noticed_on,
        max(notice.noticed_on) filter (
            where notice.stage = 'before' and notice.responsible_unit_key = open_report.responsible_unit_key
        ) as last_reminder_on,
        max(notice.noticed_on) filter (
            where notice.stage = 'overdue' and notice.responsible_unit_key = open_report.responsible_unit_key
        ) as last_overdue_on,
        max(notice.noticed_on) filter (
            where notice.stage = 'escalated' and notice.responsible_unit_key = open_report.responsible_unit_key
        ) as last_escalation_on
    from notice
    where
        notice.unit_key = open_report.unit_key
        and notice.form_code = open_report.form_code
        and notice.period_end = open_report.period_end
) as noticed on true
left join lateral (
    select max(received_at) as arrived_at
    from raw.receipt
    where
        claimed_unit_key in (open_report.unit_key, open_report.responsible_unit_key)
        and received_at <= %(as_of)s
        -- a server may prove that it came before the night that missed it
        and (received_at > %(night_as_of)s or state = 'landed')
) as arrival on true
order by
    open_report.responsible_unit_key,
    open_report.due_date,
    open_report.form_code,
    open_report.period_end,
    open_report.unit_key
