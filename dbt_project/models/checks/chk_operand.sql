-- Both sides of every linear rule at every scope: sums of values and of the ends of their intervals, in one query
-- for all rules. A rule on each figure keeps the worst figure instead of the sum.
{{ config(materialized='ephemeral') }}

with matched as (
    {{ rule_matches('linear') }}
),

signed as (
    select
        matched.*,
        side = 'left' as is_left,
        coalesce(is_missing or is_unreadable, false) as is_absent,
        case when coefficient < 0 then high else low end * coefficient as c_low,
        case when coefficient < 0 then low else high end * coefficient as c_high,
        -- of truncated figures only the difference of the sides is asked: left less right
        case when (coefficient < 0) = (side = 'left') then truncated_high else truncated_low end
        * case when side = 'left' then coefficient else -coefficient end as gap_truncated_low,
        case when (coefficient < 0) = (side = 'left') then truncated_low else truncated_high end
        * case when side = 'left' then coefficient else -coefficient end as gap_truncated_high
    from matched
    where not is_not_applicable and side <> 'when'
),

final as (
    select
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        bool_or(is_each) as is_each,
        count(*) filter (where figure_submission_key = submission_key) as n_own,
        count(*) filter (where figure_submission_key <> submission_key) as n_foreign,
        -- the other sources that have a figure here, a bit each
        coalesce(bit_or(1 << source_number) filter (where figure_submission_key <> submission_key), 0) as sources_met,
        count(*) filter (where is_left and coefficient <> 0) as n_left,
        count(*) filter (where not is_left and coefficient <> 0) as n_right,
        count(*) filter (where is_left and is_absent and coefficient <> 0) as n_left_absent,
        count(*) filter (where not is_left and is_absent and coefficient <> 0) as n_right_absent,
        count(*) filter (where is_unreadable) as n_unreadable,
        bool_or(is_disputed) as is_disputed,
        bool_or(qualifier <> 'exact') as is_qualified,
        case when bool_or(is_each) then min(value) else sum(value * coefficient) filter (where is_left) end
            as left_value,
        case when bool_or(is_each) then min(low) else sum(c_low) filter (where is_left) end as left_low,
        case when bool_or(is_each) then min(high) else sum(c_high) filter (where is_left) end as left_high,
        sum(value * coefficient) filter (where not is_left) as right_value,
        sum(c_low) filter (where not is_left) as right_low,
        sum(c_high) filter (where not is_left) as right_high,
        coalesce(case when bool_or(is_each) then min(truncated_low) else sum(gap_truncated_low) end, 0)
            as truncated_low,
        coalesce(case when bool_or(is_each) then min(truncated_high) else sum(gap_truncated_high) end, 0)
            as truncated_high
    from signed
    -- numbers first: texts are dear to sort by
    group by
        submission_key, rule_number, {{ scope_columns() | join(', ') }}
)

select * from final
