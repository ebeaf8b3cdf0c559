"""Reports of the clean sample nation whose lines are exchanged in pairs, judged in one night, for tests of what is said."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl
from inboxes import Inbox
from test_gate import Nights

from samples.documents import Document
from samples.nation import all_documents, open_desk
from samples.workbook import workbook_bytes
from warehouse.settings import PROJECT, TIMEZONE

FIRST, SECOND = date(2025, 3, 31), date(2025, 6, 30)
FORMS = ("giao-ke-hoach", "tien-do", "kinh-phi", "ket-qua")
FIRST_FIGURE = {
    "kinh-phi": 3,
    "ket-qua": 5,
}  # the column where a line's figures begin: before it stand its number and names
SHEET = {"kinh-phi": "Kinh phí", "ket-qua": "Kết quả"}
AS_OF = datetime(2025, 8, 30, tzinfo=TIMEZONE)


@dataclass(frozen=True)
class Exchange:
    """Two rows of a unit's report of the second quarter whose figures stand in each other's place."""

    unit_key: str
    form_code: str
    rows: tuple[int, int]
    n_kinds: int = 1


def desk_of(seed: int = 411) -> Any:
    """The invented nation from which all reports are written."""
    return open_desk(seed)


def reports(desk: Any, units: Sequence[str]) -> dict[tuple[str, str, date], list[Document]]:
    """Form, unit, period → the reports of some units up to the second quarter, and the decisions of the centre."""
    found: dict[tuple[str, str, date], list[Document]] = defaultdict(list)
    for document in all_documents(desk, {*units, "trung-uong"}):
        if document.form.form_code in FORMS and document.period_end <= SECOND:
            found[document.form.form_code, document.unit_key, document.period_end].append(document)
    return found


def pairs_of(data: bytes, form_code: str) -> list[tuple[int, int]]:
    """Pairs of rows of the given lines on a form's first sheet that differ in a figure, neighbours first.

    Two empty lines exchanged are what they were. The given lines are those that are numbered and have a name.
    """
    page = openpyxl.load_workbook(io.BytesIO(data))[SHEET[form_code]]
    figures = {
        row[0].row: [cell.value or 0 for cell in row[FIRST_FIGURE[form_code] - 1 :]]
        for row in page.iter_rows(min_row=15)
        if isinstance(row[0].value, int) and isinstance(row[1].value, str)
    }
    rows = list(figures)
    neighbours = list(zip(rows, rows[1:], strict=False))
    pairs = neighbours + [pair for pair in combinations(rows, 2) if pair not in neighbours]
    return [(one, other) for one, other in pairs if figures[one] != figures[other]]


def exchanged(data: bytes, form_code: str, rows: tuple[int, int]) -> bytes:
    """The workbook with the figures of two rows in each other's place; names and codes stay."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book[SHEET[form_code]]
    for column in range(FIRST_FIGURE[form_code], page.max_column + 1):
        one, other = (page.cell(row, column) for row in rows)
        one.value, other.value = other.value, one.value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def kinds_of(data: bytes, form_code: str, rows: tuple[int, int]) -> int:
    """How many kinds of line two rows are: a plan stands in other columns than a count, and each fund in its own."""
    page = openpyxl.load_workbook(io.BytesIO(data))[SHEET[form_code]]
    codes = [page.cell(row, 2).value for row in rows]
    if form_code == "kinh-phi":
        return 1
    behaviours = {row["indicator_code"]: row["behaviour"] for row in _table("indicators")}
    funds: dict[str, set[str]] = defaultdict(set)
    for row in _table("indicator_sources"):
        if row["form_code"] == form_code:
            funds[row["indicator_code"]].add(row["fund_code"])
    return len({(behaviours[code], frozenset(funds[code])) for code in codes})


def _table(name: str) -> list[dict[str, str]]:
    with (PROJECT / "dbt_project" / "register" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class Told:
    """What a night said of one report: failed verdicts, those of them that the engine is asked about (linear, hard), and its open
    flags as (mechanism, confidence, rows suspected, vi, en).
    """

    n_failed: int
    n_hard: int
    flags: list[tuple[str | None, float | None, tuple[int, ...], str, str]]


def night_of(
    nights: Nights, folder: Path, files: dict[str, tuple[bytes, datetime]]
) -> dict[tuple[str, str, date], Told]:
    """Land, read and judge files (place → bytes, moment); what was said, by form, unit and period."""
    settings = dataclasses.replace(nights.settings)
    inbox = Inbox(folder, settings, nights.connection)
    for place, (data, moment) in files.items():
        path = inbox.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        inbox.manifest[place] = moment.isoformat()
    last = next(iter(files))
    inbox.put(last, files[last][0], files[last][1].isoformat())
    inbox.night(AS_OF)
    nights.run(30, 8)
    told: dict[tuple[str, str, date], Told] = {}
    for form, unit, end, n_failed, n_hard in nights.rows(
        """select submission.form_code, submission.unit_key, submission.period_end,
            coalesce(failed.n, 0), coalesce(failed.n_hard, 0)
        from raw.submission as submission left join (
            select submission_key, count(*) as n,
                count(*) filter (where family = 'linear' and closeness = 'hard' and severity <> 'shadow') as n_hard
            from checks.chk_failing where verdict = 'fail' group by submission_key
        ) as failed using (submission_key)"""
    ):
        told[form, unit, end] = Told(n_failed, n_hard, [])
    for form, unit, end, mechanism, confidence, alternatives, vi, en in nights.rows(
        """select flag.form_code, flag.unit_key, flag.period_end, mechanism, confidence, alternatives,
            explanation_vi, explanation_en
        from checks.flag where closed_run is null order by confidence desc nulls last"""
    ):
        cells = alternatives[0]["cells"] if alternatives else []
        rows = sorted({int("".join(c for c in cell["cell"] if c.isdigit())) for cell in cells if cell["cell"]})
        told[form, unit, end].flags.append((mechanism, confidence and float(confidence), tuple(rows), vi, en))
    return told


def files_of(
    documents: dict[tuple[str, str, date], list[Document]], exchanges: Sequence[Exchange]
) -> dict[str, tuple[bytes, datetime]]:
    """Place → bytes and moment of arrival of all reports, with the exchanges made in those of the second quarter."""
    wanted = {(each.form_code, each.unit_key): each.rows for each in exchanges}
    files = {}
    for (form_code, unit_key, period_end), found in documents.items():
        for document in found:
            data = workbook_bytes(document)[0]
            rows = wanted.get((form_code, unit_key)) if period_end == SECOND else None
            files[document.path] = (exchanged(data, form_code, rows) if rows else data, document.received_at)
    return files
