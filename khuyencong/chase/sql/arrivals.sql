-- What came for each unit and the last good night did not read: how many files, and the last moment.
select
    claimed_unit_key as unit_key,
    count(*) as n_files,
    max(received_at) as arrived_at
from raw.receipt
where
    claimed_unit_key is not null
    and received_at <= %(as_of)s
    and (received_at > %(night_as_of)s or state = 'landed')
group by claimed_unit_key
order by claimed_unit_key
