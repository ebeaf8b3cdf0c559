-- The meaning of every quantity cell before its value: column of the form ⋈ line ⋈ submission ⋈ register.
{{ config(materialized='ephemeral') }}

with submission as (
    select * from {{ ref('stg_submission') }}
),

cell as (
    select * from {{ source('raw', 'cell') }}
),

line as (
    select * from {{ source('raw', 'line') }}
),

submission_column as (
    select * from {{ source('raw', 'submission_column') }}
),

form_column as (
    select
        *,
        bool_or(measure = 'plan') over (
            partition by form_code, sheet_code, fund_code
        ) as has_plan_column
    from {{ source('register', 'form_column') }}
),

indicator as (
    select * from {{ ref('indicators') }}
),

meaning as (
    select * from {{ ref('stg_indicator') }}
),

activity as (
    select * from {{ ref('activities') }}
),

fund as (
    select * from {{ ref('funds') }}
),

indicator_source as (
    select * from {{ ref('indicator_sources') }}
),

-- cells that the door refused one by one
refused as (
    select distinct
        submission_key,
        sheet_code,
        row_number,
        column_name
    from {{ source('raw', 'finding') }}
    where verdict = 'cell' and submission_key is not null
),

-- How finely a column is printed, for each unit of measure in it. A total may be printed finer than its
-- parts but is never taken as coarser.
printed as (
    select
        cell.submission_key,
        cell.sheet_code,
        cell.row_number,
        cell.column_name,
        cell.reading,
        cell.value,
        cell.qualifier,
        cell.is_estimated,
        line.line_kind,
        line.line_unit_key,
        line.place_unit_key,
        line.fund_code,
        line.activity_code,
        line.indicator_code,
        indicator.unit as unit_of_measure,
        line.project_key,
        line.establishment_key,
        line.effect_code,
        line.state_code,
        line.codes,
        line.dimension_key,
        coalesce(
            case
                when line.line_kind <> 'detail' then max(cell.decimals) over column_unit
                else max(cell.decimals) filter (where line.line_kind = 'detail') over column_unit
            end,
            0
        ) as printed_decimals,
        bool_and(cell.reading = 'blank') filter (where line.line_kind = 'detail') over (
            partition by cell.submission_key, cell.sheet_code, cell.column_name
        ) as is_wholly_blank
    from cell
    inner join line
        on cell.submission_key = line.submission_key
        and cell.sheet_code = line.sheet_code
        and cell.row_number = line.row_number
    left join indicator on line.indicator_code = indicator.indicator_code
    where line.line_kind in ('detail', 'total', 'block_total')
    window column_unit as (
        partition by cell.submission_key, cell.sheet_code, cell.column_name, indicator.unit
    )
),

joined as (
    select
        printed.submission_key,
        printed.sheet_code,
        printed.row_number,
        printed.column_name,
        printed.reading,
        printed.value as value_written,
        printed.qualifier,
        printed.is_estimated or submission.is_estimated as is_estimated,
        submission.form_code,
        submission.has_document_no,
        submission.document_no,
        submission.document_date,
        submission.budget_year as submission_budget_year,
        submission.period_end as submission_period_end,
        submission_column.sheet_name,
        submission_column.column_letter,
        submission_column.cell_row,
        printed.line_kind,
        printed.place_unit_key,
        printed.effect_code,
        printed.state_code,
        coalesce(printed.project_key, '') as project_key,
        coalesce(printed.establishment_key, '') as establishment_key,
        case
            when form_column.codes is null then printed.codes
            else coalesce(printed.codes, '{}') || form_column.codes
        end as codes,
        case
            when form_column.codes is null then printed.dimension_key
            else register.dimension_with(printed.dimension_key, form_column.codes)
        end as dimension_key,
        printed.dimension_key as line_dimension_key,
        printed.activity_code as line_activity_code,
        coalesce(printed.line_unit_key, submission.unit_key) as unit_key,
        form_column.column_type,
        form_column.column_role,
        form_column.fact as column_fact,
        form_column.measure as column_measure,
        coalesce(form_column.period_months_before, form_column.period_to_month) is not null
        or form_column.period_end is not null as is_of_other_period,
        form_column.period_months is null
        and form_column.period_start is null
        and form_column.period_from_month is null
        and submission.period_start
        = register.year_start(register.budget_year_of(submission.period_end)) as is_from_year_start,
        case
            when form_column.period_months_before is not null
                then register.months_before(
                        submission.period_end,
                        form_column.period_months_before + coalesce(
                            form_column.period_months,
                            register.months_of_span(submission.period_start, submission.period_end)
                        ) - 1
                    )
            when form_column.period_from_month is not null
                then register.months_before(
                        register.year_start(register.budget_year_of(submission.period_end)),
                        1 - form_column.period_from_month
                    )
            else coalesce(form_column.period_start, submission.period_start)
        end as told_start,
        case
            when form_column.period_months_before is not null
                then register.months_before(submission.period_end, form_column.period_months_before - 1) - 1
            when form_column.period_to_month is not null
                then register.months_before(
                        register.year_start(register.budget_year_of(submission.period_end)),
                        -form_column.period_to_month
                    ) - 1
            else coalesce(form_column.period_end, submission.period_end)
        end as told_end,
        form_column.blank,
        form_column.has_plan_column,
        coalesce(form_column.fund_code, printed.fund_code, '') as fund_code,
        form_column.fund_code is not null as is_fund_column,
        coalesce(
            form_column.indicator_code, form_column.counts_as, printed.indicator_code, form_column.fact, ''
        ) as indicator_code,
        coalesce(submission_column.money_factor, submission.money_factor) as money_factor,
        printed.printed_decimals,
        printed.is_wholly_blank,
        refused.submission_key is not null as is_refused
    from printed
    inner join submission on printed.submission_key = submission.submission_key
    inner join form_column
        on submission.form_code = form_column.form_code
        and printed.sheet_code = form_column.sheet_code
        and printed.column_name = form_column.column_name
    left join submission_column
        on printed.submission_key = submission_column.submission_key
        and printed.sheet_code = submission_column.sheet_code
        and printed.column_name = submission_column.column_name
    left join refused
        on printed.submission_key = refused.submission_key
        and printed.sheet_code = refused.sheet_code
        and printed.row_number = refused.row_number
        and printed.column_name = refused.column_name
),

