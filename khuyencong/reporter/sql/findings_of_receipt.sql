-- What the door and the readers found in the file of one receipt, in the order in which it was found.
select
    finding_code,
    verdict,
    sheet_name,
    cell_address,
    written,
    expected,
    message_vi,
    message_en
from raw.finding
where receipt_key = %(receipt_key)s
order by finding_key
