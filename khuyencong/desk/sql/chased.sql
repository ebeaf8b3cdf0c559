-- Who was asked how often for what is still owed, and for what came in the end.
select
    chased.unit_key,
    chased.form_code as form,
    chased.period_end,
    duty.due_date,
    coalesce(duty.state, 'withdrawn') as state,
    chased.n_reminders,
    chased.n_overdue_notices,
    chased.n_escalations,
    chased.last_noticed_on
from outbox.chased as chased
left join facts.fct_duty as duty
    on chased.unit_key = duty.unit_key
    and chased.form_code = duty.form_code
    and chased.period_end = duty.period_end
order by
    duty.n_reported,
    chased.n_escalations desc,
    chased.n_overdue_notices desc,
    chased.period_end,
    chased.form_code,
    chased.unit_key
