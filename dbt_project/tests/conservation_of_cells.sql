-- Every quantity cell of an indicator that is added up, counted and summed in raw, is there once in fct_cell_state: by
-- submission, in rows for all cells and in đồng (or the indicator's unit) for those that are numbers.
with submission as (
    select raw_submission.*
    from {{ source('raw', 'submission') }} as raw_submission
    inner join {{ source('release', 'tonight') }} as tonight on raw_submission.received_at <= tonight.as_of
),

refused as (
    select distinct
        submission_key,
        sheet_code,
        row_number,
        column_name
    from {{ source('raw', 'finding') }}
    where verdict = 'cell'
),

cell as (
    select
        cell.submission_key,
        coalesce(form_column.indicator_code, form_column.counts_as, line.indicator_code) as indicator_code,
        case
            when line.line_kind = 'label' or finding.submission_key is not null or cell.reading <> 'number' then null
            else abs(cell.value)
        end as value_written,
        form_column.column_type,
        coalesce(submission_column.money_factor, submission.money_factor) as money_factor
    from {{ source('raw', 'cell') }} as cell
    inner join submission on cell.submission_key = submission.submission_key
    inner join {{ source('raw', 'line') }} as line
        on cell.submission_key = line.submission_key
        and cell.sheet_code = line.sheet_code
        and cell.row_number = line.row_number
    inner join {{ source('register', 'form_column') }} as form_column
        on submission.form_code = form_column.form_code
        and cell.sheet_code = form_column.sheet_code
        and cell.column_name = form_column.column_name
    left join {{ source('raw', 'submission_column') }} as submission_column
        on cell.submission_key = submission_column.submission_key
        and cell.sheet_code = submission_column.sheet_code
        and cell.column_name = submission_column.column_name
    left join refused as finding
        on cell.submission_key = finding.submission_key
        and cell.sheet_code = finding.sheet_code
        and cell.row_number = finding.row_number
        and cell.column_name = finding.column_name
),

received as (
    select
        cell.submission_key,
        count(*) as n_cells,
        coalesce(sum(
            cell.value_written * case
                when cell.column_type = 'money' then cell.money_factor
                when cell.column_type = 'by_indicator' and indicator.unit in ('triệu đồng', 'tỷ đồng')
                    then cell.money_factor
                else 1
            end
        ), 0) as amount
    from cell
    inner join {{ ref('indicators') }} as indicator
        on cell.indicator_code = indicator.indicator_code and indicator.aggregation = 'sum'
    group by cell.submission_key
),

kept as (
    select
        submission_key,
        count(*) as n_cells,
        coalesce(sum(abs(value)) filter (where reading = 'number'), 0) as amount
    from {{ ref('fct_cell_state') }}
    group by submission_key
)

select
    received.submission_key,
    received.n_cells as n_received,
    kept.n_cells as n_kept,
    received.amount as amount_received,
    kept.amount as amount_kept
from received
full join kept on received.submission_key = kept.submission_key
where
    received.n_cells is distinct from kept.n_cells
    or received.amount is distinct from kept.amount
