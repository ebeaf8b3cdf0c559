-- Verdicts of reports in force or under review that decide nothing: blocking rules first, in them the one-sided, then
-- the newest periods.
select
    verdict.rule_id,
    verdict.severity,
    verdict.unit_key,
    verdict.form_code,
    verdict.period_end,
    verdict.scope_key as scope,
    verdict.reason,
    verdict.left_value,
    verdict.right_value,
    (verdict.left_value <> 0) <> (verdict.right_value <> 0) as is_one_sided,
    rule.rule_name,
    rule.rule_name_en,
    verdict.submission_key
from checks.chk_verdict as verdict
inner join register.rule as rule on verdict.rule_id = rule.rule_id
inner join checks.submission_state as state
    on verdict.submission_key = state.submission_key and state.submission_state in ('in_force', 'nil', 'under_review')
where
    verdict.verdict in ('undecided', 'could_not_run')
    and (%(rule)s::text is null or verdict.rule_id = %(rule)s)
    and (%(unit)s::text is null or verdict.unit_key = %(unit)s)
    and (%(period)s::text is null or to_char(verdict.period_end, 'YYYY-MM') = %(period)s)
    and (%(reason)s::text is null or verdict.reason = %(reason)s)
    and (%(submissions)s::bigint[] is null or verdict.submission_key = any(%(submissions)s))
    and (not %(one_sided)s or (verdict.left_value <> 0) <> (verdict.right_value <> 0))
order by
    verdict.severity,
    is_one_sided desc,
    verdict.period_end desc,
    verdict.unit_key,
    verdict.rule_id,
    verdict.scope_key
