-- What the gate wants judged again: submissions that no longer stand, or now do, or whose holds changed ('changed'), and those
-- that were compared with them ('compared'). Empty: everything is judged.
create table checks.rejudge (
    submission_key bigint not null references raw.submission,
    why text not null check (why in ('changed', 'compared')),
    primary key (submission_key, why)
);
