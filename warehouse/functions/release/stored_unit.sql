-- Money is stored in đồng whatever unit the register's indicator is written in.
create function release.stored_unit(written_unit text) returns text
language sql immutable parallel safe as $$
    select case when written_unit in ('triệu đồng', 'tỷ đồng', 'nghìn đồng') then 'đồng' else written_unit end
$$;
