-- What is visible at a release was opened by then and not closed by then; what a release closes is not visible at it. In plain SQL,
-- so that the planner sees the table behind it and uses its indexes.
create function release.visible_contributions(p_release bigint) returns setof release.contribution
language sql stable as $$
    select c.* from release.contribution as c
    where c.opened_release <= p_release and (c.closed_release is null or c.closed_release > p_release)
$$;
comment on function release.visible_contributions is 'The contributions that a release shows.';
