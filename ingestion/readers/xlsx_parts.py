"""The parts of an xlsx package that say what cells mean: sheets by name, number formats, texts with runs; in any namespace."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

from lxml import etree

from ingestion.readers.number_formats import AS_IT_IS, BUILT_IN_PERCENT, Shown, shown_by

DAYS_FROM_1900_TO_1904 = 1462


class SharedText(NamedTuple):
    """A text of a cell: whole, and without the runs that are raised, lowered or struck out (None where it has no such run)."""

    whole: str
    plain: str | None


class UnlawfulXml(ValueError):
    """XML with a document type or an entity of its own, which no spreadsheet program writes."""


def parse(xml: bytes) -> etree._Element:
    """The root of a part; entities, document types and the network are off. Raises etree.XMLSyntaxError and UnlawfulXml."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(xml, parser)
    if root.getroottree().docinfo.doctype:
        raise UnlawfulXml("a part has a document type")
    return root


def local(tag: object) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


class Package(NamedTuple):
    """What holds for the whole workbook."""

    sheets: dict[str, bytes]
    texts: list[SharedText]
    shown: list[Shown]
    day_offset: int


def read_package(package: zipfile.ZipFile) -> Package:
    """The parts of a package with a workbook.xml; no sheets for another kind of zip."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names:
        return Package({}, [], [], 0)
    workbook = parse(package.read("xl/workbook.xml"))
    targets = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for relation in parse(package.read("xl/_rels/workbook.xml.rels")):
            target = relation.get("Target", "")
            targets[relation.get("Id")] = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    sheets, day_offset = {}, 0
    for element in workbook.iter():
        if local(element.tag) == "sheet":
            relation_id = next((value for name, value in element.attrib.items() if local(name) == "id"), "")
            part = targets.get(relation_id, "")
            if part in names:
                sheets[element.get("name", "")] = package.read(part)
        elif local(element.tag) == "workbookPr" and element.get("date1904") in ("1", "true", "on"):
            day_offset = DAYS_FROM_1900_TO_1904
    by_kind = {posixpath.basename(part).lower(): part for part in targets.values() if part in names}
    texts = list(_texts(package.read(by_kind["sharedstrings.xml"]))) if "sharedstrings.xml" in by_kind else []
    shown = list(_shown(package.read(by_kind["styles.xml"]))) if "styles.xml" in by_kind else []
    return Package(sheets, texts, shown, day_offset)


def content_of(kind: str, cell: etree._Element, texts: list[SharedText]) -> tuple[str | None, str | None, SharedText | None]:
    """What a cell's element holds: its value as text, its formula (without "="), and the runs of its text."""
    text: str | None = None
    formula: str | None = None
    runs: SharedText | None = None
    for child in cell:
        name = child.tag.rpartition("}")[2]
        if name == "v":
            text = child.text if not len(child) else "".join(child.itertext())
        elif name == "f":
            formula = child.text or ""
        elif name == "is":
            runs = text_of_runs(child)
            text = runs.whole
    if kind == "s" and text is not None:
        number = int(text) if text.strip().isdigit() else -1
        runs = texts[number] if 0 <= number < len(texts) else None
        text = runs.whole if runs else None
    return text, formula, runs


def number_of(text: str) -> float | None:
    """The number that a value of XML is; None for another text, and for what is no finite number ("NaN")."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def text_of_runs(element: etree._Element) -> SharedText:
    """The text of a shared or inline string; phonetic hints are no part of it."""
    whole, plain, has_marks = [], [], False
    for child in element:
        name = local(child.tag)
        if name == "t":
            whole.append(child.text or "")
            plain.append(child.text or "")
        elif name == "r":
            text = "".join(part.text or "" for part in child if local(part.tag) == "t")
            whole.append(text)
            if _is_marked(child):
                has_marks = True
            else:
                plain.append(text)
    return SharedText("".join(whole), "".join(plain) if has_marks else None)


def _is_marked(run: etree._Element) -> bool:
    for properties in run:
        if local(properties.tag) == "rPr":
            for each in properties:
                name, value = local(each.tag), each.get("val", "1")
                if name == "vertAlign" and value in ("superscript", "subscript"):
                    return True
                if name == "strike" and value not in ("0", "false", "off"):
                    return True
    return False


def _texts(xml: bytes) -> Iterator[SharedText]:
    for element in parse(xml).iterchildren("{*}si"):
        only = element[0] if len(element) == 1 else None
        if only is not None and only.tag.endswith("}t"):
            yield SharedText(only.text or "", None)
        else:
            yield text_of_runs(element)


def _shown(xml: bytes) -> Iterator[Shown]:
    """What each cell style does to a number."""
    root = parse(xml)
    codes = {e.get("numFmtId"): e.get("formatCode", "") for e in root.iter("{*}numFmt")}
    for formats in root:
        if local(formats.tag) == "cellXfs":
            for each in formats:
                number = each.get("numFmtId", "0")
                yield Shown(True) if number in BUILT_IN_PERCENT else shown_by(codes[number]) if number in codes else AS_IT_IS
