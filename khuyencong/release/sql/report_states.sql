-- How many reports of each state a release shows.
select
    state,
    count(*) as n_rows
from release.visible_reports(%(release)s)
group by state
order by state
