"""Where the fields of a form's header stand: beside or below a label, in a text, in the name of the sheet, the file or its folder,
or in the form itself. Of the places that a field names, the first one that gives a value counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingestion.form import HeaderField, Place
from ingestion.readers.sheets import Sheet
from ingestion.sheets.headers import HEADER_ROWS, HeaderCell, below_labels, beside_labels, header_cell, labels_of
from ingestion.written.patterns import value_in
from ingestion.written.text import nfc

OF_THE_FILE = ("file_name", "folder", "constant")  # places that are the same for all its sheets
ADDRESSES = {"sheet_name": "sheet name", "file_name": "file name", "folder": "folder", "constant": "form"}


@dataclass(frozen=True)
class Origin:
    """Where a file lay: its name, and the folders above it as one text with / between them; both empty where nobody knows."""

    file_name: str = ""
    folder: str = ""


NOWHERE = Origin()


@dataclass(frozen=True)
class Found:
    """A header cell, and which of its field's places it stands in (0 is the first)."""

    cell: HeaderCell
    rank: int
    at: str


def origin_of(location: str) -> Origin:
    """The name and the folders of a place in a source: "ha-noi/2025/report.xlsx"."""
    path = PurePosixPath(location.replace("\\", "/"))
    return Origin(path.name, "" if str(path.parent) == "." else str(path.parent))


def found_on(
    sheet: Sheet, fields: Sequence[HeaderField], origin: Origin, end: int | None = None, skipped: str = ""
) -> dict[str, Found]:
    """The header fields that a sheet gives above the row index `end` (its table), by name, each from its first place.

    `skipped` is a kind of place that says nothing here.
    """
    labels, found = labels_of(tuple(fields)), dict[str, Found]()
    ranked = [(rank, field, place) for field in fields for rank, place in enumerate(field.places) if place.at != skipped]
    beside = beside_labels(sheet, labels, {field.name for _, field, place in ranked if place.at == "right"}, end)
    below = {field.name for _, field, place in ranked if place.at == "below"}
    under = below_labels(sheet, labels, below, end) if below else {}
    for rank, field, place in ranked:
        if field.name in found:
            continue
        labelled = beside if place.at == "right" else under if place.at == "below" else None
        cell = labelled.get(field.name) if labelled is not None else _elsewhere(sheet, field, place, origin, end)
        if cell:
            found[field.name] = Found(cell, rank, place.at)
    return found


def header_of_sheets(
    sheets: Sequence[Sheet],
    fields: Sequence[HeaderField],
    origin: Origin,
    tops: Mapping[str, int],
    silent: Collection[str] = (),
) -> tuple[dict[str, Found], list[tuple[HeaderCell, HeaderCell]]]:
    """The header of several sheets, and each pair of (the cell that counts, a cell of another sheet for the same field).

    An earlier place of a field counts before a later one, and of sheets that give the same place the first. `tops` holds the row
    index of each sheet's table, `silent` the sheets whose names say nothing. What is the same for the whole file is in no pair.
    """
    all_found = [found_on(s, fields, origin, tops.get(s.name), "sheet_name" if s.name in silent else "") for s in sheets]
    header: dict[str, Found] = {}
    for found in all_found:
        for name, each in found.items():
            if name not in header or each.rank < header[name].rank:
                header[name] = each
    pairs = [
        (header[name].cell, each.cell)
        for found in all_found
        for name, each in found.items()
        if each is not header[name] and each.at not in OF_THE_FILE and header[name].at not in OF_THE_FILE
    ]
    return header, pairs


def told_by_form(field: HeaderField) -> str:
    """What a field is called where people look for it: its labels, else the patterns of its places."""
    patterns = [place.pattern for place in field.places if place.pattern]
    return " / ".join((*field.labels, *(f"“{pattern}”" for pattern in patterns if not field.labels))) or field.name


def label_of(field: HeaderField) -> str:
    """One word for a field: its first label, else what its places look for."""
    return field.labels[0] if field.labels else told_by_form(field)


def _elsewhere(sheet: Sheet, field: HeaderField, place: Place, origin: Origin, end: int | None) -> HeaderCell | None:
    if place.at == "text":
        return _in_text(sheet, field, place.pattern or "", end)
    written = {
        "sheet_name": lambda: value_in(place.pattern or "", sheet.name),
        "file_name": lambda: _in_file_name(place.pattern or "", origin.file_name),
        "folder": lambda: _in_folder(place.pattern or "", origin.folder),
        "constant": lambda: place.value,
    }[place.at]()
    if written is None:
        return None
    of_sheet = sheet.name if place.at == "sheet_name" else ""
    return HeaderCell(field.name, written, nfc(written), of_sheet, ADDRESSES[place.at])


def _in_text(sheet: Sheet, field: HeaderField, pattern: str, end: int | None) -> HeaderCell | None:
    for index, row in enumerate(sheet.rows[: HEADER_ROWS if end is None else end]):
        for position, cell in enumerate(row):
            value = value_in(pattern, cell) if isinstance(cell, str) and cell else None
            if value is not None:
                return header_cell(sheet, field, value, index, position)
    return None


def _in_file_name(pattern: str, name: str) -> str | None:
    """By the name without its ending first: nobody means ".xlsx" as a part of a value."""
    found = value_in(pattern, PurePosixPath(name).stem) if name else None
    return found or (value_in(pattern, name) if name else None)


def _in_folder(pattern: str, folder: str) -> str | None:
    """By the whole path where the pattern has a / in it, else by the first folder above the file that fits."""
    names = [folder] if "/" in pattern else list(reversed(folder.split("/")))
    return next((value for name in names if name and (value := value_in(pattern, name)) is not None), None)
