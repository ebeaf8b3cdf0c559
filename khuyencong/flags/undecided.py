"""Verdicts that decide nothing, each with what stood in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from khuyencong.flags.undecided_words import undecided_sentences
from warehouse.rows import rows_by_name, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor

def undecided_verdicts(
    connection: Connection,
    *,
    rule: str | None = None,
    unit: str | None = None,
    period: str | None = None,
    reason: str | None = None,
    submissions: Sequence[int] | None = None,
    one_sided: bool = False,
) -> list[dict[str, Any]]:
    """Verdicts of reports in force or under review that decide nothing, each with what stood in the way, in both languages.

    `period` is YYYY-MM. `one_sided` keeps those with an amount on one side and nothing on the other. Blocking rules first, in them
    the one-sided, then the newest periods.
    """
    with connection, connection.cursor() as cursor:
        if not is_judged(cursor):
            return []
        chosen: dict[str, object] = {"rule": rule, "unit": unit, "period": period, "reason": reason, "one_sided": one_sided}
        chosen["submissions"] = None if submissions is None else list(submissions)
        cursor.execute(read_statement(__package__, "undecided_verdicts"), chosen)
        rows = list(rows_by_name(cursor))
    for row in rows:
        row["sentence_vi"], row["sentence_en"] = undecided_sentences(row["reason"])
    return rows


def is_judged(cursor: Cursor) -> bool:
    """Whether a night has judged anything yet."""
    cursor.execute("select to_regclass('checks.chk_verdict') is not null and to_regclass('staging.stg_figure') is not null")
    return bool(single_value(cursor))
