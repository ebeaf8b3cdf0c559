-- Terms of rules that pick no reported number in any report that was ever read.
with picked as (
    select
        rule_id,
        term_number,
        form_code,
        sheet_code,
        line_kind,
        measure,
        activity_codes,
        fund_codes,
        indicator_codes,
        where_codes::jsonb[] as where_codes,
        unnest(column_names) as column_name
    from register.rule_term
),

reported as (
    select
        form_code,
        sheet_code,
        column_name,
        line_kind,
        measure,
        activity_code,
        fund_code,
        indicator_code,
        codes
    from staging.stg_figure
    where value is not null
    group by form_code, sheet_code, column_name, line_kind, measure, activity_code, fund_code, indicator_code, codes
)

select
    picked.rule_id,
    picked.term_number
from picked
left join reported
    on picked.form_code = reported.form_code
    and picked.sheet_code = reported.sheet_code
    and picked.column_name = reported.column_name
    and picked.line_kind = reported.line_kind
    and (picked.measure is null or picked.measure = reported.measure)
    and (picked.activity_codes is null or reported.activity_code = any(picked.activity_codes))
    and (picked.fund_codes is null or reported.fund_code = any(picked.fund_codes))
    and (picked.indicator_codes is null or reported.indicator_code = any(picked.indicator_codes))
    and (picked.where_codes is null or checks.fits(reported.codes, picked.where_codes))
group by picked.rule_id, picked.term_number
having count(reported.column_name) = 0
