-- Contributions as they came and went: one row opened (sign 1) or closed (-1), with the release, the reason and the submission
-- that did it. A row that another of the same key replaced keeps no cause of its own: it is the other's.
create view release.movement as
select
    c.opened_release as at_release,
    c.reason as why,
    c.cause_reference as caused_by,
    1 as sign,
    c.*
from release.contribution as c
union all
select
    c.closed_release as at_release,
    c.closed_reason as why,
    coalesce(c.closed_cause_reference, r.cause_reference, '') as caused_by,
    -1 as sign,
    c.*
from release.contribution as c
left join release.contribution as r
    on c.closed_cause_reference is null
    and c.closed_release = r.opened_release
    and c.unit_key = r.unit_key
    and c.budget_year = r.budget_year
    and c.period_start = r.period_start
    and c.period_end = r.period_end
    and c.fund_code = r.fund_code
    and c.activity_code = r.activity_code
    and c.indicator_code = r.indicator_code
    and c.measure = r.measure
    and c.project_key = r.project_key
    and c.establishment_key = r.establishment_key
    and c.line_reference = r.line_reference
    and c.effective_from = r.effective_from
    and c.carried_into = r.carried_into
where c.closed_release is not null;
comment on view release.movement is 'Contributions as they were opened and closed, each with release, reason and cause.';

grant select on release.movement to transformer, reviewer, answer_carrier;
