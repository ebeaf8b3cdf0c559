create view checks.in_sight as
select submission.submission_key
from raw.submission
where
    submission.received_at <= coalesce((select horizon.received_until from checks.horizon), 'infinity')
    or exists (
        select 1 from checks.standing_recorded
        where standing_recorded.submission_key = submission.submission_key
    );
comment on view checks.in_sight is 'The submissions that the gate looks at in this step of the night.';

grant select on checks.in_sight to reviewer, answer_carrier;
