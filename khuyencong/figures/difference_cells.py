"""The lines and cells of two submissions of one form, set side by side by what each line is about."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import RealDictCursor


def read_lines(cursor: RealDictCursor, *heads: dict[str, Any]) -> dict[int, dict[tuple[Any, ...], dict[str, Any]]]:
    """submission → (sheet, kind, keys of the line, how many of that name before it) → row number, texts and values.

    A line is known by what it is about, not by its row: rows inserted above change nothing.
    """
    keys = [head["submission_key"] for head in heads]
    texts: dict[tuple[Any, ...], dict[str, Any]] = {}
    table = sql.Identifier("raw", heads[0]["form_code"].replace("-", "_"))
    cursor.execute(sql.SQL("select to_jsonb(t) as line from {} as t where submission_key = any(%s)").format(table), (keys,))
    for row in cursor:
        line = row["line"]
        place = line.pop("submission_key"), line.pop("sheet_code"), line.pop("row_number")
        texts[place] = line
    values: dict[tuple[Any, ...], dict[str, Decimal | None]] = defaultdict(dict)
    cursor.execute(
        """select submission_key, sheet_code, row_number, column_name, value
        from staging.stg_figure where submission_key = any(%s)""",
        (keys,),
    )
    for row in cursor:
        values[row["submission_key"], row["sheet_code"], row["row_number"]][row["column_name"]] = row["value"]
    found: dict[int, dict[tuple[Any, ...], dict[str, Any]]] = {key: {} for key in keys}
    seen: dict[tuple[Any, ...], int] = defaultdict(int)
    cursor.execute(read_statement(__package__, "lines_of_submissions"), {"submissions": keys})
    for row in cursor:
        name = row["submission_key"], row["sheet_code"], row["line_kind"], row["line_name"]
        place = row["submission_key"], row["sheet_code"], row["row_number"]
        line = {"row_number": row["row_number"], "texts": texts.get(place, {}), "values": values.get(place, {})}
        if any(line["texts"].values()):
            found[row["submission_key"]][(*name[1:], seen[name])] = line
        seen[name] += 1
    return found


def read_columns(cursor: RealDictCursor, *heads: dict[str, Any]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """(submission, sheet, column) → where the column stands in the file and what its header says."""
    cursor.execute(
        """select submission_key, sheet_code, sheet_name, column_name, column_letter, cell_row, header_written
        from raw.submission_column where submission_key = any(%s)""",
        ([head["submission_key"] for head in heads],),
    )
    return {(row["submission_key"], row["sheet_code"], row["column_name"]): dict(row) for row in cursor}


def changed_cells(
    place: Any, before: Any, after: Any, columns: Any, old: dict[str, Any], new: dict[str, Any]
) -> list[dict[str, Any]]:
    """The cells of one line that say something else: another value (of the currency or the indicator's unit), or another text."""
    found = []
    for name in [*after["texts"], *(before["texts"].keys() - after["texts"].keys())]:
        written = before["texts"].get(name), after["texts"].get(name)
        values = before["values"].get(name), after["values"].get(name)
        is_quantity = name in before["values"] or name in after["values"]
        if values[0] == values[1] if is_quantity and None not in values else written[0] == written[1] and values[0] == values[1]:
            continue
        addresses = [
            f"{column['column_letter']}{column['cell_row'] or line['row_number']}" if column else None
            for line, column in (
                (before, columns.get((old["submission_key"], place[0], name))),
                (after, columns.get((new["submission_key"], place[0], name))),
            )
        ]
        column = columns.get((new["submission_key"], place[0], name)) or columns.get((old["submission_key"], place[0], name))
        found.append({
            "sheet": column["sheet_name"] if column else place[0], "cell": addresses[1], "cell_before": addresses[0],
            "header": column["header_written"] if column else name, "line": place[2], "line_kind": place[1],
            "before": values[0] if is_quantity else written[0], "after": values[1] if is_quantity else written[1],
            "written_before": written[0], "written_after": written[1],
            "difference": values[1] - values[0] if is_quantity and None not in values else None,
        })  # fmt: skip
    return found


def one_line(place: Any, line: Any, columns: Any, head: dict[str, Any]) -> dict[str, Any]:
    """A line that came or went: where it stands, what is written on it, and its values that are not nought."""
    known = (c for (key, sheet, _), c in columns.items() if (key, sheet) == (head["submission_key"], place[0]))
    sheet = next((column["sheet_name"] for column in known), place[0])
    said = [text for text in line["texts"].values() if text]
    values = {name: value for name, value in line["values"].items() if value}
    return {
        "sheet": sheet, "row": line["row_number"], "line": place[2], "line_kind": place[1], "written": said, "values": values,
    }  # fmt: skip
