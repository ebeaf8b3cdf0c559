-- The figures of a release over spans, from the same roll-up that `kc rollup` prints.
select
    span,
    unit_key as group_key,
    budget_year,
    fund_code,
    activity_code,
    indicator_code,
    measure,
    accepted,
    disputed,
    disputed_low,
    disputed_high,
    missing_low,
    missing_high
from release.rollup_spans(
        %(release)s, %(starts)s::date[], %(ends)s::date[], array_fill(null::date, array[%(n)s]),
        %(funds)s::text[], %(activities)s::text[], %(indicators)s::text[], array[%(level)s], array[]::text[]
    )
where %(unit)s::text is null or unit_key = %(unit)s
