-- The open release shows what no release has closed.
create view release.open_report as
select r.*
from release.report as r
where r.closed_release is null;
comment on view release.open_report is 'The reports of the open release, which is the newest.';

grant select on release.open_report to transformer, reviewer, answer_carrier;
