-- A scheduler's night lets go of the lock between its stations: until it is done, this says whose it is.
alter table release.run add column scheduled_as text;
comment on column release.run.scheduled_as is 'The scheduler''s own name of the run; null for a night that a command ran in one go.';

-- Once a day the night runs early, when most of the plan money has been reported on.
create table release.early_night (
    early_date date primary key,
    period_end date not null,
    share_before_pct numeric not null,
    share_pct numeric not null,
    asked_at timestamptz not null
);
comment on table release.early_night is 'A day on which the night was asked for early, for which period, and the shares of owed plan money.';

grant select on release.early_night to loader, transformer, reviewer, bi_reader;
