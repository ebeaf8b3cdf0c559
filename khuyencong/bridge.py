"""The bridge between two releases: what was opened minus what was closed in between, by reason."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

# A row opened at B or before and after A counts once as opened; closed likewise. A row that lived only in between counts
# in both and so in neither. No total is computed here: the residual is what a test adds up.
BRIDGE = """
with moved as (
    select budget_year, period_end, fund_code, indicator_code, measure, reason, state, value
    from release.contribution where opened_release > %(a)s and opened_release <= %(b)s
    union all
    select budget_year, period_end, fund_code, indicator_code, measure, closed_reason, state, -value
    from release.contribution where closed_release > %(a)s and closed_release <= %(b)s
)
select budget_year, period_end, fund_code, indicator_code, measure, reason,
    coalesce(sum(value) filter (where state in ('accepted', 'carried')), 0) as accepted,
    coalesce(sum(value) filter (where state = 'disputed'), 0) as disputed,
    count(*) as n_rows
from moved
group by budget_year, period_end, fund_code, indicator_code, measure, reason
order by budget_year, period_end, indicator_code, fund_code, measure, reason"""


def bridge(connection: Connection, release_a: int, release_b: int) -> list[dict[str, Any]]:
    """Change of the accepted and disputed amounts from release A to a later release B, one row a figure and reason.

    Rows: budget_year, period_end, fund_code, indicator_code, measure, reason, accepted, disputed (đồng or the indicator's
    unit), n_rows moved. Raises ValueError when B is older than A.
    """
    if release_b < release_a:
        raise ValueError(f"Release {release_b} is older than release {release_a}: give the older one first.")
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(BRIDGE, {"a": release_a, "b": release_b})
        return [dict(row) for row in cursor]
