-- Why the file of one receipt was not read, in the shape of a finding.
select
    cause as finding_code,
    'note' as verdict,
    null as sheet_name,
    null as cell_address,
    null as written,
    null as expected,
    sentence_vi as message_vi,
    sentence_en as message_en
from raw.file_trouble
where receipt_key = %(receipt_key)s
