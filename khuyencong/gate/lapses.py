"""Decisions that end by themselves: the figure, the rule or the day that they were about is another one now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


def end_decisions(connection: Connection, run_key: int) -> None:
    """End for good the decisions whose figure has another value in force, whose rule has other terms or bounds, or whose last
    day is over.

    A decision on a figure that waits under review lives as long as its submission waits; what was withdrawn or left out has no
    value in force any more.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "end_decisions"), {"run_key": run_key})
