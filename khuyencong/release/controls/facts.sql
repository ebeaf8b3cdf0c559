-- Every quantity cell of an indicator that is added up has one fate; what reports state is what they contribute.
with indicator as (
    select * from register.indicators
    where aggregation = 'sum'
),

typed as (
    select
        figure.submission_key,
        count(*) as n_cells,
        coalesce(sum(abs(figure.value)) filter (where figure.reading = 'number'), 0) as amount
    from staging.stg_figure as figure
    inner join indicator on figure.indicator_code = indicator.indicator_code
    group by figure.submission_key
),

-- cells of lines that are headings never become figures
heading as (
    select
        cell.submission_key,
        count(*) as n_cells
    from raw.line as line
    inner join raw.cell as cell
        on line.submission_key = cell.submission_key
        and line.sheet_code = cell.sheet_code
        and line.row_number = cell.row_number
    inner join raw.submission as submission on line.submission_key = submission.submission_key
    inner join release.tonight as tonight on submission.received_at <= tonight.as_of
    inner join register.form_column as form_column
        on submission.form_code = form_column.form_code
        and cell.sheet_code = form_column.sheet_code
        and cell.column_name = form_column.column_name
    inner join indicator
        on coalesce(form_column.indicator_code, form_column.counts_as, line.indicator_code) = indicator.indicator_code
    where line.line_kind = 'label'
    group by cell.submission_key
),

fated as (
    select
        submission_key,
        count(cell_state) as n_cells,
        coalesce(sum(abs(value)) filter (where reading = 'number'), 0) as amount
    from facts.fct_cell_state
    group by submission_key
),

fates as (
    select
        'cells of staging with their fate' as control,
        coalesce(typed.submission_key, heading.submission_key, fated.submission_key) as part,
        coalesce(typed.n_cells, 0) + coalesce(heading.n_cells, 0) as rows_in,
        coalesce(fated.n_cells, 0) as rows_out,
        coalesce(typed.amount, 0) as amount_in,
        coalesce(fated.amount, 0) as amount_out
    from typed
    full join heading on typed.submission_key = heading.submission_key
    full join fated on coalesce(typed.submission_key, heading.submission_key) = fated.submission_key
),

stated as (
    select
        form_code,
        count(*) as n_rows,
        coalesce(sum(abs(value)), 0) as amount
    from facts.fct_stated
    group by form_code
),

contributed as (
    select
        form_code,
        count(*) as n_rows,
        coalesce(sum(abs(value)), 0) as amount
    from facts.fct_contribution
    where carried_into = ''
    group by form_code
),

contributions as (
    select
        'stated figures as contributions' as control,
        coalesce(stated.form_code, contributed.form_code) as part,
        coalesce(stated.n_rows, 0) as rows_in,
        coalesce(contributed.n_rows, 0) as rows_out,
        coalesce(stated.amount, 0) as amount_in,
        coalesce(contributed.amount, 0) as amount_out
    from stated
    full join contributed on stated.form_code = contributed.form_code
),

part as (
    select
        control,
        'submission ' || part as part,
        rows_in,
        rows_out,
        amount_in,
        amount_out
    from fates
    union all
    select * from contributions
),

final as (
    select
        control,
        sum(rows_in) as rows_in,
        sum(rows_out) as rows_out,
        sum(amount_in) as amount_in,
        sum(amount_out) as amount_out,
        count(*) filter (where rows_in <> rows_out or amount_in <> amount_out) as n_apart,
        coalesce(min(part) filter (where rows_in <> rows_out or amount_in <> amount_out), '') as example
    from part
    group by control
)

select * from final
