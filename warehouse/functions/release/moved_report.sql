-- Reports as they came and went: one row opened (sign 1) and, when it is closed, another (-1).
create view release.moved_report as
select
    r.opened_release as at_release,
    r.reason as why,
    1 as sign,
    r.*
from release.report as r
union all
select
    r.closed_release as at_release,
    r.closed_reason as why,
    -1 as sign,
    r.*
from release.report as r
where r.closed_release is not null;
comment on view release.moved_report is 'Reports as they were opened and closed, each with release and reason.';

grant select on release.moved_report to transformer, reviewer, answer_carrier;
