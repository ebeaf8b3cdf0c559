"""Texts of a sheet that stand in no cell: boxes of text drawn over it, comments, the header and footer of its printed pages."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from lxml import etree

from ingestion.readers.xlsx_parts import local, parse

PLACES = {
    "box": ("khung chữ trên trang", "a text box on the sheet"),
    "comment": ("chú thích của ô", "a comment on a cell"),
    "page": ("đầu trang hoặc chân trang in", "the header or footer of the printed page"),
}
LARGEST = 2_000_000  # bytes of a drawing; what people write in boxes is short, pictures of charts are not
MOST = 50  # texts of a sheet
_CODES = re.compile(r"&(?:[LCRPNDTFAGZSXYEBUIO+\-]|\"[^\"]*\"|K[0-9A-Fa-f]{6}|\d+)|&&")


class TextBeside(NamedTuple):
    """A text and where it stands, one of PLACES."""

    place: str
    text: str


class _Parts(Protocol):
    def read(self, name: str) -> bytes | None: ...

    def targets(self, part: str) -> dict[str, tuple[str, str]]: ...


def texts_beside(sheet: bytes, parts: _Parts, part: str) -> tuple[TextBeside, ...]:
    """The texts beside the cells of one sheet of an xlsx; nothing is parsed where its XML speaks of none."""
    found = []
    if b"headerFooter" in sheet:
        found += [TextBeside("page", _CODES.sub(" ", text)) for text in _page_texts(sheet)]
    if b"rawing" in sheet:  # drawing, legacyDrawing
        for target, kind in parts.targets(part).values():
            xml = parts.read(target) if kind in ("drawing", "comments") else None
            if xml is not None and len(xml) <= LARGEST:
                found += [TextBeside("box" if kind == "drawing" else "comment", text) for text in _texts_of(xml, kind)]
    return tuple(found[:MOST])


def _page_texts(sheet: bytes) -> list[str]:
    """The texts of header and footer, cut out before they are parsed, because a sheet may be large."""
    first, last = sheet.find(b"headerFooter"), sheet.rfind(b"headerFooter")
    start, end = sheet.rfind(b"<", 0, first), sheet.find(b">", last)
    if first == last or start < 0 or end < 0:
        return []
    # the namespace of a prefix is declared further up
    root = etree.fromstring(sheet[start : end + 1], etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    return [element.text for element in root if element.text and element.text.strip()] if root is not None else []


def _texts_of(xml: bytes, kind: str) -> list[str]:
    """The text of each box of a drawing, or of each comment."""
    holders = ("txBody",) if kind == "drawing" else ("text",)
    texts = []
    for holder in parse(xml).iter():
        if local(holder.tag) in holders:
            lines = [each for each in holder.iter() if local(each.tag) == "p"] or [holder]
            texts.append("\n".join("".join(t.text or "" for t in line.iter() if local(t.tag) == "t") for line in lines))
    return [text for text in texts if text.strip()]
