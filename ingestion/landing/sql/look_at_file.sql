-- The last look at a file of a source, where a newer look replaces the older.
insert into raw.source_file (
    source_code,
    location,
    file_state,
    version,
    sha256,
    byte_count,
    attempt_key,
    trouble_code,
    sentence_vi,
    sentence_en
)
values (
    %(source_code)s,
    %(location)s,
    %(file_state)s,
    %(version)s,
    %(sha256)s,
    %(byte_count)s,
    %(attempt_key)s,
    %(trouble_code)s,
    %(sentence_vi)s,
    %(sentence_en)s
)
on conflict (source_code, location) do update
    set
        file_state = excluded.file_state,
        version = excluded.version,
        sha256 = excluded.sha256,
        byte_count = excluded.byte_count,
        attempt_key = excluded.attempt_key,
        trouble_code = excluded.trouble_code,
        sentence_vi = excluded.sentence_vi,
        sentence_en = excluded.sentence_en
