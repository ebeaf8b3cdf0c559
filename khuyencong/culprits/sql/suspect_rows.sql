-- The terms of hard failed verdicts of linear rules, report by report: what is moved to the left side, cell by cell.
select
    submission_key,
    rule_id,
    scope_key,
    verdict = 'fail' as is_failed,
    operator,
    is_each,
    aggregate,
    case when side = 'right' then -coefficient else coefficient end as coefficient,
    figure_submission_key,
    sheet_code,
    row_number,
    column_name,
    figure_key,
    sheet_name,
    cell_address,
    value,
    low,
    high,
    previous_value,
    coalesce(factor, 1) as factor,
    fund_code,
    measure,
    line_kind = 'total' as is_total,
    is_corrected,
    is_money
from checks.chk_suspect
order by submission_key, rule_id, scope_key, side, figure_submission_key, sheet_code, row_number, column_name
