-- The same of reports (release.visible_contributions).
create function release.visible_reports(p_release bigint) returns setof release.report
language sql stable as $$
    select r.* from release.report as r
    where r.opened_release <= p_release and (r.closed_release is null or r.closed_release > p_release)
$$;
comment on function release.visible_reports is 'The reports that a release shows.';
