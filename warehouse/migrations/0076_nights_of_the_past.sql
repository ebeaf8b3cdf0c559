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

create or replace view checks.in_sight as
select submission.submission_key
from raw.submission
where
    submission.received_at <= coalesce((select horizon.received_until from checks.horizon), 'infinity')
    or exists (
        select 1 from checks.standing_recorded
        where standing_recorded.submission_key = submission.submission_key
    );

-- And it leaves no memory: a run is of the past when one before it spoke of a later moment.
create view release.run_of_the_past as
select past.run_key
from release.run as past
where
    exists (
        select 1 from release.run as before
        where before.run_key < past.run_key and before.state = 'done' and before.as_of > past.as_of
    );
comment on view release.run_of_the_past is 'Runs that spoke of a moment earlier than a run before them.';

grant select on checks.standing_recorded, release.run_of_the_past to transformer, reviewer;
