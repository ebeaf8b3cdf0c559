-- One verdict a rule, scope and judged submission. Nothing that is due is left without a row. A night builds it whole;
-- judging again within the night replaces the verdicts of the submissions concerned.
{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='submission_key',
    pre_hook=hash_joins_only(),
    post_hook='analyze {{ this }}'
) }}

with rule as (
    select * from {{ source('register', 'rule') }}
),

judged as (
    select * from {{ ref('chk_judged') }}
),

-- a rule that names what the forms no longer have cannot run, and says so for every report that it should judge
broken as (
    select distinct rule_term.rule_id
    from {{ source('register', 'rule_term') }} as rule_term
    cross join lateral unnest(rule_term.column_names) as picked (column_name)
    left join {{ source('register', 'form_column') }} as form_column
        on rule_term.form_code = form_column.form_code
        and rule_term.sheet_code = form_column.sheet_code
        and picked.column_name = form_column.column_name
    where form_column.column_name is null
),

could_not_run as (
    select
        rule.rule_id,
        judged.submission_key,
        '' as scope_key,
        {%- for name in scope_columns() %}
            '' as {{ name }},
        {%- endfor %}
        'could_not_run' as verdict,
        null::text as closeness,
        'unknown_column' as reason,
        0::numeric as left_value,
        0::numeric as left_low,
        0::numeric as left_high,
        0::numeric as right_value,
        0::numeric as right_low,
        0::numeric as right_high,
        0::numeric as difference
    from broken
    inner join rule on broken.rule_id = rule.rule_id
    inner join judged on rule.judges_form = judged.form_code
),

every_family as (
    {%- for family in ['chk_linear', 'chk_ratio', 'chk_unique', 'chk_copy', 'chk_cap', 'chk_outlier', 'chk_scale'] %}
        select * from {{ ref(family) }}
        where rule_id not in (select broken.rule_id from broken)
        union all
    {%- endfor %}
    select * from could_not_run
),

final as (
    select
        every_family.rule_id,
        rule.rule_version,
        rule.family,
        rule.severity,
        every_family.submission_key,
        case when every_family.unit_key <> '' then every_family.unit_key else judged.unit_key end as unit_key,
        judged.form_code,
        judged.budget_year,
        judged.period_end,
        every_family.scope_key,
        {%- for name in scope_columns() if name != 'unit_key' %}
            every_family.{{ name }},
        {%- endfor %}
        every_family.unit_key as scope_unit_key,
        every_family.verdict,
        every_family.closeness,
        every_family.reason,
        every_family.left_value,
        every_family.left_low,
        every_family.left_high,
        every_family.right_value,
        every_family.right_low,
        every_family.right_high,
        every_family.difference,
        md5(concat_ws(
            '|', every_family.left_low, every_family.left_high, every_family.right_low, every_family.right_high,
            every_family.verdict, every_family.closeness, every_family.reason
        )) as evidence_hash
    from every_family
    inner join rule on every_family.rule_id = rule.rule_id
    inner join judged on every_family.submission_key = judged.submission_key
)

select * from final
