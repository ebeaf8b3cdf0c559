-- Words as they are handed to review.effect_of, the last one last: of the decisions that count, those on the submissions that a
-- flag is about.
create function review.words_that_count(p_flag text, p_except bigint [] default '{}') returns jsonb
language sql stable security definer set search_path = pg_catalog as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'figure_key', decision.figure_key, 'rule_id', decision.rule_id, 'decision', decision.decision,
        'corrected_value', decision.corrected_value
    ) order by decision.decided_at, decision.decision_key), '[]')
    from review.decision_state as decision
    where
        decision.word_state = 'counts'
        and decision.decision_key <> all(p_except)
        and decision.submission_key in (
            select flag.submission_key from checks.flag where flag.flag_id = p_flag
            union
            select flag_figure.submission_key from checks.flag_figure where flag_figure.flag_id = p_flag
        )
$$;
comment on function review.words_that_count is 'The decisions that count on the submissions of a flag, without those named.';
