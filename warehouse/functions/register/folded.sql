-- Text without case, accents and punctuation, for matching names that people type: letters that look Latin are, what nobody sees
-- goes, full-width signs are the common ones. Unicode decomposition, then the combining marks go; đ has no decomposition. Kept equal
-- to ingestion.written.text.folded by a test of every character.
create function register.folded(written text) returns text
language sql immutable strict parallel safe as $$
    select btrim(regexp_replace(
        regexp_replace(
            lower(translate(
                normalize(written, nfd),
                'đĐðÐƉıАВЕКМНОРСТХУІЈЅаеорсхуіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο'
                || '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～'
                || E'\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f'
                || E'\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b'
                || E'\u206c\u206d\u206e\u206f\u3164\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a'
                || E'\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f\ufeff\uffa0',
                'dDdDDiABEKMHOPCTXYIJSaeopcxyijsABEZHIKMNOPTYXo'
                || '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~'
            )),
            '[\u0300-\u036f]', '', 'g'),
        '[^a-z0-9%]+', ' ', 'g'))
$$;
