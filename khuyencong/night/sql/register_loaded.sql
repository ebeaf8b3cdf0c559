-- Which files of the register were loaded last.
insert into register.loaded (structure_hash, content_hash) values (%(structure_hash)s, %(content_hash)s)
on conflict (is_only) do update
    set structure_hash = excluded.structure_hash, content_hash = excluded.content_hash
