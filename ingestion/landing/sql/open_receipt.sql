-- A receipt of bytes that are new at a place.
insert into raw.receipt (
    source_code,
    location,
    claimed_unit_key,
    folder_unit_key,
    sender,
    received_at,
    first_seen_run,
    sha256,
    byte_count,
    file_extension,
    state,
    is_archive
)
values (
    %(source_code)s,
    %(location)s,
    %(claimed_unit_key)s,
    %(folder_unit_key)s,
    %(sender)s,
    %(received_at)s,
    %(first_seen_run)s,
    %(sha256)s,
    %(byte_count)s,
    %(file_extension)s,
    %(state)s,
    %(is_archive)s
)
returning receipt_key
