-- Held figures, counted by report and rule, with the rule's sentence.
select
    unit_key,
    form_code as form,
    period_end,
    rule_id,
    max(reason_vi) as reason_vi,
    max(reason_en) as reason_en,
    max(days_open) as days_open,
    count(*) as n_figures
from marts.mart_held_figures
group by unit_key, form_code, period_end, rule_id
order by n_figures desc, period_end, unit_key, rule_id
