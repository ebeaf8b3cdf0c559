"""Ratios that deserve a look although every identity of ours holds: money above its plan, or many times the year before.

They are released and marked (`ratio_mark`, decision 0050), and stand before the flags: what moves the nation comes first.
"""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

# The nation's rows, then those of units above their plan; a region shows nothing that these do not.
MARKED = """
with row as (
    select 1 as position, unit_key, unit_name, period_end, fund_code, activity_code, indicator_code, indicator_name,
        indicator_name_en, accepted, plan_value, plan_pct, prior_value, growth_pct, ratio_mark
    from marts.mart_national_rollup
    where ratio_mark <> ''
    union all
    select 2, unit_key, unit_name, period_end, fund_code, activity_code, indicator_code, indicator_name,
        indicator_name_en, accepted, plan_value, plan_pct, prior_value, growth_pct, ratio_mark
    from marts.mart_unit_rollup
    where ratio_mark like 'above-plan%%'
)
select unit_key, unit_name, to_char(period_end, 'YYYY-MM') as period, fund_code as fund, activity_code as activity,
    indicator_code, indicator_name, indicator_name_en, accepted, plan_value, plan_pct, prior_value, growth_pct, ratio_mark
from row
where (%(unit)s::text is null or unit_key = %(unit)s)
    and (%(period)s::text is null or to_char(period_end, 'YYYY-MM') = %(period)s)
order by position, accepted - coalesce(plan_value, 0) desc, unit_key, period_end, fund_code, activity_code, indicator_code"""


def list_marked_ratios(connection: Connection, unit: str | None = None, period: str | None = None) -> list[dict[str, Any]]:
    """Marked rows of the newest marts, the nation's first, then units above plan by how far in đồng.

    Keys: unit_key, unit_name, period (YYYY-MM), fund, activity, indicator_code, its names, accepted and plan_value (đồng),
    plan_pct, prior_value, growth_pct, ratio_mark. Empty before the first night.
    """
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select to_regclass('marts.mart_national_rollup') is not null as is_built")
        if not cursor.fetchone()["is_built"]:
            return []
        cursor.execute(MARKED, {"unit": unit, "period": period})
        return [dict(row) for row in cursor]


def ratio_words(row: dict[str, Any]) -> tuple[str, str]:
    """What is odd about a marked ratio, in Vietnamese and English, each one sentence."""
    vi, en = [], []
    marks = row["ratio_mark"].split(",")
    if "above-plan" in marks:
        vi.append(f"bằng {row['plan_pct']:.2f} % kế hoạch".replace(".", ","))
        en.append(f"{row['plan_pct']:.2f} % of plan")
    if "plan-open" in marks:
        vi.append("một phần kế hoạch đang bị giữ hoặc còn thiếu")
        en.append("part of that plan is disputed or missing")
    if "growth" in marks:
        vi.append(f"so với cùng kỳ năm trước: {row['growth_pct']:+.2f} %".replace(".", ","))
        en.append(f"{row['growth_pct']:+.2f} % on the year before")
    return "; ".join(vi), "; ".join(en)
