"""The words of reviewers, newest first, each with what became of it and, when it ended, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.rows import rows_by_name, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection

# What an outcome says, in Vietnamese and English.
OUTCOMES = {
    "pending": ("chờ người rà soát thứ hai ký", "waits for a second reviewer's signature"),
    "revoked": ("hết hiệu lực: đã rút lại", "ended: a reviewer revoked it"),
    "waiting": ("chờ đêm tới", "waits for the next night"),
    "kept_out": ("vẫn để ngoài tổng", "stays out of the accepted total"),
    "accepted": ("đã tính vào tổng", "accepted"),
    "held_by_another_rule": ("còn bị quy tắc khác giữ", "another rule still holds the figure"),
    "accepted_as_corrected": ("đã tính theo giá trị đúng", "accepted as corrected"),
    "correction_fails": ("giá trị đúng cũng không khớp", "the corrected value fails a rule"),
    "not_in_force": ("bản báo cáo chưa có hiệu lực", "its submission is not in force"),
    "value_changed": ("hết hiệu lực: số liệu đã thay đổi", "ended: the value in force changed"),
    "rule_changed": ("hết hiệu lực: quy tắc hoặc định mức đã thay đổi", "ended: the rule's terms or bounds changed"),
    "until_passed": ("hết hiệu lực: đã quá ngày cuối", "ended: its last day passed"),
    "replaced": ("hết hiệu lực: đã có quyết định sau", "ended: a later word took its place"),
}


def list_decisions(
    connection: Connection,
    *,
    flag: str | None = None,
    unit: str | None = None,
    period: str | None = None,
    state: str | None = None,
) -> list[dict[str, Any]]:
    """Decisions, newest first, with the names of sql/list_decisions.sql; `period` is YYYY-MM, `state` active, pending or lapsed
    (None: all).

    `outcome` is a key of OUTCOMES; `held_by` the rules that hold the figure tonight. Empty before the first night.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('staging.stg_figure') is not null")
        if not single_value(cursor):
            return []
        cursor.execute(read_statement(__package__, "list_decisions"), {"flag": flag, "unit": unit, "period": period})
        rows = list(rows_by_name(cursor))
    return [row for row in rows if state in (None, row["state"])]
