"""What the XML of an xlsx says of one cell: its value, its formula, its text with runs; in any namespace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

from lxml import etree

from ingestion.written.text import column_index

_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


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
        elif name == "is" or (name == "t" and kind == "inlineStr"):  # some writers leave the element around the text away
            runs = text_of_runs(child if name == "is" else cell)
            text = runs.whole
    if kind == "s" and text is not None:
        number = int(text) if text.strip().isdigit() else -1
        runs = texts[number] if 0 <= number < len(texts) else None
        text = runs.whole if runs else None
    elif kind == "str" and text is not None:
        text = decoded(text)
    return text, formula, runs


def merged_ranges(root: etree._Element) -> tuple[tuple[int, int, int, int], ...]:
    """(first row, first column, last row, last column) of the merged cells of a sheet; rows from 1, columns from 0 (A)."""
    found = []
    for element in root.iter("{*}mergeCell"):
        match = _RANGE.fullmatch(element.get("ref", ""))
        if match:
            found.append((int(match[2]), column_index(match[1]), int(match[4]), column_index(match[3])))
    return tuple(found)


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
            whole.append(decoded(child.text or ""))
            plain.append(whole[-1])
        elif name == "r":
            text = "".join(decoded(part.text or "") for part in child if local(part.tag) == "t")
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


def decoded(text: str) -> str:
    """A text without the escapes of the standard: _x000D_ is a carriage return, _x005F_ an underscore (22.9.2.19, ST_Xstring)."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escape: re.Match[str]) -> str:
    number = int(escape[1], 16)
    return escape[0] if number == 0 or 0xD800 <= number <= 0xDFFF else chr(number)  # no letters: no database takes them


def texts_of(xml: bytes) -> Iterator[SharedText]:
    """The texts of a part of shared strings, in order."""
    for element in parse(xml).iterchildren("{*}si"):
        only = element[0] if len(element) == 1 else None
        if only is not None and only.tag.endswith("}t"):
            yield SharedText(decoded(only.text or ""), None)
        else:
            yield text_of_runs(element)
