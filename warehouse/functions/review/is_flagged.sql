-- What a reviewer writes must be about an open flag as it stands: its figure, the value reported there, its rule as it is.
create function review.is_flagged(
    asked_flag text, asked_figure text, asked_rule text, asked_terms text, asked_value numeric
) returns boolean
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    return exists (
        select 1
        from checks.flag
        inner join checks.flag_figure on flag.flag_id = flag_figure.flag_id
        inner join register.rule on flag_figure.rule_id = rule.rule_id
        inner join staging.stg_figure as figure
            on flag_figure.submission_key = figure.submission_key
            and flag_figure.sheet_code = figure.sheet_code
            and flag_figure.row_number = figure.row_number
            and flag_figure.column_name = figure.column_name
        where
            flag.closed_run is null
            and (flag.flag_id, flag_figure.figure_key, flag_figure.rule_id, rule.terms_hash)
            = (asked_flag, asked_figure, asked_rule, asked_terms)
            and figure.value is not distinct from asked_value
    );
end
$$;
comment on function review.is_flagged is 'Whether an open flag names this figure, with this value, for this rule as it stands.';
