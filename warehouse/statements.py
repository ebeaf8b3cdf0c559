"""SQL that stands in .sql files of its own, in the folder `sql` of the room that asks it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read_statement(package: str, name: str) -> str:
    """The text of `sql/NAME.sql` of a room (`__package__`). Its parameters are psycopg2's: %(name)s."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
