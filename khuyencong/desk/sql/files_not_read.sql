-- What reading could not take, whoever has to act: the sender, the desk or whoever runs the machine.
select
    source_code,
    unit_key,
    location,
    state,
    cause,
    nights_tried,
    sentence_vi,
    sentence_en,
    detail
from raw.file_trouble
where received_at <= %(as_of)s
order by state, source_code, location
