-- What each measure says of the reports that were found in a wrong unit of money, with the unit that their header says.
select
    measure.submission_key,
    measure.rule_id,
    measure.measure,
    measure.own_value,
    measure.reference_value,
    measure.ratio,
    measure.power,
    measure.reason
from checks.chk_scale_measure as measure
inner join checks.chk_failing as failing
    on measure.submission_key = failing.submission_key and measure.rule_id = failing.rule_id
order by
    measure.submission_key,
    measure.rule_id,
    array_position(array['decisions', 'treasury', 'year_before', 'own_size'], measure.measure)
