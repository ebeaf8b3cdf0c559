-- Reports that tonight's facts say otherwise than the open release, as the temporary table change_report: the old row,
-- the new row, the reason, and what names the report. The reason is the first that changed among the report's own
-- inputs.
create temporary table change_report on commit drop as
with changed as (
    select
        open_row.report_key as old_key,
        tonight.unit_key,
        tonight.form_code,
        tonight.period_end,
        tonight.sender_role,
        tonight.document_no,
        tonight.is_owed,
        tonight.state,
        tonight.is_late,
        tonight.is_estimated,
        tonight.sha256_in_force,
        tonight.sha256_under_review,
        tonight.days_late,
        tonight.period_start,
        tonight.unit_key is not null as is_new,
        tonight.sha256_in_force as new_sha256,
        open_row.sha256_in_force as old_sha256,
        coalesce(tonight.form_code, open_row.form_code) as report_form,
        concat_ws(
            '|',
            coalesce(tonight.form_code, open_row.form_code),
            coalesce(tonight.unit_key, open_row.unit_key),
            coalesce(tonight.period_end, open_row.period_end),
            coalesce(tonight.sender_role, open_row.sender_role)
        ) as report_name,
        concat_ws(
            '|',
            coalesce(tonight.form_code, open_row.form_code),
            case
                when coalesce(tonight.document_no, open_row.document_no) = ''
                    then coalesce(tonight.unit_key, open_row.unit_key)
                else ''
            end,
            coalesce(tonight.period_end, open_row.period_end)
        ) as report_key_name,
        coalesce(tonight.sha256_in_force, open_row.sha256_in_force, '') as cause_reference,
        open_row.unit_key is not null as is_old,
        (tonight.sha256_in_force is distinct from open_row.sha256_in_force) as is_other_in_force,
        (tonight.sha256_in_force is not distinct from open_row.sha256_under_review) as was_under_review,
        (tonight.sha256_under_review is distinct from open_row.sha256_under_review) as is_other_under_review,
        ((tonight.is_owed, tonight.is_late) is distinct from (open_row.is_owed, open_row.is_late)) as is_owed_otherwise,
        (tonight.state is distinct from open_row.state) as is_state_changed
    from facts.fct_report as tonight
    full join release.open_report as open_row
        on
        tonight.unit_key = open_row.unit_key
        and tonight.form_code = open_row.form_code
        and tonight.period_end = open_row.period_end
        and tonight.sender_role = open_row.sender_role
        and tonight.document_no = open_row.document_no
    where
        tonight.unit_key is null
        or open_row.unit_key is null
        or tonight.is_owed is distinct from open_row.is_owed
        or tonight.state is distinct from open_row.state
        or tonight.is_late is distinct from open_row.is_late
        or tonight.is_estimated is distinct from open_row.is_estimated
        or tonight.sha256_in_force is distinct from open_row.sha256_in_force
        or tonight.sha256_under_review is distinct from open_row.sha256_under_review
)

select
    changed.old_key,
    changed.unit_key,
    changed.form_code,
    changed.period_end,
    changed.sender_role,
    changed.document_no,
    changed.is_owed,
    changed.state,
    changed.is_late,
    changed.is_estimated,
    changed.sha256_in_force,
    changed.sha256_under_review,
    changed.days_late,
    changed.period_start,
    changed.is_new,
    changed.new_sha256,
    changed.old_sha256,
    changed.report_form,
    changed.report_name,
    changed.report_key_name,
    changed.cause_reference,
    case
        -- a run that closed a report with nothing behind it closed a duty; one that closed a submission, what was sent
        when not changed.is_new and changed.old_sha256 is not null then 'revision'
        when not changed.is_new then 'calendar'
        when not changed.is_old and changed.new_sha256 is null then 'calendar'
        when not changed.is_old and changed.is_late then 'late'
        when not changed.is_old then 'arrival'
        when changed.is_other_in_force
            then case
                    when changed.old_sha256 is null and changed.is_late then 'late'
                    when changed.old_sha256 is null then 'arrival'
                    when changed.new_sha256 is null or not changed.was_under_review then 'revision'
                    -- a submission that waited comes into force: what let it
                    when changed.unit_key = any(known.changed_units) or changed.form_code = any(known.changed_forms)
                        then 'register'
                    when known.is_rule_changed then 'rule'
                    when changed.report_name = any(known.decided_reports) then 'decision'
                    when known.is_register_changed then 'register'
                    else 'cleared'
                end
        when changed.is_other_under_review then 'revision'
        when changed.is_owed_otherwise then 'calendar'
        when changed.is_state_changed then 'arrival'
        else 'register'
    end as reason
from changed
cross join change_tonight as known
