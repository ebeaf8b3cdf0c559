-- The last receipt of each place of some sources.
select distinct on (source_code, location)
    source_code,
    location,
    receipt_key,
    sha256
from raw.receipt
where source_code = any(%(sources)s)
order by source_code, location, receipt_key desc
