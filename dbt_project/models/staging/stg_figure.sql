-- Every quantity cell of every form under one key: what it means comes from the form's column and the line's keys,
-- its value in the currency or the indicator's unit, and the interval that its printed digits allow.
{{ config(
    materialized='table',
    indexes=[{'columns': ['submission_key', 'sheet_code', 'row_number', 'column_name']}],
    pre_hook=[
        "analyze {{ source('raw', 'cell') }}", "analyze {{ source('raw', 'line') }}", hash_joins_only()
    ],
    post_hook='analyze {{ this }}'
) }}

with meant as (
    select * from {{ ref('stg_cell') }}
),

effect as (
    select distinct
        effect_code,
        sign
    from {{ ref('budget_effects') }}
),

signed as (
    select
        meant.*,
        case
            when is_unreadable or is_missing or is_not_applicable then null
            when reading in ('blank', 'zero_mark') then 0
            -- a reduction is written with or without its minus
            when effect.sign < 0 then trim_scale(-abs(value_written) * factor)
            else trim_scale(value_written * factor)
        end as value,
        case
            when reading <> 'number' then 0
            when column_type = 'money' or is_money_indicator
                -- there is nothing below the smallest part of the currency: what is printed to it is exact
                then case
                        when factor * ('1e' || -printed_decimals)::numeric <= (select register.smallest_part()) then 0
                        else factor * ('1e' || -printed_decimals)::numeric
                    end
            when measure = 'ratio' or printed_decimals > 0 then ('1e' || -printed_decimals)::numeric
            else 0
        end as step
    from meant
    left join effect on meant.effect_code = effect.effect_code
),

final as (
    select
        submission_key,
        form_code,
        sheet_code,
        row_number,
        column_name,
        sheet_name,
        column_letter || coalesce(cell_row, row_number)::text as cell_address,
        line_kind,
        column_role,
        is_source_of_record,
        is_of_other_period,
        unit_key,
        budget_year,
        period_start,
        period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key,
        codes,
        place_unit_key,
        effect_code,
        state_code,
        line_reference,
        effective_from,
        line_key,
        concat_ws(
            '|', unit_key, budget_year, period_start, period_end, fund_code, activity_code, indicator_code, measure,
            project_key, establishment_key, case when measure = 'plan' then line_reference end,
            nullif(dimension_key, '')
        ) as figure_key,
        reading,
        value_written,
        factor,
        value,
        step,
        -- words such as "hơn" or "khoảng" are given a finite reading, so that sums stay finite
        trim_scale(value - greatest(
            step * 0.5,
            case when qualifier in ('approx', 'under', 'at_most') then 0.1 * abs(value) else 0 end
        ) * case when qualifier in ('over', 'at_least') then 0 else 1 end) as low,
        trim_scale(value + greatest(
            step * 0.5,
            case when qualifier in ('approx', 'over', 'at_least') then 0.1 * abs(value) else 0 end
        ) * case when qualifier in ('under', 'at_most') then 0 else 1 end) as high,
        trim_scale(value - case when value <= 0 then step else 0 end) as truncated_low,
        trim_scale(value + case when value >= 0 then step else 0 end) as truncated_high,
        is_missing,
        is_not_applicable,
        is_unreadable,
        fact,
        stage,
        is_estimated,
        qualifier
    from signed
)

select * from final
