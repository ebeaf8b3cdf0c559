-- What became of each pull of a source, and of each file seen there that is not simply an arrival.
create table raw.source_attempt (
    attempt_key bigint generated always as identity primary key,
    source_code text not null,
    transport text not null,
    unit_key text,
    run_key bigint,
    attempted_at timestamptz not null,
    outcome text not null check (outcome in ('done', 'partly', 'unreachable', 'refused', 'absent', 'not_set_up')),
    trouble_code text,
    n_tries integer not null,
    n_seen integer not null,
    n_new integer not null,
    n_waiting integer not null,
    n_failed integer not null,
    sentence_vi text,
    sentence_en text
);
create index source_attempt_source on raw.source_attempt (source_code, attempt_key);
comment on table raw.source_attempt is 'One pull of one source: done, partly (some file could not be taken), or why not.';
comment on column raw.source_attempt.attempted_at is 'When the pull was made.';
comment on column raw.source_attempt.n_waiting is 'Files still being uploaded: the next pull looks again.';
comment on column raw.source_attempt.n_failed is 'Files that could not be fetched, or were refused, each with a row in raw.source_file.';

create table raw.source_file (
    source_code text not null,
    location text not null,
    file_state text not null check (file_state in ('taken', 'waiting', 'failed', 'refused')),
    version text,
    sha256 text,
    byte_count bigint,
    attempt_key bigint not null references raw.source_attempt,
    trouble_code text,
    sentence_vi text,
    sentence_en text,
    primary key (source_code, location)
);
comment on table raw.source_file is 'The last look at a file of a source: its version that lies in landing, or what keeps it from being taken.';
comment on column raw.source_file.version is 'What the source calls the version that was taken (ETag, size and time, message); it is not fetched again.';
comment on column raw.source_file.attempt_key is 'The attempt that wrote the row; trouble of an earlier attempt is over, or the file is gone.';

alter table raw.receipt add column folder_unit_key text;
comment on column raw.receipt.folder_unit_key is 'The unit whose folder the file lies in, where that is a unit that the sender succeeded.';

create view raw.source_standing as
with
newest as (
    select distinct on (source_code) *
    from raw.source_attempt
    order by source_code, attempt_key desc
),

reached as (
    select
        source_code,
        max(attempted_at) as last_reached_at
    from raw.source_attempt
    where outcome in ('done', 'partly')
    group by source_code
),

failing as (
    select
        a.source_code,
        min(a.attempted_at) as failing_since,
        count(*) as n_failed_attempts
    from raw.source_attempt as a
    where
        a.attempt_key > coalesce((
            select max(good.attempt_key)
            from raw.source_attempt as good
            where good.source_code = a.source_code and good.outcome in ('done', 'partly')
        ), 0)
    group by a.source_code
),

final as (
    select
        newest.source_code,
        newest.transport,
        newest.unit_key,
        newest.attempt_key,
        newest.attempted_at,
        newest.outcome,
        newest.trouble_code,
        newest.n_seen,
        newest.n_new,
        newest.n_waiting,
        newest.n_failed,
        newest.sentence_vi,
        newest.sentence_en,
        reached.last_reached_at,
        failing.failing_since,
        coalesce(failing.n_failed_attempts, 0) as n_failed_attempts
    from newest
    left join reached on newest.source_code = reached.source_code
    left join failing on newest.source_code = failing.source_code
)

select * from final;
comment on view raw.source_standing is 'Each source as its newest attempt left it, when it was last reached, and since when it fails.';

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

grant select, insert, update on raw.source_attempt, raw.source_file to loader;
grant select on raw.source_attempt, raw.source_file, raw.source_standing, raw.source_file_trouble to loader, transformer, reviewer;