named as (
    select
        joined.*,
        meaning.is_money and joined.column_type = 'by_indicator' as is_money_indicator,
        case
            when joined.column_measure <> 'by_behaviour' then joined.column_measure
            else coalesce(meaning.measure, '')
        end as measure,
        case
            when joined.line_kind = 'total' then 'all'
            when joined.line_kind = 'block_total' then coalesce(joined.line_activity_code, 'all')
            else coalesce(joined.line_activity_code, activity.activity_code, 'unallocated')
        end as activity_code,
        case joined.blank
            when 'by_indicator' then coalesce(meaning.blank, 'missing')
            else joined.blank
        end as blank_means,
        case
            when joined.is_of_other_period then register.budget_year_of(joined.told_end)
            else joined.submission_budget_year
        end as budget_year,
        coalesce(fund.valid_to < joined.told_end, false) as is_fund_closed
    from joined
    left join meaning on joined.indicator_code = meaning.indicator_code
    left join activity on meaning.activity = activity.activity_code
    left join fund on joined.fund_code = fund.fund_code
),

final as (
    select
        named.*,
        case
            when named.column_type = 'money' or named.is_money_indicator then named.money_factor else 1
        end as factor,
        named.is_refused
        or named.reading in ('formula_error', 'ambiguous', 'unreadable') as is_unreadable,
        not named.is_refused and (
            named.reading = 'missing_mark'
            or named.reading = 'blank' and not named.is_fund_closed and (
                named.blank_means = 'missing'
                -- an empty total claims nothing; a fund's column without one word in it was not filled
                or named.blank_means = 'zero' and named.line_kind <> 'detail'
                or named.is_fund_column and named.is_wholly_blank and named.blank_means = 'zero'
            )
        ) as is_missing,
        not named.is_refused and (
            named.reading = 'not_applicable'
            or named.reading = 'blank' and (named.is_fund_closed or named.blank_means = 'not_applicable')
        ) as is_not_applicable,
        coalesce(indicator_source.fact, named.column_fact) as fact,
        indicator_source.stage,
        named.line_kind = 'detail'
        and named.column_role = 'figure'
        and coalesce(indicator_source.fact, named.column_fact) is not null
        -- an indicator that is itself a plan is stored from the plan column, where its sheet has one
        and not (
            named.column_measure = 'by_behaviour' and named.measure = 'plan' and named.has_plan_column
        )
        -- of a time after its own a report can only say what it expects; its plan is that of its own budget year
        and not (
            named.is_of_other_period
            and case
                when named.measure = 'plan' then not named.has_document_no
                else named.told_end > named.submission_period_end
            end
        ) as is_source_of_record,
        case
            when named.measure = 'plan' then register.year_start(named.budget_year)
            -- how many months are cumulated, the report's own period says
            when named.is_of_other_period and named.measure = 'ytd' and named.is_from_year_start
                then register.year_start(named.budget_year)
            else named.told_start
        end as period_start,
        case
            when named.measure = 'plan' then register.year_end(named.budget_year)
            else named.told_end
        end as period_end,
        case
            when named.measure = 'plan' and named.has_document_no
                then coalesce(named.document_date, named.submission_period_end)
            when named.measure = 'plan' then named.submission_period_end
            else named.told_end
        end as effective_from,
        case
            when named.measure <> 'plan' then ''
            -- the effect, not the row: a title row more in a second copy changes no figure
            when named.has_document_no then concat_ws('#', named.document_no, coalesce(named.effect_code, ''))
            else named.submission_period_end::text
        end as line_reference,
        concat_ws(
            '|', named.sheet_code, named.unit_key,
            case
                when named.project_key || named.establishment_key <> ''
                    then concat_ws('|', named.project_key, named.establishment_key, coalesce(named.effect_code, ''))
                when named.column_type = 'by_indicator' then named.indicator_code
                else named.activity_code
            end, nullif(named.line_dimension_key, '')
        ) as line_key
    from named
    left join indicator_source
        on named.indicator_code = indicator_source.indicator_code
        and named.fund_code = indicator_source.fund_code
        and named.form_code = indicator_source.form_code
        and named.sheet_code = indicator_source.sheet_code
)

select * from final
