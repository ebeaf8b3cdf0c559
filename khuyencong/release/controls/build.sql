-- Every quantity cell of raw stands in staging once, with its amount as written times its unit; cells of headings are
-- counted with what staging leaves out.
with submission as (
    select raw_submission.*
    from raw.submission as raw_submission
    inner join release.tonight as tonight on raw_submission.received_at <= tonight.as_of
),

refused as (
    select distinct
        submission_key,
        sheet_code,
        row_number,
        column_name
    from raw.finding
    where verdict = 'cell'
),

cell as (
    select
        cell.submission_key,
        line.line_kind = 'label' as is_heading,
        case
            when line.line_kind = 'label' or finding.submission_key is not null or cell.reading <> 'number' then 0
            else abs(cell.value)
        end * case
            when
                form_column.column_type = 'money'
                or form_column.column_type = 'by_indicator' and meaning.is_money
                then coalesce(submission_column.money_factor, submission.money_factor)
            else 1
        end as amount
    from raw.cell as cell
    inner join submission on cell.submission_key = submission.submission_key
    inner join raw.line as line
        on cell.submission_key = line.submission_key
        and cell.sheet_code = line.sheet_code
        and cell.row_number = line.row_number
    inner join register.form_column as form_column
        on submission.form_code = form_column.form_code
        and cell.sheet_code = form_column.sheet_code
        and cell.column_name = form_column.column_name
    inner join staging.stg_indicator as meaning
        on coalesce(form_column.indicator_code, form_column.counts_as, line.indicator_code) = meaning.indicator_code
    left join raw.submission_column as submission_column
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
        submission_key,
        count(*) as n_cells,
        count(*) filter (where is_heading) as n_headings,
        sum(amount) as amount
    from cell
    group by submission_key
),

typed as (
    select
        figure.submission_key,
        count(*) as n_cells,
        coalesce(sum(abs(figure.value)) filter (where figure.reading = 'number'), 0) as amount
    from staging.stg_figure as figure
    inner join register.indicators as indicator on figure.indicator_code = indicator.indicator_code
    group by figure.submission_key
),

compared as (
    select
        coalesce(received.submission_key, typed.submission_key) as submission_key,
        coalesce(received.n_cells, 0) as rows_in,
        coalesce(typed.n_cells, 0) + coalesce(received.n_headings, 0) as rows_out,
        coalesce(received.amount, 0) as amount_in,
        coalesce(typed.amount, 0) as amount_out
    from received
    full join typed on received.submission_key = typed.submission_key
),

final as (
    select
        'cells of raw in staging' as control,
        coalesce(sum(rows_in), 0) as rows_in,
        coalesce(sum(rows_out), 0) as rows_out,
        coalesce(sum(amount_in), 0) as amount_in,
        coalesce(sum(amount_out), 0) as amount_out,
        count(*) filter (where rows_in <> rows_out or amount_in <> amount_out) as n_apart,
        coalesce(
            'submission ' || min(submission_key) filter (where rows_in <> rows_out or amount_in <> amount_out), ''
        ) as example
    from compared
)

select * from final
