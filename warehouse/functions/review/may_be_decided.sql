create function review.may_be_decided(
    asked_flag text, asked_figure text, asked_rule text, asked_terms text, asked_value numeric, asked_word text
) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select review.is_flagged(asked_flag, asked_figure, asked_rule, asked_terms, asked_value)
        or asked_word = 'correct'
        and review.is_proposed(asked_flag, asked_figure, asked_rule, asked_terms, asked_value)
$$;
comment on function review.may_be_decided is 'Whether an open flag names this figure as it stands, or proposes this correction.';
