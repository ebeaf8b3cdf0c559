-- A night of the past leaves no memory: a run is of the past when one before it spoke of a later moment.
create view release.run_of_the_past as
select past.run_key
from release.run as past
where
    exists (
        select 1 from release.run as before
        where before.run_key < past.run_key and before.state = 'done' and before.as_of > past.as_of
    );
comment on view release.run_of_the_past is 'Runs that spoke of a moment earlier than a run before them.';

grant select on release.run_of_the_past to transformer, reviewer;
