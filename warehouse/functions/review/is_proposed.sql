-- A figure that the engine proposes to correct for a flag belongs to it, also where no rule failed on it: of a report in a wrong
-- unit every cell is wrong, and those that only add up among themselves break no rule. It is decided on under a rule of the flag.
create function review.is_proposed(
    asked_flag text, asked_figure text, asked_rule text, asked_terms text, asked_value numeric
) returns boolean
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    return exists (
        select 1
        from checks.flag
        cross join jsonb_array_elements(flag.alternatives -> 0 -> 'cells') as cell
        inner join checks.flag_figure on flag.flag_id = flag_figure.flag_id and flag_figure.rule_id = asked_rule
        inner join register.rule on flag_figure.rule_id = rule.rule_id and rule.terms_hash = asked_terms
        inner join staging.stg_figure as figure
            on (cell ->> 'submission_key')::bigint = figure.submission_key
            and cell ->> 'figure_key' = figure.figure_key
        where
            flag.closed_run is null
            and flag.flag_id = asked_flag
            and figure.figure_key = asked_figure
            and figure.value is not distinct from asked_value
    );
end
$$;
comment on function review.is_proposed is 'Whether the engine proposes, for an open flag, to correct this figure with this value.';
