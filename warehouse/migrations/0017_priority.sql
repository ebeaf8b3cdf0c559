-- What a flag may cost the nation, and so its place in the queue (khuyencong/flags/priority.py).
alter table checks.flag
add column impact_score numeric,
add column impact_indicator text,
add column queue_rank integer,
add column is_review_needed boolean not null default true;
comment on column checks.flag.impact_vnd is 'Expected change of the national money row that would change most, in đồng.';
comment on column checks.flag.impact_score is
'Largest expected change of a national row, in per cent of it; null where the nation has nothing to compare with.';
comment on column checks.flag.impact_indicator is 'Indicator of that row.';
comment on column checks.flag.queue_rank is 'Place in the queue of the last night on which the flag was open, from 1.';
comment on column checks.flag.is_review_needed is
'False when this flag and all behind it together move no national row by the register''s review_stop_pct.';

create table checks.flag_effect (
    flag_id text not null references checks.flag,
    budget_year integer not null,
    period_end date not null,
    fund_code text not null,
    indicator_code text not null,
    measure text not null,
    effect numeric not null,
    national_value numeric,
    primary key (flag_id, budget_year, period_end, fund_code, indicator_code, measure)
);
comment on table checks.flag_effect is
'By how much a flag is expected to move each national row, in the indicator''s unit, beside the row''s value.';
grant select on checks.flag_effect to reviewer;
