"""Rows of a statement, taken by the shape or by the names that they are known to have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.connections import Cursor


def single_row(cursor: Cursor) -> tuple[Any, ...]:
    """The row of a statement that always gives one. Raises LookupError when it gave none: the statement is not what it is for."""
    row = cursor.fetchone()
    if row is None:
        raise LookupError("A statement that always gives a row gave none.")
    return row


def single_value(cursor: Cursor) -> Any:
    """The first column of `single_row`."""
    return single_row(cursor)[0]


def rows_by_name(cursor: Cursor) -> Iterator[dict[str, Any]]:
    """The rows that are left, as dictionaries: name of the column → value, in the order of the columns."""
    names = [column.name for column in cursor.description or ()]
    for row in cursor:
        yield dict(zip(names, row, strict=True))
