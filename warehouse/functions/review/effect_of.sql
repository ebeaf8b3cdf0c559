-- What words of reviewers do to the national rows, by direct arithmetic on what the last night left: before the rules judge again.
-- A waiver frees what the waived rules alone hold. A correction puts its value in, and frees what is held only by verdicts that
-- have a corrected figure among their terms: it is accepted when those rules agree, and not otherwise. A submission under review
-- comes into force when it then holds no more than the one in force, in whose place its figures are put.
create function review.effect_of(p_flag text, p_before jsonb, p_after jsonb)
returns table (
    budget_year integer, period_end date, fund_code text, indicator_code text, measure text, is_money boolean,
    accepted_before numeric, accepted_after numeric, disputed_before numeric, disputed_after numeric, share_pct numeric
)
language plpgsql stable security definer set search_path = pg_catalog set enable_nestloop = off as $$
#variable_conflict use_column
begin
    -- before the first release there is no national row
    if not exists (select 1 from release.release) then
        return;
    end if;
    return query
    with named as (
        select flag.submission_key from checks.flag where flag.flag_id = p_flag
        union
        select flag_figure.submission_key from checks.flag_figure where flag_figure.flag_id = p_flag
        union
        select (cell ->> 'submission_key')::bigint
        from checks.flag cross join jsonb_array_elements(flag.alternatives -> 0 -> 'cells') as cell
        where flag.flag_id = p_flag
    ),
    -- and the submission in force in whose place one of them would come
    concerned as materialized (
        select submission.submission_key, submission.identity_key, submission.period_end, submission.sha256,
            submission.form_code, standing.submission_key is not null as stands,
            state.submission_state = 'under_review' as waits
        from staging.stg_submission as submission
        left join checks.standing on submission.submission_key = standing.submission_key
        left join lateral (
            -- of these few alone, not of every submission that there is
            select recorded.submission_state from checks.submission_state as recorded
            where recorded.submission_key = submission.submission_key
        ) as state on true
        where submission.submission_key in (select named.submission_key from named)
            or standing.submission_key is not null and submission.identity_key in (
                select other.identity_key from staging.stg_submission as other
                where other.submission_key in (select named.submission_key from named)
            )
    ),
    word as materialized (
        select said.moment, w.position, w.word ->> 'figure_key' as figure_key, w.word ->> 'rule_id' as rule_id,
            w.word ->> 'decision' as decision, (w.word ->> 'corrected_value')::numeric as corrected_value
        from (values ('before', p_before), ('after', p_after)) as said (moment, words)
        cross join lateral jsonb_array_elements(said.words) with ordinality as w (word, position)
        union all
        select 'tonight', row_number() over (order by counted.decided_at, counted.decision_key), counted.figure_key,
            counted.rule_id, counted.decision, counted.corrected_value
        from review.decision_in_force as counted
        where counted.submission_key in (select named.submission_key from named)
    ),
    -- tonight: as the night left it, with the words that it counted; since then others may have been said
    moment as (select unnest(array['tonight', 'before', 'after']) as moment),
    cell as materialized (
        select figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name, figure.figure_key,
            figure.unit_key, figure.budget_year, figure.fund_code, figure.activity_code, figure.indicator_code,
            figure.measure, figure.project_key, figure.establishment_key, figure.dimension_key, figure.line_reference,
            figure.value,
            figure.is_missing, figure.is_unreadable,
            case when form.has_document_no then figure.period_end else concerned.period_end end as row_period_end,
            figure.is_source_of_record and not figure.is_not_applicable and figure.fact <> 'beneficiary_support'
            and not indicator.is_formula and indicator.aggregation = 'sum' as is_national,
            coalesce(meaning.is_money, false) as is_money
        from staging.stg_figure as figure
        inner join concerned on figure.submission_key = concerned.submission_key
        inner join register.form on figure.form_code = form.form_code
        left join register.indicators as indicator on figure.indicator_code = indicator.indicator_code
        left join staging.stg_indicator as meaning on figure.indicator_code = meaning.indicator_code
    ),
    correction as (
        select distinct on (word.moment, word.figure_key) word.moment, word.figure_key, word.corrected_value
        from word where word.decision = 'correct'
        order by word.moment, word.figure_key, word.position desc
    ),
    -- each failed verdict with the cells that it may hold: the culprit alone where it is known
    verdict as materialized (
        select figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name, figure.rule_id,
            figure.scope_key, figure.figure_key,
            not exists (
                select 1 from checks.culprit
                where (culprit.submission_key, culprit.rule_id, culprit.scope_key)
                    = (figure.submission_key, figure.rule_id, figure.scope_key)
            ) or exists (
                select 1 from checks.culprit
                where (culprit.submission_key, culprit.rule_id, culprit.scope_key, culprit.figure_submission_key,
                    culprit.sheet_code, culprit.row_number, culprit.column_name)
                    = (figure.submission_key, figure.rule_id, figure.scope_key, figure.figure_submission_key,
                    figure.sheet_code, figure.row_number, figure.column_name)
            ) as is_meant, figure.may_be_held
        from checks.chk_verdict_figure as figure
        where figure.submission_key in (select concerned.submission_key from concerned)
    ),
    corrected_verdict as (
        select distinct correction.moment, verdict.submission_key, verdict.rule_id, verdict.scope_key
        from verdict inner join correction on verdict.figure_key = correction.figure_key
    ),
    -- what held each cell tonight, or would have without the words that counted then
    hold as materialized (
        select distinct hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name, hold.rule_id
        from checks.hold
        inner join release.tonight on hold.run_key = tonight.run_key
        where hold.submission_key in (select concerned.submission_key from concerned)
        union
        select verdict.submission_key, verdict.sheet_code, verdict.row_number, verdict.column_name, verdict.rule_id
        from verdict
        inner join word
            on word.moment = 'tonight' and word.decision = 'waive'
            and verdict.figure_key = word.figure_key and verdict.rule_id = word.rule_id
        where verdict.may_be_held and verdict.is_meant
        union
        select flagged.submission_key, flagged.sheet_code, flagged.row_number, flagged.column_name, flagged.rule_id
        from checks.flag_figure as flagged
        inner join word
            on word.moment = 'tonight' and word.decision = 'correct'
            and flagged.figure_key = word.figure_key and flagged.rule_id = word.rule_id
        where flagged.flag_id = p_flag and flagged.submission_key in (select concerned.submission_key from concerned)
    ),
    holding as (
        select moment.moment, cell.submission_key, cell.sheet_code, cell.row_number, cell.column_name
        from hold
        cross join moment
        inner join register.rule on hold.rule_id = rule.rule_id
        inner join cell
            on hold.submission_key = cell.submission_key and hold.sheet_code = cell.sheet_code
            and hold.row_number = cell.row_number and hold.column_name = cell.column_name
        where not exists (
            select 1 from word
            where word.moment = moment.moment and word.figure_key = cell.figure_key and (
                -- who reports a figure is no matter of its value
                word.decision = 'correct' and rule.family <> 'unique' or word.decision = 'waive' and word.rule_id = hold.rule_id
            )
        ) and (
            rule.family = 'unique'
            or not exists (
                select 1 from verdict
                where verdict.may_be_held and (verdict.submission_key, verdict.sheet_code, verdict.row_number,
                    verdict.column_name, verdict.rule_id)
                    = (hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name, hold.rule_id)
            ) or exists (
                select 1 from verdict
                where verdict.may_be_held and verdict.is_meant and (verdict.submission_key, verdict.sheet_code,
                    verdict.row_number, verdict.column_name, verdict.rule_id)
                    = (hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name, hold.rule_id)
                    and not exists (
                        select 1 from corrected_verdict
                        where (corrected_verdict.moment, corrected_verdict.submission_key, corrected_verdict.rule_id,
                            corrected_verdict.scope_key)
                            = (moment.moment, verdict.submission_key, verdict.rule_id, verdict.scope_key)
                    )
            )
        )
    ),
    held as materialized (
        select distinct holding.moment, holding.submission_key, holding.sheet_code, holding.row_number, holding.column_name
        from holding
    ),
    n_held as (
        select moment.moment, concerned.submission_key, concerned.identity_key, concerned.stands, concerned.waits,
            (select count(*) from held
                where held.moment = moment.moment and held.submission_key = concerned.submission_key) as n_held,
            (select count(*) from held
                where held.moment = 'tonight' and held.submission_key = concerned.submission_key) as n_held_tonight
        from concerned cross join moment
    ),
    coming as (
        select distinct on (n_held.moment, n_held.identity_key) n_held.moment, n_held.identity_key, n_held.submission_key
        from n_held
        left join n_held as other
            on other.moment = n_held.moment and other.identity_key = n_held.identity_key and other.stands
        where n_held.waits and n_held.n_held < n_held.n_held_tonight and n_held.n_held <= coalesce(other.n_held, n_held.n_held)
        order by n_held.moment, n_held.identity_key, n_held.submission_key desc
    ),
    in_force as (
        select n_held.moment, n_held.submission_key
        from n_held
        left join coming on n_held.moment = coming.moment and n_held.identity_key = coming.identity_key
        where coming.submission_key = n_held.submission_key or coming.submission_key is null and n_held.stands
    ),
    counted as (
        select in_force.moment, cell.*, held.submission_key is not null or cell.is_unreadable as is_disputed,
            case when held.submission_key is null then coalesce(correction.corrected_value, cell.value) else cell.value end
                as value_then
        from cell
        inner join in_force on cell.submission_key = in_force.submission_key
        left join held
            on held.moment = in_force.moment and held.submission_key = cell.submission_key
            and held.sheet_code = cell.sheet_code and held.row_number = cell.row_number and held.column_name = cell.column_name
        left join correction on correction.moment = in_force.moment and correction.figure_key = cell.figure_key
        where cell.is_national and not cell.is_missing
    ),
    moved as materialized (
        select counted.unit_key, counted.budget_year, counted.row_period_end, counted.fund_code, counted.activity_code,
            counted.indicator_code, counted.measure, counted.project_key, counted.establishment_key,
            counted.dimension_key, counted.line_reference, bool_or(counted.is_money) as is_money,
            coalesce(sum(counted.value_then) filter (where counted.moment = 'after' and not counted.is_disputed), 0)
            - coalesce(sum(counted.value_then) filter (where counted.moment = 'before' and not counted.is_disputed), 0)
                as accepted_moves,
            coalesce(sum(counted.value_then) filter (where counted.moment = 'after' and counted.is_disputed), 0)
            - coalesce(sum(counted.value_then) filter (where counted.moment = 'before' and counted.is_disputed), 0)
                as disputed_moves,
            -- what words that no night has counted yet have moved already
            coalesce(sum(counted.value_then) filter (where counted.moment = 'before' and not counted.is_disputed), 0)
            - coalesce(sum(counted.value_then) filter (where counted.moment = 'tonight' and not counted.is_disputed), 0)
                as accepted_since,
            coalesce(sum(counted.value_then) filter (where counted.moment = 'before' and counted.is_disputed), 0)
            - coalesce(sum(counted.value_then) filter (where counted.moment = 'tonight' and counted.is_disputed), 0)
                as disputed_since
        from counted
        group by counted.unit_key, counted.budget_year, counted.row_period_end, counted.fund_code, counted.activity_code,
            counted.indicator_code, counted.measure, counted.project_key, counted.establishment_key, counted.dimension_key,
            counted.line_reference
    ),
    -- the row of the report's own period, and those of later periods into which a unit that followed carries the figure
    placed as (
        select moved.*, moved.row_period_end as shown_period_end from moved
        union all
        select moved.*, carried.period_end
        from moved
        inner join release.open_contribution as carried
            on carried.carried_into <> '' and carried.measure <> 'plan'
            and carried.unit_key = moved.unit_key and carried.budget_year = moved.budget_year
            and carried.fund_code = moved.fund_code and carried.activity_code = moved.activity_code
            and carried.indicator_code = moved.indicator_code and carried.measure = moved.measure
            and carried.project_key = coalesce(moved.project_key, '')
            and carried.establishment_key = coalesce(moved.establishment_key, '')
            and carried.dimension_key = moved.dimension_key
            and carried.report_period_end = moved.row_period_end
    ),
    row_moved as (
        select placed.budget_year, placed.shown_period_end as period_end, placed.fund_code, placed.indicator_code,
            placed.measure, bool_or(placed.is_money) as is_money, sum(placed.accepted_moves) as accepted_moves,
            sum(placed.disputed_moves) as disputed_moves, sum(placed.accepted_since) as accepted_since,
            sum(placed.disputed_since) as disputed_since
        from placed
        group by placed.budget_year, placed.shown_period_end, placed.fund_code, placed.indicator_code, placed.measure
        having sum(placed.accepted_moves) <> 0 or sum(placed.disputed_moves) <> 0
    ),
    row_before as (
        select row_moved.*,
            coalesce(sum(said.value) filter (where said.state in ('accepted', 'carried')), 0) + row_moved.accepted_since
                as accepted,
            coalesce(sum(said.value) filter (where said.state = 'disputed'), 0) + row_moved.disputed_since as disputed
        from row_moved
        left join release.open_contribution as said
            on said.budget_year = row_moved.budget_year
            and said.fund_code = row_moved.fund_code and said.indicator_code = row_moved.indicator_code
            and said.measure = row_moved.measure
            and case
                when row_moved.measure = 'plan'
                    then said.effective_from <= row_moved.period_end and coalesce(said.effective_to > row_moved.period_end, true)
                else said.period_end = row_moved.period_end
            end
        group by row_moved.budget_year, row_moved.period_end, row_moved.fund_code, row_moved.indicator_code,
            row_moved.measure, row_moved.is_money, row_moved.accepted_moves, row_moved.disputed_moves,
            row_moved.accepted_since, row_moved.disputed_since
    ),
    -- a row of nought is compared with the largest plan of its year and fund for the same quantity
    plan as (
        select said.budget_year, said.fund_code, said.indicator_code, meaning.is_money, sum(said.value) as value
        from release.open_contribution as said
        inner join staging.stg_indicator as meaning on said.indicator_code = meaning.indicator_code
        where said.measure = 'plan' and said.state in ('accepted', 'carried')
            and said.effective_to is null
        group by said.budget_year, said.fund_code, said.indicator_code, meaning.is_money
    ),
    compared as (
        select row_before.*,
            coalesce(nullif(abs(row_before.accepted), 0), (
                select max(abs(plan.value)) from plan
                where plan.budget_year = row_before.budget_year and plan.fund_code = row_before.fund_code
                    and (plan.indicator_code = row_before.indicator_code or row_before.is_money and plan.is_money)
            )) as reference
        from row_before
    )
    select compared.budget_year, compared.period_end, compared.fund_code, compared.indicator_code, compared.measure,
        compared.is_money, compared.accepted, compared.accepted + compared.accepted_moves, compared.disputed,
        compared.disputed + compared.disputed_moves,
        case when compared.accepted_moves = 0 then 0 else 100 * abs(compared.accepted_moves) / nullif(compared.reference, 0) end
    from compared
    order by 11 desc nulls first, compared.indicator_code, compared.measure, compared.fund_code, compared.period_end;
end
$$;
comment on function review.effect_of is
'The national rows that move when the words p_after stand in place of p_before; before: the open release and the words since.';
