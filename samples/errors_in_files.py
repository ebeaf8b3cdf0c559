"""Wrong files: late, lost, sent twice, sent back, in another layout, or without lines that should be there."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from random import Random

from samples.documents import Document, Line, written
from samples.errors_in_cells import digit_changes, is_money_report, scaled_block
from samples.line_forms import MARK
from samples.planter import FLAG, RETURN, STATUS, Planter

OTHER_SHEET_NAMES = ("Sheet1", "Bieu 01", "Biểu mẫu (2)")


def missing_in_treasury(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The Treasury's extract lacks a project that it paid; an extract may lack several."""
    extracts = [d for d in planter.documents if d.extension == "csv" and d.sheets[0].lines]
    if not extracts:
        return
    document = chance.choice(extracts)
    planter.touched.add(id(document))
    lines = document.sheets[0].lines
    paid = [line for line in lines if line.kind == "detail" and _sum(line) > 0]
    if paid:
        lost = chance.choice(paid)
        lines.remove(lost)
        _total_again(document)
        planter.note(kind, document, (), FLAG, true=str(lost.values["project_code"]))


def missing_tien_do(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """National money stands in the money report of a unit that sent no progress report for the period."""

    def fits(d: Document) -> bool:
        money = next((each for each in planter.documents if each.unit_key == d.unit_key and is_money_report(each)), None)
        return _is_progress(d) and money is not None and planter.other(d, form_code=money.form.form_code) is not None

    _lose(planter, kind, planter.pick(chance, fits))


def late(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A report some weeks after its day."""
    document = planter.pick(chance, lambda d: not d.document_no and planter.can_follow(d, 30))
    if document:
        true = document.received_at.isoformat()
        document.received_at += timedelta(days=chance.randint(18, 30))
        planter.note(kind, document, (), STATUS, true=true, planted=document.received_at.isoformat())


def missing(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A report that was never sent."""
    _lose(planter, kind, planter.pick(chance, lambda d: not d.document_no and not _is_progress(d)))


def sent_twice(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The same bytes again under another name."""
    document = planter.pick(chance, lambda d: not d.document_no)
    if document:
        again = planter.resend(document, "ban-sao", chance.randint(0, 2))
        planter.note(kind, again, (), STATUS, true=document.path, planted=again.path)


def revision(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A first file with a wrong figure, a second one that puts it right."""
    document = planter.pick(chance, lambda d: planter.can_follow(d, 9) and bool(digit_changes(d)))
    if document:
        planter.resend(document, "v2", chance.randint(3, 9))
        planter.note(kind, document, planter.write(document, [chance.choice(digit_changes(document))]), STATUS)


def worse_revision(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A right file, then a second one whose amounts of one fund are a thousand times too large."""

    def fits(d: Document) -> bool:
        return planter.can_follow(d, 9) and bool(digit_changes(d)) and bool(scaled_block(d, 1000))

    document = planter.pick(chance, fits)
    if document:
        again = planter.resend(document, "v2", chance.randint(3, 9))
        planter.note(kind, again, planter.write(again, scaled_block(again, 1000)), STATUS)


def a_b_a(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A right file, a wrong one, and the first one again."""
    document = planter.pick(chance, lambda d: planter.can_follow(d, 5) and bool(digit_changes(d)))
    if document:
        wrong = planter.resend(document, "v2", 2)
        planter.note(kind, wrong, planter.write(wrong, [chance.choice(digit_changes(wrong))]), STATUS)
        planter.resend(document, "v3", 5)


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
        lines = d.sheets[0].lines if _is_progress(d) else []
        return [line for line in lines if line.kind == "detail" and line.values["state"] not in closed and _sum(line) > 0]

    document = planter.pick(chance, lambda d: len(running(d)) > 1 and d.period_end.month > 3)
    if document:
        lost = chance.choice(running(document))
        document.sheets[0].lines.remove(lost)
        _total_again(document)
        planter.note(kind, document, (), STATUS, true=str(lost.values["project_code"]))


def nil_report(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A progress report without lines, lawfully: no project has been contracted yet, and it says so with the reason."""

    def fits(d: Document) -> bool:
        return _is_progress(d) and not any(line.values.get("contract_no") for line in d.sheets[0].lines)

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
        chance, lambda d: _is_progress(d) and d.period_end.month > 3 and bool(_paid_lines_elsewhere(planter, d))
    )
    if not document:
        return
    taken = deepcopy(chance.choice(_paid_lines_elsewhere(planter, document)))
    own = document.sheets[0].lines
    own.insert(sum(line.kind == "detail" for line in own), taken)
    _total_again(document)
    document.received_at += timedelta(days=2)
    planter.note(kind, document, (), FLAG, planted=str(taken.values["project_code"]))


def _paid_lines_elsewhere(planter: Planter, document: Document) -> list[Line]:
    """Projects with money in the reports of other units for the same period, written by the same habit."""
    return [
        line
        for other in planter.documents
        if _is_progress(other) and other.period_end == document.period_end and other.habit == document.habit
        if other is not document
        for line in other.sheets[0].lines
        if line.kind == "detail" and _sum(line) > 0
    ]


FILE_KINDS: dict[str, Callable[[Planter, str, Random, int], None]] = {
    function.__name__: function
    for function in (
        missing_in_treasury, missing_tien_do, late, missing, sent_twice, revision, worse_revision, a_b_a, wrong_sheet_name,
        merged_header, inserted_rows, vanished_project, nil_report, unknown_unit, wrong_version, wrong_folder,
        project_two_units,
    )
}  # fmt: skip


def _lose(planter: Planter, kind: str, document: Document | None) -> None:
    if document:
        planter.documents.remove(document)
        planter.note(kind, document, (), STATUS, true=document.path)


def _header(planter: Planter, kind: str, chance: Random, name: str, value: str, dropped: str) -> None:
    document = planter.pick(chance, lambda d: d.extension == "xlsx" and not d.document_no)
    if document:
        true = written(document.header[name])
        document.header[name] = value
        document.header[dropped] = None
        planter.note(kind, document, (), RETURN, true=true, planted=value)


def _is_progress(document: Document) -> bool:
    """Whether a report follows projects month by month: it has lines of its own with a state."""
    return any(column.type == "project_state" for sheet in document.form.sheets for column in sheet.columns)


def _closed_names(planter: Planter) -> set[str]:
    register = planter.desk.nation.register
    return {register.state_names[state] for state in register.closed_states}


def _numbers(line: Line) -> dict[str, int | float]:
    return {
        name: value
        for name, value in line.values.items()
        if isinstance(value, int | float) and name not in ("position", "completed_pct")
    }


def _sum(line: Line) -> float:
    """The written money of a line that is no plan, added: 0 for a project that has not begun."""
    return sum(value for name, value in _numbers(line).items() if "plan" not in name)


def _total_again(document: Document) -> None:
    """Add the total line up again after lines came or went."""
    lines = document.sheets[0].lines
    if not lines or lines[-1].kind != "total":
        return
    for name in list(_numbers(lines[-1])):
        total = sum(Decimal(written(_numbers(line).get(name, 0))) for line in lines[:-1])
        lines[-1].values[name] = int(total) if total == total.to_integral_value() else float(total)


