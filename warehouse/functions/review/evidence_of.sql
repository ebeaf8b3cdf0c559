-- The flag as a reviewer sees it: every figure with its value and every rule with its terms. Null when it names none.
-- In plpgsql, because what dbt builds is not there yet when this is made.
create function review.evidence_of(asked_flag text) returns text
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    return (
        select md5(string_agg(shown.line, E'\n' order by shown.line))
        from (
        select distinct concat_ws(
            '|', flag_figure.figure_key, flag_figure.rule_id, rule.terms_hash, coalesce(trim_scale(figure.value)::text, 'none')
        ) as line
        from checks.flag_figure
        left join register.rule on flag_figure.rule_id = rule.rule_id
        left join staging.stg_figure as figure
            on flag_figure.submission_key = figure.submission_key
            and flag_figure.sheet_code = figure.sheet_code
            and flag_figure.row_number = figure.row_number
            and flag_figure.column_name = figure.column_name
        where flag_figure.flag_id = asked_flag
        ) as shown
    );
end
$$;
comment on function review.evidence_of is 'A hash of the figures, values and rules that a flag is about, as they stand now.';
