-- Submissions that were judged tonight and that the gate chose neither to be in force nor to wait.
select judged.submission_key
from checks.chk_submission as judged
inner join checks.submission_state as state on judged.submission_key = state.submission_key
where state.submission_state <> all(%(judged)s)
