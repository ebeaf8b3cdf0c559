-- What a release says, one text a row: keys, states and amounts, never numbers of releases or rows, paths, hosts or times
-- of runs. Its sha256 is the same wherever and in whatever order the same bytes were read.
create function release.content_hash(p_release bigint) returns text
language sql stable as $$
    with line as (
        select concat_ws('|', 'contribution', c.unit_key, c.budget_year, to_char(c.period_start, 'YYYY-MM-DD'),
            to_char(c.period_end, 'YYYY-MM-DD'), c.fund_code, c.activity_code, c.indicator_code, c.measure, c.project_key,
            c.establishment_key, c.line_reference, to_char(c.effective_from, 'YYYY-MM-DD'),
            coalesce(to_char(c.effective_to, 'YYYY-MM-DD'), ''), c.carried_into, c.state,
            coalesce(trim_scale(c.value)::text, ''), coalesce(trim_scale(c.low)::text, ''),
            coalesce(trim_scale(c.high)::text, ''), nullif(c.dimension_key, '')) as content
        from release.visible_contributions(p_release) as c
        union all
        select concat_ws('|', 'report', r.unit_key, r.form_code, to_char(r.period_end, 'YYYY-MM-DD'), r.sender_role,
            r.document_no, r.is_owed, r.state, r.is_late, r.is_estimated, coalesce(r.sha256_in_force, ''),
            coalesce(r.sha256_under_review, ''))
        from release.visible_reports(p_release) as r
    )
    select encode(sha256(convert_to(coalesce(string_agg(content, e'\n' order by content collate "C"), ''), 'UTF8')), 'hex')
    from line
$$;
comment on function release.content_hash is 'sha256 over the open rows of a release, sorted by key.';
