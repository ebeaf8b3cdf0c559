"""Areas of labels, each with one value right of it or below: one line, whose cells stand in several rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from ingestion.form_sheet import Column, FormSheet
from ingestion.readers.sheets import Sheet
from ingestion.sheets.headed_columns import header_key, header_money_factor
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table, fits
from ingestion.written.text import nfc

Place = tuple[int, int]  # row index, position


def find_area(sheet: Sheet, form_sheet: FormSheet, begin: int, end: int, taken: Collection[Place] = ()) -> Table | None:
    """The area of a form sheet between two row indices, outside the cells that tables took.

    None when a required key has no label, or fewer than half of the columns, or of the quantities, have one.
    """
    labels, repeated = _labels(sheet, form_sheet, begin, end, taken)
    if not labels:
        return None
    values = _values(sheet, form_sheet, labels, end, taken)
    places = list(labels.values()) + list(values.values())
    written = {name: text_of(sheet.rows[row][position]) for name, (row, position) in labels.items()}
    heads = {name: text.partition(":")[0].strip() if _inline(text) else text for name, text in written.items()}
    factors = {n: f for n, text in heads.items() if (f := header_money_factor(text)) is not None}
    columns = form_sheet.column_by_name
    area = Table(
        sheet, form_sheet, min(row for row, _ in places), max(row for row, _ in places) + 1,
        positions={name: position for name, (_, position) in values.items()}, headers=heads,
        money_factors={n: f for n, f in factors.items() if columns[n].type in ("money", "by_indicator")},
        missing=tuple(column for column in form_sheet.columns if column.name not in labels), repeated=tuple(repeated), extra=(),
        begin=begin, cell_rows={name: sheet.row_number(row) for name, (row, _) in values.items()}, labels=labels,
    )  # fmt: skip
    return area if fits(area) and len(labels) * 2 >= len(form_sheet.columns) else None


def value_at(table: Table, name: str) -> object:
    """What stands as the value of a column of an area; behind the colon where its label's own cell holds it."""
    sheet, number, position = table.sheet, table.row_of(name, 0), table.positions[name]
    row = number - sheet.first_row
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    cell = cells[position] if position < len(cells) else ""
    cell = sheet.formula_faults.get((number, sheet.first_column + position), cell)
    if not isinstance(cell, str):
        return cell
    return nfc(_inline(cell) if table.labels.get(name) == (row, position) else cell)


def _inline(text: str) -> str:
    """The value that stands behind the colon in a label's own cell; empty where none does."""
    return text.partition(":")[2].strip(" ._…")


def _labels(
    sheet: Sheet, form_sheet: FormSheet, begin: int, end: int, taken: Collection[Place]
) -> tuple[dict[str, Place], list[str]]:
    """Form column → where its label stands; the columns that have more than one."""
    groups = {header_key(group) for column in form_sheet.columns for group in column.groups}
    cells: dict[str, list[tuple[Place, dict[str, Place]]]] = {}
    above: dict[str, Place] = {}
    for place, key in _texts(sheet, begin, end, taken):
        if key in groups:
            above = {**above, key: place}
        cells.setdefault(key, []).append((place, above))
    found: dict[str, Place] = {}
    repeated = []
    for column in sorted(form_sheet.columns, key=lambda c: (-len(c.groups), c.position)):
        fitting = [
            place
            for header in column.headers
            for place, over in cells.get(header_key(header), ())
            if place not in found.values() and _is_under(column, over, form_sheet)
        ]
        if fitting:
            found[column.name] = fitting[0]
        if len(fitting) > 1:
            repeated.append(column.name)
    return found, repeated


def _texts(sheet: Sheet, begin: int, end: int, taken: Collection[Place]) -> Iterator[tuple[Place, str]]:
    for row in range(begin, min(end, len(sheet.rows))):
        for position, cell in enumerate(sheet.rows[row]):
            if isinstance(cell, str) and cell.strip() and (row, position) not in taken:
                yield (row, position), header_key(cell.partition(":")[0])


def _is_under(column: Column, over: dict[str, Place], form_sheet: FormSheet) -> bool:
    """Whether of the headings at each level the column's own is the nearest above."""
    for level, group in enumerate(column.groups):
        rivals = {header_key(c.groups[level]) for c in form_sheet.columns if len(c.groups) > level}
        nearest = max((over[key] for key in rivals if key in over), default=None)
        if nearest is None or over.get(header_key(group)) != nearest:
            return False
    return True


def _values(
    sheet: Sheet, form_sheet: FormSheet, labels: dict[str, Place], end: int, taken: Collection[Place]
) -> dict[str, Place]:
    """Form column → where its value stands: behind a colon, right of the label, below it where labels stand side by side.

    Where the values of most labels of one column stand in one column, an empty cell there is an empty value.
    """
    widths = {(row - sheet.first_row, left - sheet.first_column): right - left for row, left, _, right in sheet.merged}
    heights = {(row - sheet.first_row, left - sheet.first_column): last - row for row, left, last, _ in sheet.merged}
    groups = {header_key(group) for column in form_sheet.columns for group in column.groups}
    stops = {*labels.values(), *taken, *(place for place, key in _texts(sheet, 0, end, ()) if key in groups)}
    found: dict[str, Place] = {}
    right: dict[str, Place] = {}
    for name, (row, position) in labels.items():
        if _inline(text_of(sheet.rows[row][position])):
            found[name] = (row, position)
        elif (place := _right_of(sheet, row, position + widths.get((row, position), 0) + 1, stops)) is not None:
            right[name] = place
    usual = Counter((labels[name][1], place[1]) for name, place in right.items())
    for name, (row, position) in labels.items():
        if name in found:
            continue
        in_row = {(row, position - 1), (row, position + 1)} & {*labels.values()}
        beside = max((n, -place) for (own, place), n in (*usual.items(), ((position, -1), 0)) if own == position)
        below = (row + 1 + heights.get((row, position), 0), position)
        if in_row and below not in stops:
            found[name] = below
        elif beside[0] > 0 and (row, -beside[1]) not in stops:
            own = right.get(name)
            is_nearer = own is not None and own[1] < -beside[1]
            found[name] = own if own is not None and is_nearer else (row, -beside[1])
        elif _is_filled(sheet, below, end) and below not in stops:
            found[name] = below
        else:
            found[name] = right.get(name, (row, position + widths.get((row, position), 0) + 1))
    return found


def _right_of(sheet: Sheet, row: int, first: int, stops: Collection[Place]) -> Place | None:
    """The first filled cell from a position to the right, before another label or a table."""
    for position in range(first, len(sheet.rows[row])):
        if (row, position) in stops:
            return None
        if sheet.rows[row][position] not in ("", None):
            return row, position
    return None


def _is_filled(sheet: Sheet, place: Place, end: int) -> bool:
    row, position = place
    return row < min(end, len(sheet.rows)) and position < len(sheet.rows[row]) and sheet.rows[row][position] not in ("", None)
