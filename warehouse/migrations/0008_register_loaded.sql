-- What the seeds of dbt_project/register looked like when they were last loaded, so that an unchanged register is not
-- loaded again. `structure_hash` covers headers and types, `content_hash` every byte.
create table register.loaded (
    is_only boolean primary key default true check (is_only),
    structure_hash text not null,
    content_hash text not null
);
