-- Files that could not be read: what kept them, for the desk. A receipt never stays landed for ever.
alter table raw.receipt drop constraint receipt_state_check;
alter table raw.receipt add constraint receipt_state_check check (state in ('landed', 'read', 'returned', 'quarantined'));
alter table raw.receipt
add column nights_tried integer not null default 0,
add column tried_run bigint,
add column is_asked_again boolean not null default false;
comment on column raw.receipt.state is
'landed (waits for its reader), read, returned (goes back to its sender), quarantined (set aside for a reason that is not its sender''s).';
comment on column raw.receipt.nights_tried is 'Nights that had the file in hand while it was landed.';
comment on column raw.receipt.tried_run is 'The last of these nights.';
comment on column raw.receipt.is_asked_again is 'Landing lost the bytes: the next pull that sees them at their place takes them again.';

alter table raw.finding drop constraint finding_verdict_check;
alter table raw.finding add constraint finding_verdict_check check (verdict in ('return', 'cell', 'note', 'quarantine'));

create table raw.read_trouble (
    trouble_key bigint generated always as identity primary key,
    receipt_key bigint not null references raw.receipt,
    run_key bigint,
    cause text not null check (cause in (
        'file_crash', 'file_time', 'file_memory', 'file_output', 'file_not_stored', 'bytes_missing', 'bytes_changed', 'machine')),
    detail text not null,
    state_after text not null check (state_after in ('landed', 'returned', 'quarantined')),
    sentence_vi text not null,
    sentence_en text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index read_trouble_receipt on raw.read_trouble (receipt_key, trouble_key);
comment on table raw.read_trouble is 'One time that a file could not be read: what it did to its reader, what became of its bytes, or what the machine lacked.';
comment on column raw.read_trouble.detail is 'What was seen, in the words of the machine.';

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

grant select, insert on raw.read_trouble to loader;
grant select on raw.read_trouble, raw.file_trouble to loader, transformer, reviewer;
