-- The open release shows what no release has closed.
create view release.open_contribution as
select c.*
from release.contribution as c
where c.closed_release is null;
comment on view release.open_contribution is 'The contributions of the open release, which is the newest.';

grant select on release.open_contribution to transformer, reviewer, answer_carrier;
