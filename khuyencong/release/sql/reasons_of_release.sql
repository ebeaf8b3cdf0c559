-- For which reasons a release opened and closed contributions, and how many.
with moved as (
    select
        reason,
        true as is_opened
    from release.contribution
    where opened_release = %(release)s
    union all
    select
        closed_reason as reason,
        false as is_opened
    from release.contribution
    where closed_release = %(release)s
)

select
    reason,
    count(*) filter (where is_opened) as n_opened,
    count(*) filter (where not is_opened) as n_closed
from moved
group by reason
order by reason
