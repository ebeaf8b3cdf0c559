-- Owed × received of the open release, by form, period and group of units; a unit that closed is counted where it last
-- lay.
with report as (
    select * from {{ source('release', 'open_report') }}
    where is_owed
),

released as (
    select
        release_number,
        as_of
    from {{ source('release', 'release') }}
    order by release_number desc
    limit 1
),

period as (
    select distinct period_end from report
),

place as (
    select
        period.period_end,
        map.unit_key,
        map.region_key
    from period
    cross join lateral release.unit_map(null, period.period_end) as map
),

-- several documents may answer one duty: the unit is counted once
duty as (
    select
        report.unit_key,
        report.form_code,
        report.period_end,
        place.region_key,
        bool_or(report.state in ('in_force', 'nil')) as is_reported,
        bool_or(report.state = 'nil') as is_nil,
        bool_or(report.state = 'returned') as is_returned,
        bool_or(report.is_late) as is_late,
        max(report.days_late) as days_late,
        bool_or(report.is_estimated) as is_estimated,
        bool_or(report.sha256_under_review is not null) as is_under_review
    from report
    inner join place on report.unit_key = place.unit_key and report.period_end = place.period_end
    group by report.unit_key, report.form_code, report.period_end, place.region_key
),

grouped as (
    select
        *,
        register.nation_key() as group_key
    from duty
    union all
    select
        *,
        region_key as group_key
    from duty
),

final as (
    select
        grouped.period_end,
        grouped.form_code,
        grouped.group_key,
        count(*) as n_owed,
        count(*) filter (where grouped.is_reported) as n_reported,
        count(*) filter (where not grouped.is_reported) as n_missing,
        count(*) filter (where not grouped.is_reported and grouped.is_returned) as n_returned,
        count(*) filter (where grouped.is_nil) as n_nil,
        count(*) filter (where grouped.is_reported and not grouped.is_late) as n_on_time,
        count(*) filter (where grouped.is_late) as n_late,
        coalesce(sum(grouped.days_late), 0)::bigint as days_late,
        count(*) filter (where grouped.is_estimated) as n_estimated,
        count(*) filter (where grouped.is_under_review) as n_under_review,
        round(100.0 * count(*) filter (where grouped.is_reported) / count(*), 2) as completeness_pct,
        round(100.0 * count(*) filter (where grouped.is_reported and not grouped.is_late) / count(*), 2)
            as timeliness_pct,
        min(released.as_of) as data_as_of,
        min(released.release_number) as release_number
    from grouped
    cross join released
    group by grouped.period_end, grouped.form_code, grouped.group_key
)

select * from final
