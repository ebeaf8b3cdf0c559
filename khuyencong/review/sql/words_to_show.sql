-- Flags of a period on which a word counts, the newest first: it may be ended on a page.
select
    flag.flag_id,
    concat_ws(
        ' · ', coalesce(unit.unit_name, flag.unit_key), coalesce(form.form_name, flag.form_code)
    ) as label
from review.decision_state as decision
inner join checks.flag on decision.flag_id = flag.flag_id
left join register.units as unit on flag.unit_key = unit.unit_key
left join register.form on flag.form_code = form.form_code
where decision.word_state = 'counts' and to_char(flag.period_end, 'YYYY-MM') = %(period)s
group by flag.flag_id, unit.unit_name, flag.unit_key, form.form_name, flag.form_code
order by max(decision.decided_at) desc, flag.flag_id
limit %(at_most)s
