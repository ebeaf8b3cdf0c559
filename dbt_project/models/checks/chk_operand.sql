-- Both sides of every linear rule at every scope: sums of values and of the ends of their intervals, in one query
-- for all rules. A rule on each figure keeps the worst figure instead of the sum.
{{ config(materialized='ephemeral') }}

with matched as (
    {{ rule_matches('linear') }}
),

signed as (
    select
        matched.*,
        coalesce(is_missing or is_unreadable, false) as is_absent,
        case when coefficient < 0 then high else low end * coefficient as c_low,
        case when coefficient < 0 then low else high end * coefficient as c_high,
        case when coefficient < 0 then truncated_high else truncated_low end * coefficient as c_truncated_low,
        case when coefficient < 0 then truncated_low else truncated_high end * coefficient as c_truncated_high
    from matched
    where not is_not_applicable
),

final as (
    select
        rule_number,
        submission_key,
        activity_code,
        fund_code,
        indicator_code,
        column_name,
        project_key,
        establishment_key,
        unit_key,
        bool_or(is_each) as is_each,
        count(*) filter (where figure_submission_key = submission_key) as n_own,
        count(*) filter (where figure_submission_key <> submission_key) as n_foreign,
        count(*) filter (where side = 'left' and coefficient <> 0) as n_left,
        count(*) filter (where side = 'right' and coefficient <> 0) as n_right,
        count(*) filter (where side = 'left' and is_absent and coefficient <> 0) as n_left_absent,
        count(*) filter (where side = 'right' and is_absent and coefficient <> 0) as n_right_absent,
        count(*) filter (where is_unreadable) as n_unreadable,
        bool_or(is_disputed) as is_disputed,
        bool_or(qualifier <> 'exact') as is_qualified,
        case when bool_or(is_each) then min(value) else sum(value * coefficient) filter (where side = 'left') end
            as left_value,
        case when bool_or(is_each) then min(low) else sum(c_low) filter (where side = 'left') end as left_low,
        case when bool_or(is_each) then min(high) else sum(c_high) filter (where side = 'left') end as left_high,
        case when bool_or(is_each) then min(truncated_low) else sum(c_truncated_low) filter (where side = 'left') end
            as left_truncated_low,
        case when bool_or(is_each) then min(truncated_high) else sum(c_truncated_high) filter (where side = 'left') end
            as left_truncated_high,
        sum(value * coefficient) filter (where side = 'right') as right_value,
        sum(c_low) filter (where side = 'right') as right_low,
        sum(c_high) filter (where side = 'right') as right_high,
        sum(c_truncated_low) filter (where side = 'right') as right_truncated_low,
        sum(c_truncated_high) filter (where side = 'right') as right_truncated_high
    from signed
    group by
        rule_number, submission_key, activity_code, fund_code, indicator_code, column_name, project_key,
        establishment_key, unit_key
)

select * from final
