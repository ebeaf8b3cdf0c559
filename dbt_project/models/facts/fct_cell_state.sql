-- Conservation: what became of every quantity cell of an indicator that is added up. Exactly one word a cell; a cell
-- that is not in force says why before it says what it holds.
{{ config(indexes=[{'columns': ['submission_key', 'sheet_code', 'row_number', 'column_name']}]) }}

with figure as (
    select * from {{ ref('stg_figure') }}
),

submission as (
    select * from {{ ref('fct_submission') }}
),

indicator as (
    select * from {{ ref('indicators') }}
    where aggregation = 'sum'
),

repeated as (
    select * from {{ ref('fct_repeated') }}
),

stored as (
    select * from {{ ref('fct_figure') }}
),

judged as (
    select
        figure.submission_key,
        figure.sheet_code,
        figure.row_number,
        figure.column_name,
        figure.indicator_code,
        case
            when submission.submission_state in ('returned', 'withdrawn', 'superseded', 'under_review')
                then submission.submission_state
            when submission.submission_state = 'withdrawal' then 'withdrawn'
            when submission.submission_state = 'cross_check' then 'check_input'
            -- no number was written where one could stand
            when figure.is_not_applicable or figure.is_missing then 'label'
            when indicator.is_formula then 'formula'
            when not figure.is_source_of_record then 'check_input'
            when repeated.submission_key is not null then 'superseded'
            when figure.is_unreadable then 'unreadable'
            when stored.state = 'disputed' then 'held'
            when stored.state = 'accepted' then 'accepted'
        end as cell_state,
        figure.reading,
        figure.value
    from figure
    inner join submission on figure.submission_key = submission.submission_key
    inner join indicator on figure.indicator_code = indicator.indicator_code
    left join stored
        on figure.submission_key = stored.submission_key
        and figure.sheet_code = stored.sheet_code
        and figure.row_number = stored.row_number
        and figure.column_name = stored.column_name
    left join repeated
        on figure.submission_key = repeated.submission_key
        and figure.sheet_code = repeated.sheet_code
        and figure.row_number = repeated.row_number
        and figure.column_name = repeated.column_name
),

-- cells of lines that are headings or notes never become figures
heading as (
    select
        cell.submission_key,
        cell.sheet_code,
        cell.row_number,
        cell.column_name,
        coalesce(form_column.indicator_code, form_column.counts_as, line.indicator_code) as indicator_code,
        'label' as cell_state,
        'blank' as reading,
        null::numeric as value
    from {{ source('raw', 'cell') }} as cell
    inner join {{ source('raw', 'line') }} as line
        on cell.submission_key = line.submission_key
        and cell.sheet_code = line.sheet_code
        and cell.row_number = line.row_number
        and line.line_kind = 'label'
    inner join submission on cell.submission_key = submission.submission_key
    inner join {{ source('register', 'form_column') }} as form_column
        on submission.form_code = form_column.form_code
        and cell.sheet_code = form_column.sheet_code
        and cell.column_name = form_column.column_name
),

final as (
    select * from judged
    union all
    select heading.*
    from heading
    inner join indicator on heading.indicator_code = indicator.indicator_code
)

select * from final
