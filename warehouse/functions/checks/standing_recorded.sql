-- A night of the past knows what had been chosen by its moment, not what nights of later moments chose.
create view checks.standing_recorded as
select distinct on (history.submission_key)
    history.submission_key,
    history.submission_state
from checks.standing_history as history
inner join release.run on history.run_key = run.run_key
cross join release.tonight
where run.as_of <= tonight.as_of
order by history.submission_key asc, run.as_of desc, history.run_key desc;
comment on view checks.standing_recorded is 'What became of each submission, as far as tonight may know.';

grant select on checks.standing_recorded to transformer, reviewer, answer_carrier;
