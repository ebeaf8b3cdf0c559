-- Which functions, views, triggers and row policies stand here, each with the hash of the text that made it (decision 0060).
create table public.definition (name text primary key, checksum text not null);
comment on table public.definition is 'One file of warehouse/functions as it was applied.';

grant select on public.definition to loader, transformer, reviewer, bi_reader, answer_carrier;
