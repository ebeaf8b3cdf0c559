-- What changed between two releases, figure by figure, split by reason, and by submission or cell (a change of one
-- contribution) where these are asked for.
with change as (
    select
        span,
        group_key,
        budget_year,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        reason,
        case when %(is_by_submission)s then cause_reference end as cause_reference,
        case when %(is_by_cell)s then contribution_key end as contribution_key,
        case when %(is_by_cell)s then project_key end as project_key,
        case when %(is_by_cell)s then establishment_key end as establishment_key,
        case when %(is_by_cell)s then dimension_key end as dimension_key,
        case when %(is_by_cell)s then release_number end as release_number,
        accepted,
        disputed,
        disputed_low,
        disputed_high,
        missing_low,
        missing_high
    from release.bridge_changes(%(a)s, %(b)s, %(starts)s::date[], %(ends)s::date[], %(level)s)
    where
        (%(funds)s::text[] is null or fund_code = any(%(funds)s))
        and (%(activities)s::text[] is null or activity_code = any(%(activities)s))
        and (%(indicators)s::text[] is null or indicator_code = any(%(indicators)s))
        and (%(unit)s::text is null or group_key = %(unit)s)
)

select
    span,
    group_key,
    budget_year,
    fund_code,
    activity_code,
    indicator_code,
    measure,
    reason,
    cause_reference,
    contribution_key,
    project_key,
    establishment_key,
    dimension_key,
    release_number,
    sum(accepted) as accepted,
    sum(disputed) as disputed,
    sum(disputed_low) as disputed_low,
    sum(disputed_high) as disputed_high,
    sum(missing_low) as missing_low,
    sum(missing_high) as missing_high,
    count(*) as n_changes
from change
group by
    span,
    group_key,
    budget_year,
    fund_code,
    activity_code,
    indicator_code,
    measure,
    reason,
    cause_reference,
    contribution_key,
    project_key,
    establishment_key,
    dimension_key,
    release_number
order by
    span,
    group_key,
    budget_year,
    fund_code,
    activity_code,
    indicator_code,
    measure,
    reason,
    cause_reference,
    contribution_key,
    project_key,
    establishment_key,
    dimension_key,
    release_number
