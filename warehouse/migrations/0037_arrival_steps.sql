-- A night takes up what arrived step by step, so that what is in force does not depend on how many nights there were. Up to this
-- moment the gate looks now; without a row it looks at everything that tonight may see.
create table checks.horizon (
    received_until timestamptz not null
);
comment on table checks.horizon is 'The moment up to which the gate looks in this step of the night; empty: tonight''s.';

-- What came up to the horizon, and what an earlier step or night has already weighed.
create view checks.in_sight as
select submission.submission_key
from raw.submission
where
    submission.received_at <= coalesce((select horizon.received_until from checks.horizon), 'infinity')
    or exists (
        select 1 from checks.standing_history
        where standing_history.submission_key = submission.submission_key
    );
comment on view checks.in_sight is 'The submissions that the gate looks at in this step of the night.';
