-- How many contributions of each state a release shows.
select
    state,
    count(*) as n_rows
from release.contribution
where opened_release <= %(release)s and (closed_release is null or closed_release > %(release)s)
group by state
order by state
