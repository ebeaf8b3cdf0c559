-- Figures of the judged submission that a failed blocking rule keeps out, as the temporary table held_cell: unless a
-- reviewer waived the rule for this value, or the culprit is known and is another figure.
create temporary table held_cell on commit drop as
select distinct
    figure.submission_key,
    figure.sheet_code,
    figure.row_number,
    figure.column_name,
    figure.rule_id,
    figure.scope_key
from checks.chk_verdict_figure as figure
left join review.decision_in_force as decision
    on
    figure.figure_key = decision.figure_key
    and figure.rule_id = decision.rule_id
    and decision.decision = 'waive'
    and decision.reported_value is not distinct from figure.reported_value
where
    figure.may_be_held
    and decision.decision_key is null
    and (
        not exists (
            select 1 from checks.culprit as culprit
            where
                (culprit.submission_key, culprit.rule_id, culprit.scope_key)
                = (figure.submission_key, figure.rule_id, figure.scope_key)
        )
        or exists (
            select 1 from checks.culprit as culprit
            where
                (
                    culprit.submission_key, culprit.rule_id, culprit.scope_key, culprit.figure_submission_key,
                    culprit.sheet_code, culprit.row_number, culprit.column_name
                )
                = (
                    figure.submission_key, figure.rule_id, figure.scope_key, figure.figure_submission_key,
                    figure.sheet_code, figure.row_number, figure.column_name
                )
        )
    )
