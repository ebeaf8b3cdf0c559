-- Who speaks: everybody as themselves and as a reviewer, or carried from a page that asks about the flag; never about what one
-- sent. `constraint` in a refusal is the word by which the application knows it.
-- An open page may also end a word on another flag of its period.
create function review.check_speaker(
    speaker text, from_page text, asked_flag text, asked_figures text [], is_ending boolean default false
) returns void
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    if from_page is not null then
        if not pg_has_role(session_user, 'answer_carrier', 'usage') then
            raise insufficient_privilege using message = format('%s carries no answers of others.', session_user);
        end if;
        if not review.is_reviewer(speaker) then
            raise insufficient_privilege using
                message = format('%s is no reviewer; only reviewers decide.', speaker), constraint = 'not_reviewer';
        end if;
        -- The transaction that records the answer closes the request, so a page answers each of its flags once.
        if not exists (
            select 1
            from review.request
            where
                request.asked_from = from_page and request.closed_at is null
                and (
                    request.flag_id = asked_flag
                    or is_ending
                    and request.period_end = (select flag.period_end from checks.flag where flag.flag_id = asked_flag)
                )
        ) then
            raise insufficient_privilege using
                message = format('The page %s does not ask about flag %s.', from_page, asked_flag), constraint = 'not_asked';
        end if;
    else
        if not pg_has_role(session_user, 'reviewer', 'member') then
            raise insufficient_privilege using
                message = format('%s is no reviewer; only reviewers decide.', session_user), constraint = 'not_reviewer';
        end if;
        if speaker <> session_user then
            raise insufficient_privilege using message = format('%s decides as %s and as nobody else.', session_user, session_user);
        end if;
    end if;
    if exists (
        select 1
        from (
            select flag.submission_key from checks.flag where flag.flag_id = asked_flag
            union
            select flag_figure.submission_key from checks.flag_figure where flag_figure.figure_key = any(asked_figures)
            union
            select (cell ->> 'submission_key')::bigint
            from checks.flag cross join jsonb_array_elements(flag.alternatives -> 0 -> 'cells') as cell
            where flag.flag_id = asked_flag and cell ->> 'figure_key' = any(asked_figures)
        ) as concerned
        where review.sent_by(speaker, concerned.submission_key)
    ) then
        raise insufficient_privilege using
            message = format('%s sent this submission; nobody decides on their own.', speaker), constraint = 'own_submission';
    end if;
end
$$;
comment on function review.check_speaker is 'Refuses a word of who is no reviewer, speaks for another, or sent the report.';
