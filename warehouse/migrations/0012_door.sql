-- Which night's door judged a submission; null while it waits, so that a night that broke off judges it again.
alter table raw.submission add column door_run bigint;
create index submission_not_judged on raw.submission (submission_key) where door_run is null;
comment on column raw.submission.door_run is 'The run whose door judged the submission; null while it waits.';
comment on column raw.submission.door_verdict is 'accept, or return when any finding returns the submission.';
