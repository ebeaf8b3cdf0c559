-- The conditions of linear rules at the scopes where there are figures to ask: does one certainly not hold (is_broken),
-- can one not be told (is_untold), and which were asked, a bit each.
{{ config(materialized='ephemeral') }}

with rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

judged as (
    select * from {{ ref('chk_judged') }}
),

conditional as (
    select
        judged.submission_key,
        rule.rule_number
    from rule
    inner join judged on rule.judges_form = judged.form_code
    where rule.parameters ?| array['when', 'when_codes']
),

matched as (
    {{ rule_matches('linear', wanted='conditional') }}
),

-- what is printed as nought is nothing: whether something is there is what conditions ask
summed as (
    select
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        alternative as condition_number,
        bool_and(is_not_applicable) as is_nothing,
        bool_or(not is_not_applicable and (is_missing or is_unreadable or is_disputed)) as is_untold,
        sum(case when value = 0 then 0 when coefficient < 0 then high else low end * coefficient) as low,
        sum(case when value = 0 then 0 when coefficient < 0 then low else high end * coefficient) as high
    from matched
    where side = 'when'
    group by
        submission_key, rule_number, alternative, {{ scope_columns() | join(', ') }}
),

-- where all that is asked is not applicable, there is nothing of it
said as (
    select
        summed.*,
        case
            when summed.is_nothing then false
            when not summed.is_untold
                then checks.is_certain(asked.compared ->> 'operator', low, high, (asked.compared ->> 'value')::numeric)
        end as is_met
    from summed
    inner join rule on summed.rule_number = rule.rule_number
    cross join lateral (select rule.parameters -> 'when' -> (summed.condition_number - 1) as compared) as asked
),

-- of the codes that the lines judged must have: all have them, none has, or it is not the same for all
of_codes as (
    select
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        0 as condition_number,
        case
            when bool_and(coalesce(is_of_condition, false)) then true
            when bool_and(not coalesce(is_of_condition, true)) then false
        end as is_met
    from matched
    where side <> 'when' and figure_submission_key = submission_key
    group by
        submission_key, rule_number, {{ scope_columns() | join(', ') }}
),

every_condition as (
    {%- for relation in ['said', 'of_codes'] %}
        select
            rule_number,
            submission_key,
            {%- for name in scope_columns() %}
                {{ name }},
            {%- endfor %}
            condition_number,
            is_met
        from {{ relation }}
        {{ "union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        bit_or(1 << condition_number) as conditions_asked,
        bool_or(not coalesce(is_met, true)) as is_broken,
        bool_or(is_met is null) as is_untold
    from every_condition
    group by
        submission_key, rule_number, {{ scope_columns() | join(', ') }}
)

select * from final
