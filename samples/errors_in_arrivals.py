"""Reports that come late, not at all, twice, or in a later version."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from samples.amounts import digit_changes, is_money_report, is_progress, scaled_block, sum_of_line, total_again
from samples.documents import Document, Line
from samples.planter import FLAG, STATUS, Planter


def missing_in_treasury(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The Treasury's extract lacks a project that it paid; an extract may lack several."""
    extracts = [d for d in planter.documents if d.extension == "csv" and d.sheets[0].lines]
    if not extracts:
        return
    document = chance.choice(extracts)
    planter.touched.add(id(document))
    lines = document.sheets[0].lines
    paid = [line for line in lines if line.kind == "detail" and sum_of_line(line) > 0]
    if paid:
        lost = chance.choice(paid)
        lines.remove(lost)
        total_again(document)
        planter.note(kind, document, (), FLAG, true=str(lost.values["project_code"]))


def missing_tien_do(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """National money stands in the money report of a unit that sent no progress report for the period."""

    def fits(d: Document) -> bool:
        money = next((each for each in planter.documents if each.unit_key == d.unit_key and is_money_report(each)), None)
        return is_progress(d) and money is not None and planter.other(d, form_code=money.form.form_code) is not None

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
    _lose(planter, kind, planter.pick(chance, lambda d: not d.document_no and not is_progress(d)))


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


def _paid_lines_elsewhere(planter: Planter, document: Document) -> list[Line]:
    """Projects with money in the reports of other units for the same period, written by the same habit."""
    return [
        line
        for other in planter.documents
        if is_progress(other) and other.period_end == document.period_end and other.habit == document.habit
        if other is not document
        for line in other.sheets[0].lines
        if line.kind == "detail" and sum_of_line(line) > 0
    ]


def _lose(planter: Planter, kind: str, document: Document | None) -> None:
    if document:
        planter.documents.remove(document)
        planter.note(kind, document, (), STATUS, true=document.path)
