-- Text without case, accents and punctuation, for matching names that people type. Unicode decomposition, then the
-- combining marks go; đ has no decomposition. Kept equal to ingestion.written.text.folded by a test.
create function register.folded(written text) returns text
language sql immutable strict parallel safe as $$
    select btrim(regexp_replace(
        regexp_replace(translate(lower(normalize(written, nfd)), 'đĐ', 'dd'), '[\u0300-\u036f]', '', 'g'),
        '[^a-z0-9%]+', ' ', 'g'))
$$;
