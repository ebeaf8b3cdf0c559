-- Figures that the engine proposes to correct and that no rule of the flag names, under the first of its rules.
with first_rule as (
    select
        rule.rule_id,
        rule.terms_hash
    from checks.flag_figure
    inner join register.rule on flag_figure.rule_id = rule.rule_id
    where flag_figure.flag_id = %(flag_id)s
    order by rule.rule_id
    limit 1
)

select
    figure.figure_key,
    first_rule.rule_id,
    first_rule.terms_hash,
    figure.value as reported,
    true as is_suspected,
    figure.submission_key,
    figure.sheet_name,
    figure.cell_address,
    figure.factor,
    coalesce(meaning.is_money, false) as is_money
from unnest(%(submission_keys)s::bigint[], %(figure_keys)s::text[]) as place (submission_key, figure_key)
inner join staging.stg_figure as figure
    on place.submission_key = figure.submission_key and place.figure_key = figure.figure_key
cross join first_rule
left join staging.stg_indicator as meaning on figure.indicator_code = meaning.indicator_code
order by figure.figure_key
