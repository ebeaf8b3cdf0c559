"""Packages (zip) as some programs write them: names with backslashes, which spreadsheets open all the same."""

from __future__ import annotations

import io
import zipfile


def has_backslashes(package: zipfile.ZipFile) -> bool:
    """Whether names of parts are written with backslashes and none with slashes."""
    names = package.namelist()
    return any("\\" in name for name in names) and not any("/" in name for name in names)


def with_slashes(data: bytes) -> bytes:
    """The same package with slashes in the names of its parts; other bytes as they are. Raises what zipfile raises."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if not has_backslashes(package):
            return data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as renamed:
            for part in package.infolist():
                renamed.writestr(part.filename.replace("\\", "/"), package.read(part))
    return buffer.getvalue()
