-- Every failed verdict of a submission in force or under review, with its unit's and its rule's words.
select
    failing.submission_key,
    failing.rule_id,
    failing.scope_key,
    failing.severity,
    failing.verdict,
    failing.closeness,
    failing.reason,
    failing.unit_key,
    unit.unit_name,
    unit.unit_name_en,
    failing.form_code,
    failing.period_end,
    rule.rule_name,
    rule.rule_name_en,
    rule.operator,
    rule.family,
    failing.left_value,
    failing.left_low,
    failing.left_high,
    failing.right_value,
    failing.right_low,
    failing.right_high,
    failing.difference,
    failing.evidence_hash
from checks.chk_failing as failing
inner join register.rule as rule on failing.rule_id = rule.rule_id
left join register.units as unit on failing.unit_key = unit.unit_key
inner join checks.submission_state as state
    on failing.submission_key = state.submission_key and state.submission_state in ('in_force', 'nil', 'under_review')
where failing.severity <> 'shadow'
