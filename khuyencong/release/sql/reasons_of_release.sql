-- For which reasons a release opened and closed contributions, and how many.
select
    why as reason,
    count(*) filter (where sign = 1) as n_opened,
    count(*) filter (where sign = -1) as n_closed
from release.moved_contribution
where at_release = %(release)s
group by why
order by why
