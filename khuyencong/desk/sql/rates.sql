-- Completeness and timeliness of each unit over all that it owed so far, the worst first.
select
    unit_key,
    sum(n_owed) as n_owed,
    sum(n_reported) as n_reported,
    sum(n_on_time) as n_on_time,
    sum(n_late) as n_late,
    coalesce(sum(days_late), 0) as days_late,
    round(100.0 * sum(n_reported) / sum(n_owed), 2)::float as completeness_pct,
    round(100.0 * sum(n_on_time) / sum(n_owed), 2)::float as timeliness_pct
from facts.fct_duty
where due_date < (%(as_of)s::timestamptz)::date or n_reported = 1
group by unit_key
order by timeliness_pct, completeness_pct, unit_key
