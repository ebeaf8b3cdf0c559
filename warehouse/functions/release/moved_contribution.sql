-- Contributions as they came and went: one row opened (sign 1) and, when it is closed, another (-1). Whose submission did it is told
-- by release.movement, which looks for what took a row's place; who only counts need not pay for that.
create view release.moved_contribution as
select
    c.opened_release as at_release,
    c.reason as why,
    1 as sign,
    c.*
from release.contribution as c
union all
select
    c.closed_release as at_release,
    c.closed_reason as why,
    -1 as sign,
    c.*
from release.contribution as c
where c.closed_release is not null;
comment on view release.moved_contribution is 'Contributions as they were opened and closed, each with release and reason.';

grant select on release.moved_contribution to transformer, reviewer, answer_carrier;
