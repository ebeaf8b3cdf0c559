-- Hidiroglou–Berthelot: how a figure moved since an earlier report, beside how the same figure of all other units moved
-- over the same months. A far mover is worth a look, never more: the closeness of a failure is soft.
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

-- all that stand in a form and period in which something is judged: the unit is one among them
population as (
    select distinct
        submission.submission_key,
        rule.rule_number
    from {{ ref('chk_submission') }} as submission
    inner join judged
        on submission.form_code = judged.form_code
        and submission.period_end = judged.period_end
    inner join rule on submission.form_code = rule.judges_form and rule.family = 'outlier'
    left join {{ ref('chk_standing') }} as standing on submission.submission_key = standing.submission_key
    where
        standing.submission_key is not null
        or submission.submission_key in (select itself.submission_key from judged as itself)
),

matched as (
    {{ rule_matches('outlier', wanted='population') }}
),

moved as (
    select
        matched.rule_number,
        matched.submission_key,
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        sum(matched.value) filter (where matched.side = 'left') as value_now,
        sum(matched.value) filter (where matched.side = 'right') as value_before,
        bool_or(matched.is_unreadable) as is_unreadable,
        bool_or(matched.is_disputed) as is_disputed
    from matched
    group by
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        matched.rule_number,
        matched.submission_key
    having bool_or(matched.figure_submission_key = matched.submission_key)
),

compared as (
    select
        moved.*,
        rule.rule_id,
        submission.period_start,
        submission.period_end,
        standing.submission_key is not null as is_standing,
        coalesce(counterpart.is_adjacent, true) as is_adjacent,
        (rule.parameters ->> 'exponent')::double precision as exponent,
        (rule.parameters ->> 'width')::double precision as width,
        (rule.parameters ->> 'floor')::double precision as least_spread,
        (rule.parameters ->> 'least_factor')::double precision as least_factor,
        (rule.parameters ->> 'min_observations')::integer as min_observations,
        -- over a missing report a figure grows longer than those of the others
        case
            when value_now > 0 and value_before > 0 and coalesce(counterpart.is_adjacent, true)
                then (value_now / value_before)::double precision
        end as ratio
    from moved
    inner join rule on moved.rule_number = rule.rule_number
    inner join {{ ref('chk_submission') }} as submission on moved.submission_key = submission.submission_key
    left join {{ ref('chk_counterpart') }} as counterpart
        on moved.submission_key = counterpart.submission_key
        and rule.judges_form = counterpart.counterpart_form_code
        and counterpart.period_shift = 'previous'
        and rule.parameters ->> 'since' = 'previous'
    left join {{ ref('chk_standing') }} as standing on moved.submission_key = standing.submission_key
),

middle as (
    select
        rule_id,
        period_start,
        period_end,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        count(ratio) as n_ratios,
        percentile_cont(0.5) within group (order by ratio) as median_ratio
    from compared
    where is_standing
    group by
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        rule_id, period_start, period_end
),

-- symmetric about no change, and larger for a larger figure
measured as (
    select
        compared.*,
        middle.n_ratios,
        middle.median_ratio,
        case
            when ratio < median_ratio then 1 - median_ratio / ratio else ratio / median_ratio - 1
        end * power(greatest(value_now, value_before, 0)::double precision, exponent) as effect,
        greatest(ratio / median_ratio, median_ratio / ratio) as factor
    from compared
    left join middle
        on compared.rule_id = middle.rule_id
        and compared.period_start = middle.period_start
        and compared.period_end = middle.period_end
        {%- for name in scope_columns() %}
            and compared.{{ name }} = middle.{{ name }}
        {%- endfor %}
),

-- where a quarter of the units moved alike the quartiles fall together: then the outer tenths measure the spread
spread as (
    select
        rule_id,
        period_start,
        period_end,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        percentile_cont(0.5) within group (order by effect) as middle_effect,
        percentile_cont(array[0.1, 0.25, 0.75, 0.9]) within group (order by effect) as quantiles
    from measured
    where is_standing
    group by
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        rule_id, period_start, period_end
),

bounded as (
    select
        measured.*,
        middle_effect - width * greatest(
            middle_effect - quantiles[case when quantiles[2] = middle_effect then 1 else 2 end],
            abs(least_spread * middle_effect)
        ) as lowest_effect,
        middle_effect + width * greatest(
            quantiles[case when quantiles[3] = middle_effect then 4 else 3 end] - middle_effect,
            abs(least_spread * middle_effect)
        ) as highest_effect
    from measured
    left join spread
        on measured.rule_id = spread.rule_id
        and measured.period_start = spread.period_start
        and measured.period_end = spread.period_end
        {%- for name in scope_columns() %}
            and measured.{{ name }} = spread.{{ name }}
        {%- endfor %}
),

-- however alike the others are, less than this factor from their median is not far
told_apart as (
    select
        bounded.*,
        effect not between lowest_effect and highest_effect and factor >= least_factor as is_far
    from bounded
),

usual as (
    select
        rule_id,
        period_start,
        period_end,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        min(ratio) filter (where not is_far) as lowest_ratio,
        max(ratio) filter (where not is_far) as highest_ratio
    from told_apart
    where is_standing
    group by
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        rule_id, period_start, period_end
),

placed as (
    select
        told_apart.*,
        usual.lowest_ratio,
        usual.highest_ratio,
        case
            when is_unreadable then 'unreadable'
            when is_disputed then 'counterpart_disputed'
            when value_before is null then 'no_counterpart_report'
            when not is_adjacent then 'gap_in_periods'
            when value_now is null then 'missing_value'
            when ratio is null then 'zero_not_compared'
            when coalesce(n_ratios, 0) < min_observations then 'too_few_figures'
        end as hindrance
    from told_apart
    left join usual
        on told_apart.rule_id = usual.rule_id
        and told_apart.period_start = usual.period_start
        and told_apart.period_end = usual.period_end
        {%- for name in scope_columns() %}
            and told_apart.{{ name }} = usual.{{ name }}
        {%- endfor %}
),

final as (
    select
        placed.rule_id,
        placed.submission_key,
        {{ scope_key('placed') }} as scope_key,
        {%- for name in scope_columns() %}
            placed.{{ name }},
        {%- endfor %}
        case
            when hindrance is not null then 'undecided'
            when is_far then 'fail'
            else 'pass'
        end as verdict,
        case
            when hindrance is not null then null
            when is_far then 'soft'
            else 'exact'
        end as closeness,
        case
            when hindrance is not null then hindrance
            when is_far then 'far_from_others'
        end as reason,
        round(coalesce(ratio, 0)::numeric, 6) as left_value,
        round(coalesce(ratio, 0)::numeric, 6) as left_low,
        round(coalesce(ratio, 0)::numeric, 6) as left_high,
        round(coalesce(median_ratio, 0)::numeric, 6) as right_value,
        round(coalesce(lowest_ratio, 0)::numeric, 6) as right_low,
        round(coalesce(highest_ratio, 0)::numeric, 6) as right_high,
        round(coalesce(ratio - median_ratio, 0)::numeric, 6) as difference
    from placed
    inner join judged on placed.submission_key = judged.submission_key
)

select * from final
