-- What moved, with the submission that did it. A row that another of the same key replaced keeps no cause of its own: it is the
-- other's, which was opened where it was closed.
create view release.movement as
select
    m.*,
    m.cause_reference as caused_by
from release.moved_contribution as m
where m.sign = 1
union all
select
    m.*,
    coalesce(m.closed_cause_reference, r.cause_reference, '') as caused_by
from release.moved_contribution as m
left join release.moved_contribution as r
    on r.sign = 1
    and m.closed_cause_reference is null
    and m.at_release = r.at_release
    and m.unit_key = r.unit_key
    and m.budget_year = r.budget_year
    and m.period_start = r.period_start
    and m.period_end = r.period_end
    and m.fund_code = r.fund_code
    and m.activity_code = r.activity_code
    and m.indicator_code = r.indicator_code
    and m.measure = r.measure
    and m.project_key = r.project_key
    and m.establishment_key = r.establishment_key
    and m.dimension_key = r.dimension_key
    and m.line_reference = r.line_reference
    and m.effective_from = r.effective_from
    and m.carried_into = r.carried_into
where m.sign = -1;
comment on view release.movement is 'Contributions as they were opened and closed, each with release, reason and cause.';

grant select on release.movement to transformer, reviewer, answer_carrier;
