"""A draft of the register's files: rows added and ended in their text, judged as a night would, then put in place all at once."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.settings import Settings

# A cell as it is written: quoted, or without comma, quote and line end.
_CELL = re.compile(r'"(?:[^"]|"")*"|[^,"\r\n]*')


class RegisterRefusal(ValueError):
    """What contradicts the register; the message is one sentence for the person who asked."""


@dataclass(frozen=True)
class Written:
    """One row that a draft adds, or changes: its file, its line there, its text, and the text that stood there before."""

    file: str
    line: int
    row: str
    before: str | None


@dataclass
class Draft:
    """The files of a register's folder as text, a record a list item with its line end; `touched`: text → what it was before."""

    folder: Path
    records: dict[str, list[str]] = field(default_factory=dict)
    touched: dict[str, dict[str, str | None]] = field(default_factory=dict)
    read: dict[str, bytes] = field(default_factory=dict)

    def rows(self, file: str) -> list[dict[str, str]]:
        """The rows of a file, columns → cells as text."""
        return [dict(zip(self.columns(file), _cells(record), strict=False)) for record in self._records(file)[1:]]

    def columns(self, file: str) -> list[str]:
        """The columns of a file, in its order."""
        return _cells(self._records(file)[0])

    def add(self, file: str, values: Mapping[str, str], place: int | None = None) -> None:
        """Put a row behind the first `place` rows of a file, or at its end; raises KeyError for a column left out."""
        records = self._records(file)
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow([values[column] for column in self.columns(file)])
        end = records[0][len(records[0].rstrip("\r\n")) :]
        if not records[-1].endswith(end):
            records[-1] += end
        record = text.getvalue() + end
        records.insert(len(records) if place is None else place + 1, record)
        self.touched.setdefault(file, {})[record] = None

    def change(self, file: str, number: int, **cells: str) -> None:
        """Write cells of a row anew (0 is the first below the columns) and leave the text of its others as it is."""
        records = self._records(file)
        before = record = records[number + 1]
        for column, value in cells.items():
            record = _with_cell(record, self.columns(file).index(column), value)
        records[number + 1] = record
        touched = self.touched.setdefault(file, {})
        touched[record] = touched.pop(before, before)

    def written(self) -> list[Written]:
        """The rows that this draft adds or changes, in the order of files and lines."""
        found = []
        for file, touched in self.touched.items():
            line = 1
            for record in self.records[file]:
                if record in touched:
                    before = touched[record]
                    found.append(Written(f"{file}.csv", line, record.rstrip("\r\n"), before and before.rstrip("\r\n")))
                line += record.count("\n")
        return found

    def _records(self, file: str) -> list[str]:
        if file not in self.records:
            self.read[file] = (self.folder / f"{file}.csv").read_bytes()
            self.records[file] = list(_records_of(self.read[file].decode("utf-8")))
        return self.records[file]


def settle(draft: Draft, settings: Settings, *, dry_run: bool) -> list[Written]:
    """Judge the drafted register as a whole, as a night reads it, and put its files in place: all, or none.

    Returns the rows written, or with `dry_run` those that would be. Raises RegisterRefusal for what a night would refuse, and when
    somebody else wrote a file meanwhile.
    """
    folder = draft.folder
    beside = Path(tempfile.mkdtemp(prefix=".register-", dir=folder.parent))
    try:
        for path in folder.glob("*.csv"):
            shutil.copy2(path, beside)
        for file in draft.touched:
            (beside / f"{file}.csv").write_bytes("".join(draft.records[file]).encode("utf-8"))
        _judge(beside, settings)
        if not dry_run:
            for file in draft.touched:
                if (folder / f"{file}.csv").read_bytes() != draft.read[file]:
                    raise RegisterRefusal(f"{file}.csv was changed by somebody else meanwhile. Nothing was written; ask again.")
            _put_in_place(draft, beside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return draft.written()


def _judge(folder: Path, settings: Settings) -> None:
    """What the night reads of these files, read: names and codes, forms, contacts on every day that a row begins."""
    from dataclasses import replace
    from datetime import date

    from ingestion.forms import load_forms
    from ingestion.register import load_register
    from khuyencong.mail.contacts import read_contacts

    try:
        load_register(folder)
        load_forms(settings.forms, folder)
        read_contacts(replace(settings, register=folder), date.min)
    except ValueError as refused:
        raise RegisterRefusal(f"This contradicts the register. {refused}") from refused


def _put_in_place(draft: Draft, beside: Path) -> None:
    """Rename the new files over the old; when one cannot be, those already renamed become what they were."""
    done: list[str] = []
    try:
        for file in draft.touched:
            os.replace(beside / f"{file}.csv", draft.folder / f"{file}.csv")
            done.append(file)
    except OSError:
        for file in done:
            with contextlib.suppress(OSError):
                (draft.folder / f"{file}.csv").write_bytes(draft.read[file])
        raise


def _records_of(text: str) -> Iterator[str]:
    """The records of a CSV text with their line ends; a quoted cell may hold line ends of its own."""
    record = ""
    for line in io.StringIO(text, newline=""):
        record += line
        if record.count('"') % 2 == 0:
            yield record
            record = ""
    if record:
        yield record


def _cells(record: str) -> list[str]:
    return next(csv.reader([record.rstrip("\r\n")]))


def _with_cell(record: str, number: int, value: str) -> str:
    """A record with another text in one cell; every other byte stays."""
    start = 0
    for _ in range(number):
        start = _CELL.match(record, start).end() + 1  # type: ignore[union-attr]
    end = _CELL.match(record, start).end()  # type: ignore[union-attr]
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([value, ""])
    return record[:start] + text.getvalue()[:-1] + record[end:]
