"""An xlsx package: its sheets by name, with what holds for the whole workbook and the texts that stand over a sheet."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ingestion.readers.number_formats import BUILT_IN_PERCENT
from ingestion.readers.packages import main_part
from ingestion.readers.texts_beside import TextBeside, texts_beside
from ingestion.readers.xlsx_parts import SharedText, local, parse, texts_of

DAYS_FROM_1900_TO_1904 = 1462
HIDDEN = ("hidden", "veryHidden")


class Package(NamedTuple):
    """What holds for the whole workbook.

    sheets     sheet name → its XML, in the order of the workbook; hidden: names of those that are hidden
    texts      the shared texts; formats: cell style → format code ("0%" for a built-in percentage)
    day_offset days between this workbook's day 0 and 1899-12-30
    beside     sheet name → texts that stand over the sheet or on its printed page, in no cell
    """

    sheets: dict[str, bytes]
    texts: list[SharedText]
    formats: list[str]
    day_offset: int
    beside: Mapping[str, tuple[TextBeside, ...]]
    hidden: frozenset[str]


NO_PACKAGE = Package({}, [], [], 0, {}, frozenset())


class Parts:
    """The parts of a package by name; names are compared without regard to capitals, as the standard has it (OPC 6.2.2.3)."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.names = {name.lower(): name for name in package.namelist()}

    def read(self, name: str) -> bytes | None:
        """The bytes of a part; None when there is none."""
        own = self.names.get(name.lower())
        return None if own is None else self.package.read(own)

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id → (name of the part, last word of the relation's type) of a part's relations."""
        folder, _, own = part.rpartition("/")
        xml = self.read(f"{folder}/_rels/{own}.rels")
        found = {}
        for relation in parse(xml) if xml else ():
            target = relation.get("Target", "")
            name = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = (posixpath.normpath(name), kind)
        return found


def read_package(package: zipfile.ZipFile) -> Package:
    """The parts of a package with a workbook's XML; no sheets for another kind of zip."""
    main, parts = main_part(package), Parts(package)
    xml = parts.read(main) if main else None
    if main is None or xml is None or main.endswith(".bin"):
        return NO_PACKAGE
    targets = parts.targets(main)
    sheets, beside, hidden, day_offset = {}, {}, set(), 0
    for element in parse(xml).iter():
        if local(element.tag) == "sheet":
            relation_id = next((value for name, value in element.attrib.items() if local(name) == "id"), "")
            name, (part, _) = element.get("name", ""), targets.get(relation_id, ("", ""))
            content = parts.read(part)
            if content is None:
                continue
            sheets[name] = content
            if found := texts_beside(content, parts, part):
                beside[name] = found
            if element.get("state") in HIDDEN:
                hidden.add(name)
        elif local(element.tag) == "workbookPr" and element.get("date1904") in ("1", "true", "on"):
            day_offset = DAYS_FROM_1900_TO_1904
    by_kind = {kind.lower(): part for part, kind in targets.values()}
    shared, styles = (parts.read(by_kind.get(kind, f"xl/{kind}.xml")) for kind in ("sharedstrings", "styles"))
    return Package(
        sheets, list(texts_of(shared)) if shared else [], list(_formats(styles)) if styles else [], day_offset, beside,
        frozenset(hidden),
    )  # fmt: skip


def _formats(xml: bytes) -> Iterator[str]:
    """The format code of each cell style."""
    root = parse(xml)
    codes = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iter("{*}numFmt")}
    for formats in root:
        if local(formats.tag) == "cellXfs":
            for each in formats:
                number = each.get("numFmtId", "0")
                yield "0%" if number in BUILT_IN_PERCENT else codes.get(number, "")
