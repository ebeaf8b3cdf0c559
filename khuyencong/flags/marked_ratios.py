"""Ratios that deserve a look although every identity of ours holds: money above its plan, or many times the year before.

They are released and marked (`ratio_mark`, decision 0050), and stand before the flags: what moves the nation comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warehouse.rows import rows_by_name, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


def list_marked_ratios(connection: Connection, unit: str | None = None, period: str | None = None) -> list[dict[str, Any]]:
    """Marked rows of the newest marts, the nation's first, then units above plan by how much money.

    Keys: unit_key, unit_name, period (YYYY-MM), fund, activity, indicator_code, its names, accepted and plan_value,
    plan_pct, prior_value, growth_pct, ratio_mark. Empty before the first night.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('marts.mart_national_rollup') is not null")
        if not single_value(cursor):
            return []
        cursor.execute(read_statement(__package__, "marked_ratios"), {"unit": unit, "period": period})
        return list(rows_by_name(cursor))


def ratio_words(row: Mapping[str, Any]) -> tuple[str, str]:
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
