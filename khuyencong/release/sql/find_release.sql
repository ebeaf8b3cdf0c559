-- The release of a number, the newest one known at a time, or the newest. A night run again for an earlier moment has a
-- later number and knows less.
select
    release_number as release,
    as_of,
    release_hash
from release.release
where
    (%(release)s::bigint is null or release_number = %(release)s)
    and (%(as_of)s::timestamptz is null or as_of <= %(as_of)s)
order by
    case when %(as_of)s::timestamptz is not null then as_of end desc,
    release_number desc
limit 1
