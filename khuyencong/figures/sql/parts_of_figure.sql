-- Contributions behind the figures of a span: at the end with +1; for a span not from the year's begin at the month
-- before with -1, under the unit itself or, where it closed in between and is not carried, under the one that
-- followed it.
with place as (
    select
        unit_key,
        region_key
    from release.unit_map(null, %(span_end)s, release.run_of(%(release)s))
),

heir as (
    select
        unit_key,
        mapped_key
    from release.unit_map(%(span_end)s, %(span_end)s, release.run_of(%(release)s))
),

coded as (
    select
        code_name,
        fund_code
    from release.coded_figures(%(release)s, %(codes)s::jsonb)
    where indicator_code = %(indicator)s
),

figure as (
    select made.* from release.figures(%(release)s, array[%(span_start)s::date], array[%(span_end)s::date]) as made
    inner join place on made.unit_key = place.unit_key
    where made.indicator_code = %(indicator)s and made.measure = %(measure)s
        and (%(fund)s::text is null or made.fund_code = %(fund)s)
        and (%(activity)s::text is null or made.activity_code = %(activity)s)
        and (%(unit)s::text is null or %(unit)s in (made.unit_key, place.region_key))
        -- as in release.rollup_spans: what is missing without a code may be of any
        and not exists (
            select 1 from jsonb_each_text(%(codes)s::jsonb) as asked
            where
                release.code_of(made.dimension_key, asked.key) <> asked.value
                and not (
                    made.state = 'missing' and release.code_of(made.dimension_key, asked.key) = ''
                    and (asked.key, made.fund_code) in (
                        select
                            coded.code_name,
                            coded.fund_code
                        from coded
                    )
                )
        )
),

visible as (
    select * from release.visible_contributions(%(release)s)
    where
        indicator_code = %(indicator)s and measure = %(measure)s
        and budget_year = register.budget_year_of(%(span_end)s)
),

-- of a figure at the end, and of the month before a span that is not from the year's begin
part as (
    select
        visible.*,
        1 as sign,
        visible.unit_key as answers_for
    from visible
    where (
        visible.measure = 'plan'
        and visible.effective_from <= %(span_end)s
        and coalesce(visible.effective_to > %(span_end)s, true)
    ) or (visible.measure <> 'plan' and visible.period_end = %(span_end)s)
    union all
    select
        visible.*,
        -1 as sign,
        heir.mapped_key as answers_for
    from visible
    inner join heir on visible.unit_key = heir.unit_key
    where
        visible.measure = 'ytd'
        and register.month_of_year(%(span_start)s) > 1
        and visible.period_end = %(span_start)s::date - 1
),

matched as (
    select distinct on (part.contribution_key)
        part.contribution_key,
        figure.state as figure_state,
        figure.value as figure_value,
        part.sign,
        part.unit_key,
        part.carried_into,
        part.fund_code,
        part.activity_code,
        part.indicator_code,
        part.measure,
        part.project_key,
        part.establishment_key,
        part.dimension_key,
        part.line_reference,
        part.period_start,
        part.period_end,
        part.effective_from,
        part.state,
        part.value,
        part.low,
        part.high,
        part.is_corrected,
        part.opened_release,
        part.reason,
        part.cause_reference
    from figure
    inner join part
        on (figure.unit_key = part.unit_key or figure.unit_key = part.answers_for)
        and figure.fund_code = part.fund_code
        and figure.activity_code = part.activity_code
        and figure.project_key = part.project_key
        and figure.establishment_key = part.establishment_key
        and figure.dimension_key = part.dimension_key
        and (part.sign = -1 or figure.carried_into = part.carried_into)
    order by part.contribution_key, figure.unit_key <> part.unit_key
)

select * from matched
order by
    unit_key, fund_code, activity_code, project_key, establishment_key, dimension_key, period_end, effective_from,
    line_reference
