-- The one place that says in which state a submission stands: the newest word of the gate, by the order of the nights. Everybody
-- else reads it here; what tonight may know of it is checks.standing_recorded.
create view checks.submission_state as
select distinct on (history.submission_key)
    history.submission_key,
    history.submission_state,
    history.n_holds,
    history.run_key
from checks.standing_history as history
order by history.submission_key asc, history.run_key desc;
comment on view checks.submission_state is 'The state in which each submission stands, its holds, and the run that last changed either.';

grant select on checks.submission_state to transformer, reviewer, answer_carrier;
