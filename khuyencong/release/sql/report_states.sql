-- How many reports of each state a release shows.
select
    state,
    count(*) as n_rows
from release.report
where opened_release <= %(release)s and (closed_release is null or closed_release > %(release)s)
group by state
order by state
