-- Whose warehouse this is. A warehouse belongs to one programme for good: figures of two are never mixed (decision 0074).
create table public.programme (
    is_only boolean primary key default true check (is_only),
    programme_code text not null,
    nation_key text not null
);
comment on table public.programme is 'The programme of this warehouse, written when it was made and refused to any other since.';
comment on column public.programme.nation_key is 'The unit that stands for all others, as register/programme.csv said when the warehouse was last opened.';

grant select on public.programme to loader, transformer, reviewer, bi_reader, answer_carrier;

-- Until now there was one programme: a warehouse in which something arrived is its.
insert into public.programme (programme_code, nation_key)
select 'khuyen-cong', 'viet-nam' where exists (select from raw.receipt) or exists (select from release.run);
