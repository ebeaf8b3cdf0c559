-- The figures that tonight's gate keeps out of the accepted total, each with the rule that does and the cell it stands
-- in.
with tonight as (
    select * from {{ source('release', 'tonight') }}
),

hold as (
    select hold.*
    from {{ source('checks', 'hold') }} as hold
    inner join tonight on hold.run_key = tonight.run_key
),

figure as (
    select * from {{ ref('fct_figure') }}
),

cell as (
    select * from {{ ref('stg_figure') }}
),

flag as (
    select * from {{ ref('fct_flag') }}
),

rule as (
    select * from {{ source('register', 'rule') }}
),

unit as (
    select * from {{ ref('units') }}
),

final as (
    select
        figure.unit_key,
        unit.unit_name,
        figure.form_code,
        figure.report_period_end as period_end,
        figure.fund_code,
        figure.activity_code,
        figure.indicator_code,
        figure.measure,
        figure.project_key,
        cell.sheet_name,
        cell.cell_address,
        figure.value,
        hold.rule_id,
        rule.rule_name,
        rule.rule_name_en,
        rule.legal_basis,
        coalesce(hold.flag_id, '') as flag_id,
        coalesce(flag.explanation_vi, rule.rule_name) as reason_vi,
        coalesce(flag.explanation_en, rule.rule_name_en) as reason_en,
        coalesce(flag.days_open, 0) as days_open,
        tonight.as_of as data_as_of
    from hold
    cross join tonight
    inner join figure
        on hold.submission_key = figure.submission_key
        and hold.sheet_code = figure.sheet_code
        and hold.row_number = figure.row_number
        and hold.column_name = figure.column_name
    inner join cell
        on hold.submission_key = cell.submission_key
        and hold.sheet_code = cell.sheet_code
        and hold.row_number = cell.row_number
        and hold.column_name = cell.column_name
    left join rule on hold.rule_id = rule.rule_id
    left join flag on hold.flag_id = flag.flag_id
    left join unit on figure.unit_key = unit.unit_key
)

select * from final
