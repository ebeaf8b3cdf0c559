-- Reports that came late, or have not come and are due. Days are counted here, on the day somebody asks: a count in the
-- facts would open a release every night.
select
    report.unit_key,
    unit.unit_name,
    report.responsible_unit_key,
    report.form_code as form,
    report.period_end,
    report.due_date,
    report.state,
    case
        when report.state in ('missing', 'returned') then (%(as_of)s::timestamptz)::date - report.due_date
        else report.days_late
    end as days_late
from facts.fct_report as report
inner join register.units as unit on report.unit_key = unit.unit_key
where
    report.is_owed
    and (
        report.is_late
        or report.state in ('missing', 'returned') and report.due_date < (%(as_of)s::timestamptz)::date
    )
order by report.state in ('in_force', 'nil'), days_late desc, report.form_code, report.unit_key
