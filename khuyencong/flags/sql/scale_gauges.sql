-- What each gauge says of the reports that were found in a wrong unit of money, with the unit that their header says.
select
    gauge.submission_key,
    gauge.rule_id,
    gauge.gauge,
    gauge.own_value,
    gauge.reference_value,
    gauge.ratio,
    gauge.power,
    gauge.reason
from checks.chk_scale_gauge as gauge
inner join checks.chk_failing as failing
    on gauge.submission_key = failing.submission_key and gauge.rule_id = failing.rule_id
order by
    gauge.submission_key,
    gauge.rule_id,
    array_position(array['decisions', 'treasury', 'year_before', 'own_size'], gauge.gauge)
