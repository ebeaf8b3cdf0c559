-- The cells behind every failed verdict, each with its place in the file.
select
    failing.submission_key as judged_key,
    failing.rule_id,
    failing.scope_key,
    figure.side,
    figure.figure_submission_key as submission_key,
    figure.sheet_code,
    figure.row_number,
    figure.column_name,
    placed.sheet_name,
    placed.cell_address,
    figure.figure_key,
    figure.reported_value,
    placed.value_written,
    figure.is_source_of_record,
    coalesce(meaning.is_money, false) as is_money,
    coalesce(placed.factor, 1)::numeric as factor
from checks.chk_failing as failing
inner join checks.chk_verdict_figure as figure
    on failing.submission_key = figure.submission_key
    and failing.rule_id = figure.rule_id
    and failing.scope_key = figure.scope_key
inner join staging.stg_figure as placed
    on figure.figure_submission_key = placed.submission_key
    and figure.sheet_code = placed.sheet_code
    and figure.row_number = placed.row_number
    and figure.column_name = placed.column_name
left join staging.stg_indicator as meaning on placed.indicator_code = meaning.indicator_code
order by
    failing.submission_key,
    failing.rule_id,
    failing.scope_key,
    figure.side,
    figure.figure_submission_key,
    figure.sheet_code,
    figure.row_number,
    figure.column_name
