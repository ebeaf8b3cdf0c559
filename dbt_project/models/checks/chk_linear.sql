-- Linear rules: the difference of both sides as an interval, its place on the ladder of closeness, and what stands
-- in the way of a verdict.
{{ config(materialized='ephemeral') }}

with operand as (
    select * from {{ ref('chk_operand') }}
),

rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number,
        coalesce((parameters ->> 'adjacent')::boolean, false) as needs_adjacent,
        coalesce((parameters ->> 'whole_year')::boolean, false) as needs_whole_year,
        coalesce((parameters ->> 'needs_amount')::boolean, false) as needs_amount,
        coalesce((parameters ->> 'widen_by_cutoff')::boolean, false) as widens_by_cutoff
    from {{ source('register', 'rule') }}
),

term as (
    select * from {{ ref('chk_rule_column') }}
    where family = 'linear'
),

judged as (
    select * from {{ ref('chk_judged') }}
),

-- the report's own terms: which sides there are, and whether the lack of a line on them means nought
own_side as (
    select
        rule_number,
        bool_or(side = 'right') as has_right,
        coalesce(bool_or(is_absent_zero) filter (where side = 'left' and source_number = 0), false) as is_left_zero,
        coalesce(bool_or(is_absent_zero) filter (where side = 'right' and source_number = 0), false) as is_right_zero
    from term
    where side <> 'when'
    group by rule_number
),

other as (
    select * from {{ ref('chk_other_source') }}
),

condition as (
    select * from {{ ref('chk_condition') }}
),

lacking as (
    select * from {{ ref('chk_condition_lacking') }}
),

compared as (
    select
        operand.*,
        rule.rule_id,
        rule.operator,
        rule.missing_mode,
        rule.tolerance_pct,
        rule.parameters ? 'when_codes' as asks_codes,
        own_side.has_right,
        own_side.is_left_zero,
        own_side.is_right_zero,
        other.foreign_side,
        other.n_evidence,
        other.is_report_absent,
        other.is_without_predecessor,
        other.is_first,
        other.sources_there & ~operand.sources_met <> 0 as is_line_absent,
        other.sources_with_all_lines & ~operand.sources_met <> 0 as is_line_left_out,
        -- where a condition does not hold the rule says nothing
        coalesce(condition.is_broken, false)
        or coalesce(lacking.conditions_broken & ~coalesce(condition.conditions_asked, 0) <> 0, false) as is_not_due,
        coalesce(condition.is_untold, false)
        or coalesce(lacking.conditions_untold & ~coalesce(condition.conditions_asked, 0) <> 0, false)
            as is_condition_untold,
        rule.needs_amount,
        rule.needs_adjacent and not other.is_adjacent as is_gap,
        rule.needs_whole_year and judged.period_start > register.year_start(judged.budget_year) as is_part_of_year,
        case when rule.widens_by_cutoff then other.cut_off_date - judged.cut_off_date else 0 end as days_later,
        greatest(other.cut_off_date, judged.cut_off_date) - judged.period_start as days_run,
        coalesce(operand.left_value, 0) - coalesce(operand.right_value, 0) as difference,
        coalesce(operand.left_low, 0) - coalesce(operand.right_high, 0) as difference_low,
        coalesce(operand.left_high, 0) - coalesce(operand.right_low, 0) as difference_high,
        greatest(abs(coalesce(operand.left_value, 0)), abs(coalesce(operand.right_value, 0))) as larger
    from operand
    inner join rule on operand.rule_number = rule.rule_number
    inner join judged on operand.submission_key = judged.submission_key
    inner join own_side on rule.rule_number = own_side.rule_number
    left join other
        on operand.rule_number = other.rule_number
        and operand.submission_key = other.submission_key
    left join lacking
        on operand.rule_number = lacking.rule_number
        and operand.submission_key = lacking.submission_key
    left join condition
        on operand.rule_number = condition.rule_number
        and operand.submission_key = condition.submission_key
        {%- for name in scope_columns() %}
            and operand.{{ name }} = condition.{{ name }}
        {%- endfor %}
),

hindered as (
    select
        compared.*,
        case
            -- what the report judged does not speak of is no scope of it, whatever is wrong with what others say of it
            when is_not_due then 'not_due'
            when asks_codes and n_own = 0 then 'not_due'
            when n_own = 0 and missing_mode <> 'must_exist' and not (is_left_zero or is_right_zero) then 'not_due'
            when is_condition_untold then 'condition_not_told'
            when n_unreadable > 0 then 'unreadable'
            when is_disputed then 'counterpart_disputed'
            when is_part_of_year then 'period_differs'
            when
                needs_amount and coalesce(n_evidence, 0) = 0
                or needs_amount and foreign_side = 'left' and coalesce(left_value, 0) = 0
                or needs_amount and foreign_side = 'right' and coalesce(right_value, 0) = 0 then 'nothing_to_compare'
            when n_own = 0 and larger = 0 then 'not_due'
            when n_own = 0 and missing_mode = 'must_exist' then 'missing_counterpart'
            when is_report_absent
                then case when is_without_predecessor then 'not_due' else 'no_counterpart_report' end
            when is_gap and not is_first then 'gap_in_periods'
            when is_line_absent and larger <> 0 and missing_mode = 'must_exist' then 'missing_counterpart'
            when is_line_left_out then 'missing_term'
            when foreign_side is null
                and (n_left = 0 and not is_left_zero or has_right and n_right = 0 and not is_right_zero)
                then 'missing_term'
            when missing_mode = 'zero' then null
            when missing_mode = 'skip_if_all'
                then case
                        when n_left_absent = n_left or has_right and n_right_absent = n_right and n_right > 0
                            then 'nothing_to_compare'
                    end
            when n_left_absent + n_right_absent > 0 then 'missing_value'
        end as reason
    from compared
),

placed as (
    select
        hindered.*,
        case
            when reason is null
                then checks.closeness(
                        operator, difference, difference_low, difference_high, truncated_low, truncated_high
                    )
        end as near,
        -- the side whose data stop later may hold more than the other
        days_later <> 0 and sign(days_later) = sign(difference) * case foreign_side when 'left' then 1 else -1 end
            as is_later_larger,
        larger * abs(days_later) / greatest(days_run, 1) as allowance
    from hindered
    where reason is distinct from 'not_due'
),

final as (
    select
        rule_id,
        submission_key,
        {{ scope_key('placed') }} as scope_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        case
            when reason is not null then 'undecided'
            when near is not null then 'pass'
            when is_later_larger and abs(difference) <= allowance then 'pass'
            else 'fail'
        end as verdict,
        case
            when reason is not null then null
            when near is not null then near
            when is_later_larger or is_qualified or abs(difference) <= larger * tolerance_pct / 100 then 'soft'
            else 'hard'
        end as closeness,
        case
            when reason is not null then reason
            when near is null and is_later_larger then 'cut_off_later'
        end as reason,
        coalesce(left_value, 0) as left_value,
        coalesce(left_low, 0) as left_low,
        coalesce(left_high, 0) as left_high,
        coalesce(right_value, 0) as right_value,
        coalesce(right_low, 0) as right_low,
        coalesce(right_high, 0) as right_high,
        difference
    from placed
)

select * from final
