-- Whose warehouse this is. A warehouse belongs to one programme for good: figures of two are never mixed (decision 0074).
create table public.programme (
    is_only boolean primary key default true check (is_only),
    programme_code text not null,
    nation_key text not null,
    smallest_part numeric not null check (smallest_part > 0)
);
comment on table public.programme is 'The programme of this warehouse, written when it was made and refused to any other since.';
comment on column public.programme.nation_key is 'The unit that stands for all others, as register/programme.csv said when the warehouse was last opened.';
comment on column public.programme.smallest_part is 'The least amount of the currency: 1, or 0.01 where it has hundredths. What is printed to it is exact.';

grant select on public.programme to loader, transformer, reviewer, bi_reader, answer_carrier;

-- Until now there was one programme: a warehouse in which something arrived is its.
insert into public.programme (programme_code, nation_key, smallest_part)
select
    'khuyen-cong' as programme_code,
    'viet-nam' as nation_key,
    1 as smallest_part
where exists (select from raw.receipt) or exists (select from release.run);
