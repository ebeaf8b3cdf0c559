-- Files that the newest pulls saw at a source and did not take.
select
    source_code,
    unit_key,
    location,
    file_state,
    byte_count,
    sentence_vi,
    sentence_en
from raw.source_file_trouble
order by file_state, source_code, location
