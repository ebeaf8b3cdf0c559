-- What the desk has to look at: the last word on each file, as long as its place shows nothing newer and it was not read since.
create view raw.file_trouble as
select
    receipt.receipt_key,
    receipt.source_code,
    receipt.location,
    receipt.claimed_unit_key as unit_key,
    receipt.received_at,
    receipt.state,
    receipt.nights_tried,
    trouble.run_key,
    trouble.cause,
    trouble.detail,
    trouble.sentence_vi,
    trouble.sentence_en,
    trouble.recorded_at
from raw.receipt
inner join lateral (
    select *
    from raw.read_trouble
    where read_trouble.receipt_key = receipt.receipt_key
    order by read_trouble.trouble_key desc
    limit 1
) as trouble on true
where
    receipt.state = trouble.state_after
    and not exists (
        select 1
        from raw.receipt as newer
        where
            (newer.source_code, newer.location) = (receipt.source_code, receipt.location)
            and newer.receipt_key > receipt.receipt_key
    );
comment on view raw.file_trouble is 'Files that could not be read, each with its last trouble, until their place shows something newer or they are read.';

grant select on raw.file_trouble to loader, transformer, reviewer;
