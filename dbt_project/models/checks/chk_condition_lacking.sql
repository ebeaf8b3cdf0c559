-- What a condition of a linear rule says of a judged report where no figure of it stands: nothing can be told, or,
-- where the rule says that what is absent is nought, whether nought meets it. A bit each.
{{ config(materialized='ephemeral') }}

with rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

term as (
    select distinct
        rule_number,
        judges_form,
        alternative as condition_number,
        form_code,
        period_shift,
        source_number,
        is_absent_zero,
        is_absent_report_zero
    from {{ ref('chk_rule_column') }}
    where side = 'when'
),

judged as (
    select * from {{ ref('chk_judged') }}
),

counterpart as (
    select * from {{ ref('chk_counterpart') }}
),

said as (
    select
        term.rule_number,
        judged.submission_key,
        term.condition_number,
        case
            when
                case
                    when term.source_number = 0 or counterpart.n_evidence > 0 then term.is_absent_zero
                    else term.is_absent_report_zero
                end
                then checks.is_certain(asked.compared ->> 'operator', 0, 0, (asked.compared ->> 'value')::numeric)
        end as is_met
    from term
    inner join rule on term.rule_number = rule.rule_number
    inner join judged on term.judges_form = judged.form_code
    cross join lateral (select rule.parameters -> 'when' -> (term.condition_number - 1) as compared) as asked
    left join counterpart
        on judged.submission_key = counterpart.submission_key
        and term.form_code = counterpart.counterpart_form_code
        and term.period_shift = counterpart.period_shift
),

final as (
    select
        rule_number,
        submission_key,
        coalesce(bit_or(1 << condition_number) filter (where not is_met), 0) as conditions_broken,
        coalesce(bit_or(1 << condition_number) filter (where is_met is null), 0) as conditions_untold
    from said
    group by rule_number, submission_key
)

select * from final
