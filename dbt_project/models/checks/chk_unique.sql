-- A key that two units report in one budget year, neither of which succeeded the other: the later report fails.
{{ config(materialized='ephemeral') }}

with matched as (
    {{ rule_matches('unique') }}
),

rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

judged as (
    select * from {{ ref('chk_judged') }}
),

standing as (
    select submission.*
    from {{ ref('stg_submission') }} as submission
    inner join {{ ref('chk_standing') }} as chosen on submission.submission_key = chosen.submission_key
),

succession as (
    select * from {{ ref('stg_succession') }}
),

reported as (
    select distinct
        matched.rule_number,
        matched.submission_key,
    {%- for name in scope_columns() %}
        matched.{{ name }}{{ "," if not loop.last }}
    {%- endfor %}
    from matched
),

other_line as (
    select distinct
        figure.form_code,
        figure.project_key,
        standing.unit_key,
        standing.budget_year,
        standing.received_at,
        standing.sha256
    from {{ ref('stg_figure') }} as figure
    inner join standing on figure.submission_key = standing.submission_key
    where figure.line_kind = 'detail' and figure.project_key <> '' and figure.is_source_of_record
),

counted as (
    select
        reported.rule_number,
        reported.submission_key,
        {%- for name in scope_columns() %}
            reported.{{ name }},
        {%- endfor %}
        count(distinct other_line.unit_key) as n_others
    from reported
    inner join judged on reported.submission_key = judged.submission_key
    left join other_line
        on judged.form_code = other_line.form_code
        and reported.project_key = other_line.project_key
        and judged.budget_year = other_line.budget_year
        and judged.unit_key <> other_line.unit_key
        and (other_line.received_at, other_line.sha256) < (judged.received_at, judged.sha256)
        and not exists (
            select 1 from succession
            where (succession.predecessor_key, succession.successor_key) in (
                    (judged.unit_key, other_line.unit_key), (other_line.unit_key, judged.unit_key)
                )
        )
    group by
        {%- for name in scope_columns() %}
            reported.{{ name }},
        {%- endfor %}
        reported.rule_number,
        reported.submission_key
),

final as (
    select
        rule.rule_id,
        counted.submission_key,
        {{ scope_key('counted') }} as scope_key,
        {%- for name in scope_columns() %}
            counted.{{ name }},
        {%- endfor %}
        case when counted.n_others > 0 then 'fail' else 'pass' end as verdict,
        case when counted.n_others > 0 then 'hard' else 'exact' end as closeness,
        case when counted.n_others > 0 then 'reported_by_two' end as reason,
        counted.n_others + 1::numeric as left_value,
        counted.n_others + 1::numeric as left_low,
        counted.n_others + 1::numeric as left_high,
        1::numeric as right_value,
        1::numeric as right_low,
        1::numeric as right_high,
        counted.n_others::numeric as difference
    from counted
    inner join rule on counted.rule_number = rule.rule_number
)

select * from final
