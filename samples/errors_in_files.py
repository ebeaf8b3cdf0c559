"""Wrong files: late, lost, sent twice, sent back, in another layout, or without lines that should be there."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from random import Random

from samples.amounts import is_progress, sum_of_line, total_again
from samples.documents import MARK, Document, Line, written
from samples.errors_in_arrivals import (
    _paid_lines_elsewhere,
    a_b_a,
    late,
    missing,
    missing_in_treasury,
    missing_tien_do,
    revision,
    sent_twice,
    worse_revision,
)
from samples.planter import FLAG, RETURN, STATUS, Planter

OTHER_SHEET_NAMES = ("Sheet1", "Bieu 01", "Biểu mẫu (2)")


def wrong_sheet_name(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The sheet has the name that the spreadsheet program gave it."""
    document = planter.pick(chance, lambda d: d.extension == "xlsx" and not d.document_no)
    if document:
        true = document.sheets[0].name
        document.sheets[0].name = OTHER_SHEET_NAMES[n % len(OTHER_SHEET_NAMES)]
        planter.note(kind, document, (), STATUS, true=true, planted=document.sheets[0].name)


def merged_header(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """Header cells merged over two rows in a form that has one."""

    def fits(d: Document) -> bool:
        return d.extension == "xlsx" and not any(c.group for sheet in d.form.sheets for c in sheet.columns)

    document = planter.pick(chance, fits)
    if document:
        document.merges_header = True
        planter.note(kind, document, (), STATUS)


def inserted_rows(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """Rows of the office's own above the form."""
    document = planter.pick(chance, lambda d: d.extension == "xlsx" and not d.document_no)
    if document:
        document.extra_titles = 4
        planter.note(kind, document, (), STATUS)


def vanished_project(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A running project is in no line of its unit's progress report."""
    closed = _closed_names(planter)

    def running(d: Document) -> list[Line]:
        lines = d.sheets[0].lines if is_progress(d) else []
        return [line for line in lines if line.kind == "detail" and line.values["state"] not in closed and sum_of_line(line) > 0]

    document = planter.pick(chance, lambda d: len(running(d)) > 1 and d.period_end.month > 3)
    if document:
        lost = chance.choice(running(document))
        document.sheets[0].lines.remove(lost)
        total_again(document)
        planter.note(kind, document, (), STATUS, true=str(lost.values["project_code"]))


def nil_report(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A progress report without lines, lawfully: no project has been contracted yet, and it says so with the reason."""

    def fits(d: Document) -> bool:
        return is_progress(d) and not any(line.values.get("contract_no") for line in d.sheets[0].lines)

    document = planter.pick(chance, fits)
    if document:
        document.sheets[0].lines = []
        document.header["is_nil"] = MARK
        document.header["nil_reason"] = "Chưa ký hợp đồng đề án nào trong kỳ"
        planter.note(kind, document, (), STATUS, planted=document.header["nil_reason"])


def unknown_unit(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A report of a province that does not exist."""
    _header(planter, kind, chance, "unit", f"Tỉnh Mẫu {n + 1}", "unit_code")


def wrong_version(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A report in a version of the form that was never issued."""
    document = planter.pick(chance, lambda d: d.extension == "xlsx" and not d.document_no)
    if document:
        mark = document.header["form_mark"]
        document.header["form_mark"] = f"{document.form.form_code} 0.{n + 1}"
        planter.note(kind, document, (), RETURN, true=mark, planted=document.header["form_mark"])


def wrong_folder(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A report in another unit's folder."""
    document = planter.pick(chance, lambda d: d.extension == "xlsx" and not d.document_no)
    if document:
        true = document.folder
        others = {d.unit_key for d in planter.documents if d.period_end == document.period_end}
        document.folder = chance.choice(sorted(others - {true}))
        document.part = true
        planter.note(kind, document, (), RETURN, true=true, planted=document.folder)


def project_two_units(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A unit reports a project that another unit, which it did not succeed, reports too."""
    document = planter.pick(
        chance, lambda d: is_progress(d) and d.period_end.month > 3 and bool(_paid_lines_elsewhere(planter, d))
    )
    if not document:
        return
    taken = deepcopy(chance.choice(_paid_lines_elsewhere(planter, document)))
    own = document.sheets[0].lines
    own.insert(sum(line.kind == "detail" for line in own), taken)
    total_again(document)
    document.received_at += timedelta(days=2)
    planter.note(kind, document, (), FLAG, planted=str(taken.values["project_code"]))


FILE_KINDS: dict[str, Callable[[Planter, str, Random, int], None]] = {
    function.__name__: function
    for function in (
        missing_in_treasury, missing_tien_do, late, missing, sent_twice, revision, worse_revision, a_b_a, wrong_sheet_name,
        merged_header, inserted_rows, vanished_project, nil_report, unknown_unit, wrong_version, wrong_folder,
        project_two_units,
    )
}  # fmt: skip


def _header(planter: Planter, kind: str, chance: Random, name: str, value: str, dropped: str) -> None:
    document = planter.pick(chance, lambda d: d.extension == "xlsx" and not d.document_no)
    if document:
        true = written(document.header[name])
        document.header[name] = value
        document.header[dropped] = None
        planter.note(kind, document, (), RETURN, true=true, planted=value)


def _closed_names(planter: Planter) -> set[str]:
    register = planter.desk.nation.register
    return {register.state_names[state] for state in register.closed_states}


