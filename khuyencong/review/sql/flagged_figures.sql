-- The figures of a flag under each of its rules, each once, in the submission that the flag is about where it is there.
select distinct on (flag_figure.figure_key, flag_figure.rule_id)
    flag_figure.figure_key,
    flag_figure.rule_id,
    rule.terms_hash,
    figure.value as reported,
    flag_figure.is_suspected,
    figure.submission_key,
    figure.sheet_name,
    figure.cell_address,
    figure.factor,
    coalesce(meaning.is_money, false) as is_money
from checks.flag_figure
inner join checks.flag on flag_figure.flag_id = flag.flag_id
inner join register.rule on flag_figure.rule_id = rule.rule_id
inner join staging.stg_figure as figure
    on (flag_figure.submission_key, flag_figure.sheet_code, flag_figure.row_number, flag_figure.column_name)
    = (figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name)
left join staging.stg_indicator as meaning on figure.indicator_code = meaning.indicator_code
where flag_figure.flag_id = %(flag_id)s
order by
    flag_figure.figure_key,
    flag_figure.rule_id,
    flag_figure.submission_key <> flag.submission_key,
    flag_figure.submission_key desc
