-- Flags in the order of the queue, open ones first, with what holds, words, questions and cells there are of each.
select
    flag.flag_id,
    flag.severity,
    flag.unit_key,
    unit.unit_name,
    unit.unit_name_en,
    flag.form_code,
    form.form_name,
    to_char(flag.period_end, 'YYYY-MM') as period,
    flag.queue_rank,
    flag.is_review_needed,
    flag.impact_score,
    flag.impact_indicator,
    flag.impact_vnd,
    (
        select coalesce(closed.as_of, tonight.as_of)::date - opened.as_of::date
        from release.run as opened
        cross join release.tonight
        left join release.run as closed on closed.run_key = flag.closed_run
        where opened.run_key = flag.opened_run
    ) as days_open,
    (
        select count(*)
        from checks.flag_verdict
        where flag_verdict.flag_id = flag.flag_id
    ) as n_verdicts,
    (
        select count(distinct row(hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name))
        from checks.hold
        where hold.flag_id = flag.flag_id and hold.run_key = (select run_key from release.tonight)
    ) as n_held,
    (
        select max(decision.decision)
        from review.decision_in_force as decision
        where decision.flag_id = flag.flag_id
    ) as decision,
    flag.mechanism,
    flag.confidence,
    flag.suggested_value,
    (
        select
            coalesce(
                array_agg(distinct concat(receipt.location, '#', cell.sheet_name, '!', cell.cell_address)), '{}'
            )
        from checks.flag_figure as figure
        inner join staging.stg_figure as cell
            on figure.submission_key = cell.submission_key
            and figure.sheet_code = cell.sheet_code
            and figure.row_number = cell.row_number
            and figure.column_name = cell.column_name
        inner join raw.submission on figure.submission_key = submission.submission_key
        inner join raw.receipt on submission.receipt_key = receipt.receipt_key
        where figure.flag_id = flag.flag_id and figure.is_suspected
    ) as suspected_cells,
    flag.alternatives,
    flag.explanation_vi,
    flag.explanation_en,
    (
        select count(*)
        from review.request
        where request.flag_id = flag.flag_id
    ) as n_asked,
    (
        select coalesce(request.outcome, 'open')
        from review.request
        where request.flag_id = flag.flag_id
        order by request.request_key desc
        limit 1
    ) as last_asked,
    (
        select max(word.decision)
        from review.decision_state as word
        where word.flag_id = flag.flag_id and word.word_state = 'pending'
    ) as pending,
    -- of several events (a+b) those are proposed that the flag names: its figures
    case
        when flag.alternatives -> 0 ->> 'mechanism' like '%%+%%'
            then array(
                    select distinct figure.figure_key
                    from checks.flag_figure as figure
                    where figure.flag_id = flag.flag_id
                )
        else '{}'
    end as figure_keys
from checks.flag
left join register.units as unit on flag.unit_key = unit.unit_key
left join register.form on flag.form_code = form.form_code
where
    (%(unit)s::text is null or flag.unit_key = %(unit)s)
    and (%(period)s::text is null or to_char(flag.period_end, 'YYYY-MM') = %(period)s)
    and (%(severity)s::text is null or flag.severity = %(severity)s)
    and (%(status)s = 'all' or (flag.closed_run is null) = (%(status)s = 'open'))
order by flag.closed_run nulls first, flag.queue_rank, flag.flag_id
