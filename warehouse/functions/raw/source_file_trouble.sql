create view raw.source_file_trouble as
select
    f.source_code,
    a.unit_key,
    f.location,
    f.file_state,
    f.byte_count,
    f.trouble_code,
    f.sentence_vi,
    f.sentence_en,
    a.attempted_at
from raw.source_file as f
inner join raw.source_standing as a on f.attempt_key = a.attempt_key
where f.file_state <> 'taken';
comment on view raw.source_file_trouble is 'Files that the newest attempt at their source saw and did not take.';

grant select on raw.source_file_trouble to loader, transformer, reviewer, answer_carrier;
