-- Contributions that tonight's facts say otherwise than the open release, as the temporary table change_contribution:
-- the old row, the new row, and the reason: the first that changed among the row's own inputs, in the order of the data
-- contract (register, calendar, rules, succession, decision, report). Null: nothing of its own changed but a bound, or
-- nothing that is known (reasons_of_bounds.sql).
create temporary table change_contribution on commit drop as
with open_row as materialized (
    select *
    from release.open_contribution
),

tonight as materialized (
    select *
    from facts.fct_contribution
),

carried_before as (
    select distinct
        unit_key,
        carried_into,
        period_end
    from open_row
    where carried_into <> ''
),

carried_tonight as (
    select distinct
        unit_key,
        carried_into,
        period_end
    from tonight
    where carried_into <> ''
),

-- beside the new row: what the old one said (old_), and by which key both are told (of_)
changed as (
    select
        open_row.contribution_key as old_key,
        tonight.*,
        tonight.unit_key is not null as is_new,
        open_row.unit_key is not null as is_old,
        open_row.state as old_state,
        open_row.held_by as old_held_by,
        open_row.carried_into as old_carried_into,
        open_row.decision_reference as old_decision_reference,
        open_row.cause_reference as old_cause_reference,
        coalesce(tonight.unit_key, open_row.unit_key) as of_unit,
        coalesce(tonight.budget_year, open_row.budget_year) as of_year,
        coalesce(tonight.period_end, open_row.period_end) as of_period,
        coalesce(tonight.fund_code, open_row.fund_code) as of_fund,
        coalesce(tonight.activity_code, open_row.activity_code) as of_activity,
        coalesce(tonight.indicator_code, open_row.indicator_code) as of_indicator,
        coalesce(tonight.measure, open_row.measure) as of_measure,
        coalesce(tonight.carried_into, open_row.carried_into) as of_carried_into,
        coalesce(tonight.form_code, open_row.form_code) as of_form,
        coalesce(tonight.report_period_end, open_row.report_period_end) as of_report_period
    from tonight
    full join open_row
        on
        tonight.unit_key = open_row.unit_key
        and tonight.budget_year = open_row.budget_year
        and tonight.period_start = open_row.period_start
        and tonight.period_end = open_row.period_end
        and tonight.fund_code = open_row.fund_code
        and tonight.activity_code = open_row.activity_code
        and tonight.indicator_code = open_row.indicator_code
        and tonight.measure = open_row.measure
        and tonight.project_key = open_row.project_key
        and tonight.establishment_key = open_row.establishment_key
        and tonight.dimension_key = open_row.dimension_key
        and tonight.line_reference = open_row.line_reference
        and tonight.effective_from = open_row.effective_from
        and tonight.carried_into = open_row.carried_into
    where
        tonight.unit_key is null
        or open_row.unit_key is null
        or tonight.state is distinct from open_row.state
        or tonight.value is distinct from open_row.value
        or tonight.low is distinct from open_row.low
        or tonight.high is distinct from open_row.high
        or tonight.effective_to is distinct from open_row.effective_to
),

-- with the reports behind the row: why they changed, and the bytes they came from
caused as (
    select
        changed.*,
        array[by_new.reason, by_old.reason, by_report.reason, by_document.reason] as report_reasons,
        coalesce(
            changed.cause_reference,
            by_old.sha256,
            by_report.sha256,
            by_document.sha256,
            changed.old_cause_reference
        ) as told_cause
    from changed
    left join change_cause as by_new
        on changed.cause_reference = by_new.cause_reference and changed.of_form = by_new.form_code
    left join change_cause as by_old
        on changed.old_cause_reference = by_old.cause_reference and changed.of_form = by_old.form_code
    left join change_cause as by_report
        on
        concat_ws('|', changed.of_form, changed.of_unit, changed.of_report_period) = by_report.cause_reference
        and changed.of_form = by_report.form_code
    left join change_cause as by_document
        on
        concat_ws('|', changed.of_form, '', changed.of_report_period) = by_document.cause_reference
        and changed.of_form = by_document.form_code
),

-- each reason that may speak for the row, one condition each
weighed as (
    select
        caused.*,
        caused.of_unit = any(known.changed_units)
        or caused.of_indicator = any(known.changed_indicators)
        or caused.of_indicator || '|' || caused.of_fund = any(known.changed_sources)
        or caused.of_fund = any(known.changed_funds)
        or caused.of_activity = any(known.changed_activities)
        or caused.of_form = any(known.changed_forms)
        or 'register' = any(caused.report_reasons) as is_by_register,
        caused.of_form = any(known.changed_calendars)
        or 'calendar' = any(caused.report_reasons) as is_by_calendar,
        -- the rules that hold it, or held it
        string_to_array(
            concat_ws(',', nullif(caused.held_by, ''), nullif(caused.old_held_by, '')), ','
        ) && known.changed_rules
        or 'rule' = any(caused.report_reasons) as is_by_rule,
        caused.of_unit = any(known.changed_successions)
        or caused.carried_into <> '' and carried_before.unit_key is null
        or caused.old_carried_into <> '' and carried_tonight.unit_key is null as is_by_succession,
        caused.decision_reference = any(known.decided_flags)
        or caused.old_decision_reference <> ''
        and (caused.decision_reference is distinct from caused.old_decision_reference)
        and caused.old_decision_reference <> all(known.lapsed_flags)
        or 'decision' = any(caused.report_reasons) as is_by_decision,
        caused.state = 'disputed' and caused.old_state = 'accepted' as is_held,
        caused.state = 'accepted' and caused.old_state = 'disputed'
        or 'cleared' = any(caused.report_reasons) as is_cleared,
        caused.of_carried_into <> '' and (not caused.is_new or not caused.is_old) as is_carried
    from caused
    left join carried_before
        on
        caused.of_unit = carried_before.unit_key
        and caused.of_carried_into = carried_before.carried_into
        and caused.of_period = carried_before.period_end
    left join carried_tonight
        on
        caused.of_unit = carried_tonight.unit_key
        and caused.of_carried_into = carried_tonight.carried_into
        and caused.of_period = carried_tonight.period_end
    cross join change_tonight as known
)

select
    old_key,
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
    line_reference,
    effective_from,
    carried_into,
    state,
    value,
    low,
    high,
    effective_to,
    place_unit_key,
    is_corrected,
    is_estimated,
    form_code,
    report_period_end,
    held_by,
    decision_reference,
    is_new,
    told_cause as cause_reference,
    of_unit,
    of_year,
    of_period,
    of_fund,
    of_measure,
    case
        when is_by_register then 'register'
        when is_by_calendar then 'calendar'
        when is_by_rule then 'rule'
        when is_by_succession then 'succession'
        when is_by_decision then 'decision'
        when 'late' = any(report_reasons) then 'late'
        when 'revision' = any(report_reasons) then 'revision'
        when 'arrival' = any(report_reasons) then 'arrival'
        when is_held then 'held'
        when is_cleared then 'cleared'
        when is_carried then 'succession'
    end as reason
from weighed
