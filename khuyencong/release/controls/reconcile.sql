-- Every figure that tonight's gate holds is a figure of staging, and was judged by the amount that stands there. A hold
-- of an earlier round of tonight has no verdict any more: then only the figure is asked for.
with hold as (
    select
        hold.submission_key,
        hold.sheet_code,
        hold.row_number,
        hold.column_name,
        max(abs(verdict_figure.reported_value)) as judged
    from checks.hold as hold
    inner join release.tonight as tonight on hold.run_key = tonight.run_key
    left join checks.chk_verdict_figure as verdict_figure
        on hold.rule_id = verdict_figure.rule_id
        and hold.submission_key = verdict_figure.submission_key
        and hold.submission_key = verdict_figure.figure_submission_key
        and hold.sheet_code = verdict_figure.sheet_code
        and hold.row_number = verdict_figure.row_number
        and hold.column_name = verdict_figure.column_name
    group by hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name
),

held as (
    select
        hold.submission_key,
        figure.figure_key,
        coalesce(abs(figure.value), 0) as typed,
        coalesce(hold.judged, abs(figure.value), 0) as judged
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
        coalesce(sum(judged), 0) as amount_in,
        coalesce(sum(typed), 0) as amount_out,
        count(*) filter (where figure_key is null or judged <> typed) as n_apart,
        coalesce(
            'submission ' || min(submission_key) filter (where figure_key is null or judged <> typed), ''
        ) as example
    from held
)

select * from final
