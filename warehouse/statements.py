"""SQL that stands in .sql files of its own, in the folder `sql` of the room that asks it, and the answer of one row."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.connections import Cursor


@cache
def read_statement(package: str, name: str) -> str:
    """The text of `sql/NAME.sql` of a room (`__package__`). Its parameters are psycopg2's: %(name)s."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def only_row(cursor: Cursor) -> tuple[Any, ...]:
    """The row of a statement that always gives one. Raises LookupError when it gave none."""
    row = cursor.fetchone()
    if row is None:
        raise LookupError("A statement that gives one row gave none.")
    return row
