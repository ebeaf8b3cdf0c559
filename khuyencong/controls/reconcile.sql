-- Every figure that tonight's gate holds is a figure of staging.
with hold as (
    select distinct
        hold.submission_key,
        hold.sheet_code,
        hold.row_number,
        hold.column_name
    from checks.hold as hold
    inner join release.tonight as tonight on hold.run_key = tonight.run_key
),

held as (
    select
        hold.*,
        figure.figure_key
    from hold
    left join staging.stg_figure as figure
        on hold.submission_key = figure.submission_key
        and hold.sheet_code = figure.sheet_code
        and hold.row_number = figure.row_number
        and hold.column_name = figure.column_name
),

final as (
    select
        'held figures' as control,
        count(*) as rows_in,
        count(figure_key) as rows_out,
        0 as amount_in,
        0 as amount_out,
        count(*) filter (where figure_key is null) as n_apart,
        coalesce('submission ' || min(submission_key) filter (where figure_key is null), '') as example
    from held
)

select * from final
