"""Rows of a statement by their shape and their names."""

from __future__ import annotations

import contextlib

import pytest

from warehouse.address import connect
from warehouse.rows import rows_by_name, single_row, single_value


def test_rows_come_by_name_and_a_row_that_is_not_there_is_no_silence(database):
    with contextlib.closing(connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("select n as number, chr(96 + n) as letter from generate_series(1, 2) as n order by n")
        assert [list(row.items()) for row in rows_by_name(cursor)] == [
            [("number", 1), ("letter", "a")],
            [("number", 2), ("letter", "b")],
        ]
        cursor.execute("select 7, 'x'")
        assert single_row(cursor) == (7, "x")
        cursor.execute("select null::text")
        assert single_value(cursor) is None
        cursor.execute("select 1 where false")
        with pytest.raises(LookupError, match="gave none"):
            single_row(cursor)
