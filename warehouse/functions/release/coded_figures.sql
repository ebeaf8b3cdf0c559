-- What has codes of the names that are asked for ({name: code}): a missing figure of these, if it has none, may be any of them.
create function release.coded_figures(p_release bigint, p_where jsonb)
returns table (code_name text, indicator_code text, fund_code text)
language sql stable as $$
    select distinct w.key, c.indicator_code, c.fund_code
    from release.visible_contributions(p_release) as c
    cross join jsonb_each_text(p_where) as w
    where p_where is not null and c.dimension_key <> '' and release.code_of(c.dimension_key, w.key) <> ''
$$;
comment on function release.coded_figures is 'Indicators and funds of which a release has figures with codes of some names.';
