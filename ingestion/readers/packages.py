"""Packages (zip) as some programs write them: backslashes in names, names in other letters, a main part of another name, a line
before the first byte. Spreadsheet programs open them all the same.
"""

from __future__ import annotations

import io
import re
import zipfile

MAIN_PARTS = ("xl/workbook.xml", "xl/workbook.bin")
_MAIN = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*?/officeDocument\"[^>]*>")
_TARGET = re.compile(rb'\bTarget="/?([^"]+)"')
_FIRST = b"PK\x03\x04"
_BLANK = b"\r\n\t \xef\xbb\xbf"


def without_preamble(data: bytes) -> bytes:
    """The bytes without the empty lines and byte-order marks that a web program sent before a package."""
    head = data[:64]
    return data[head.index(_FIRST) :] if not data.startswith(b"PK") and head.lstrip(_BLANK).startswith(_FIRST) else data


def main_part(package: zipfile.ZipFile) -> str | None:
    """The name of the part that holds a workbook's list of sheets; None for another kind of zip."""
    names = {name.replace("\\", "/").lower(): name for name in package.namelist()}
    for name in MAIN_PARTS:
        if name in names:
            return names[name]
    relations = names.get("_rels/.rels")
    found = _MAIN.search(package.read(relations)) if relations else None
    target = _TARGET.search(found[0]) if found else None
    name = target[1].decode("utf-8", "replace").lower() if target else ""
    return names.get(name) if re.fullmatch(r"xl/[^/]+\.xml", name) else None  # other parts are told from this folder


def in_common_names(data: bytes) -> bytes:
    """The same package with the common names of its parts; other bytes as they are. Raises what zipfile raises."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        has_slashes = any("/" in name for name in package.namelist())
        main = main_part(package)
        if has_slashes and (main is None or main in MAIN_PARTS):
            return data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as renamed:
            for part in package.infolist():
                renamed.writestr(_common(part.filename, main), package.read(part))
    return buffer.getvalue()


def _common(name: str, main: str | None) -> str:
    plain = name.replace("\\", "/")
    if main is None or main.replace("\\", "/") in MAIN_PARTS:
        return plain
    folder, _, own = main.replace("\\", "/").rpartition("/")
    if plain == f"{folder}/{own}":
        return MAIN_PARTS[0]
    return "xl/_rels/workbook.xml.rels" if plain.lower() == f"{folder}/_rels/{own}.rels".lower() else plain
