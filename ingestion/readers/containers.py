"""What kind of file these bytes are, told by the bytes themselves; kinds that no reader takes are returned with the reason."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections import Counter

from ingestion.findings import ReturnedFile, find
from ingestion.readers.packages import main_part, without_preamble

# What the standard library raises over an archive that is cut or altered.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, LookupError, ValueError, OSError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
WORKBOOK_ENDINGS = ("xlsx", "xlsm", "xls", "xlsb", "ods")
DELIMITED_ENDINGS = ("csv", "tsv")
NARRATIVE_ENDINGS = ("txt", "html", "htm", "md")
LOCK_FILE_BYTES = 165  # ~$name.xlsx: who has the workbook open


def kind_of(data: bytes, file_extension: str, max_unpacked: int = MAX_UNPACKED_BYTES) -> str:
    """workbook, delimited or narrative; raises ReturnedFile for anything else, and for more than `max_unpacked` bytes.

    The size of a zip is the one that it declares, so nothing is unpacked to find out.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise ReturnedFile(find("file_empty", written=f"{len(data)} byte"))
    if len(data) > max_unpacked:
        raise _too_large(len(data), max_unpacked)
    if data.startswith(b"%PDF"):
        raise ReturnedFile(find("file_pdf", written="PDF"))
    if data.startswith(ARCHIVES):
        raise ReturnedFile(find("file_archive", written=file_extension))
    if data.startswith(b"{\\rtf"):
        raise ReturnedFile(find("file_document", written="RTF"))
    if data.startswith(OLE2):
        return _kind_of_ole2(data)
    package = without_preamble(data)
    if package.startswith(b"PK"):
        return _kind_of_zip(package, file_extension, max_unpacked)
    if file_extension in WORKBOOK_ENDINGS:
        return _kind_of_text_under_workbook(data, file_extension)
    if file_extension in DELIMITED_ENDINGS:
        return "delimited"
    if file_extension in NARRATIVE_ENDINGS:
        return "delimited" if file_extension == "txt" and is_table_text(data, "\t") else "narrative"
    raise ReturnedFile(find("file_unknown", written=f".{file_extension}"))


def is_table_text(data: bytes, delimiters: str) -> bool:
    """Whether a text is a table: by one of the delimiters, most of its lines have the same many fields."""
    lines = [line for line in _text_of(data).splitlines() if line.strip()]
    for delimiter in delimiters:
        widths = Counter(line.count(delimiter) for line in lines)
        fields, count = max(widths.items(), key=lambda found: found[1], default=(0, 0))
        if fields >= 2 and count >= 3 and count * 2 > len(lines):
            return True
    return False


def _kind_of_text_under_workbook(data: bytes, file_extension: str) -> str:
    """A file named as a workbook that is none: a delimited text, which spreadsheets open all the same, or the reason."""
    if len(data) == LOCK_FILE_BYTES and 0 < data[0] < 55:
        raise ReturnedFile(find("file_of_lock", written=f".{file_extension}"))
    head = _text_of(data[:4096]).lstrip("\ufeff \r\n\t").lower()
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise ReturnedFile(find("file_xml_of_2003", written=f".{file_extension}"))
    if head.startswith("<") and any(f"<{tag}" in head for tag in ("html", "table", "div", "meta", "body", "style", "tr")):
        raise ReturnedFile(find("file_web_page", written=f".{file_extension}"))
    if not head.startswith("<") and is_table_text(data, "\t;,|"):
        return "delimited"
    raise ReturnedFile(find("file_not_workbook", written=f".{file_extension}"))


def _text_of(data: bytes) -> str:
    """Bytes as a text to look at: by their mark, else as UTF-8."""
    marks = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    return data.decode(next((name for mark, name in marks if data.startswith(mark)), "utf-8"), "replace")


def _kind_of_ole2(data: bytes) -> str:
    """An OLE2 file names its streams in UTF-16: a workbook, an encrypted package, or a Word document."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ReturnedFile(find("file_password"))
    if "WordDocument".encode("utf-16-le") in data:
        raise ReturnedFile(find("file_document", written="DOC"))
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        return "workbook"
    raise ReturnedFile(find("file_not_workbook", written="OLE2"))


def _kind_of_zip(data: bytes, file_extension: str, max_unpacked: int) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            names = {part.filename.replace("\\", "/") for part in parts}
            has_main = main_part(package) is not None
            unpacked = sum(part.file_size for part in parts)
            is_locked = any(part.flag_bits & 1 for part in parts)
            is_ods = "mimetype" in names and b"opendocument.spreadsheet" in package.read("mimetype")[:200]
            if is_ods and "META-INF/manifest.xml" in names and not is_locked and unpacked <= max_unpacked:
                is_locked = b"encryption-data" in package.read("META-INF/manifest.xml")
    except DAMAGE as error:
        raise ReturnedFile(find("file_not_workbook", written=f".{file_extension}")) from error
    if is_locked:
        raise ReturnedFile(find("file_password"))
    if unpacked > max_unpacked:
        raise _too_large(unpacked, max_unpacked)
    if is_ods or has_main:
        return "workbook"
    if any(name.startswith("Index/") for name in names):
        raise ReturnedFile(find("file_unknown", written=f".{file_extension} (Numbers, Pages)"))
    if any(name.startswith("word/") for name in names):
        raise ReturnedFile(find("file_document", written="DOCX"))
    raise ReturnedFile(find("file_archive", written="ZIP"))


def _too_large(size: int, cap: int) -> ReturnedFile:
    return ReturnedFile(find("file_too_large", written=f"{size / 2**20:.1f} MB", expected=f"{cap / 2**20:.0f} MB"))
