"""The letters of the chase as text: to the unit and to its superior office. Each Vietnamese first, then English."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from khuyencong.chase.owed import OwedReport
from khuyencong.mail.words import Language, both, one_line, say

Text = tuple[str, str]  # subject, body


@dataclass(frozen=True)
class Names:
    """Names by key and language; a key without a name stands for itself."""

    units: dict[str, dict[str, str]]
    forms: dict[str, dict[str, str]]

    def unit(self, key: str, language: Language) -> str:
        return self.units.get(key, {}).get(language, key)

    def form(self, code: str, language: Language) -> str:
        return self.forms.get(code, {}).get(language, code)


def letter(
    reports: Sequence[OwedReport], unit: str, kind: str, escalate_days: int, names: Names, desk: str, as_of: datetime
) -> Text:
    """A reminder (nothing is late yet) or an overdue notice to the unit that answers for the reports."""
    late = [report for report in reports if report.days_late > 0]
    soon = [report for report in reports if report.days_late <= 0]

    def write(language: Language) -> str:
        parts = [say(language, "greeting", unit_name=names.unit(unit, language)), say(language, f"opening_{kind}", moment=as_of)]
        number = 1
        for title, some in (("part_overdue", late), ("part_soon", soon)):
            if some:
                parts.append(say(language, title) + "\n" + _listed(some, unit, names, language, number))
                number += len(some)
        parts.append(say(language, "how_to_send"))
        if late:
            parts.append(say(language, "escalates_on", days=escalate_days))
        parts.append(say(language, "automatic", desk=desk))
        return "\n\n".join(parts)

    count = len(late) if kind == "overdue" else len(soon)
    return subject(f"subject_{kind}", lambda language: {"count": count, "unit_name": names.unit(unit, language)}), both(write)


def escalation(
    reports: Sequence[OwedReport], unit: str, escalate_days: int, names: Names, desk: str, as_of: datetime
) -> Text:
    """To the superior office: what is long overdue, with how often it was asked for."""

    def write(language: Language) -> str:
        name = names.unit(unit, language)
        return "\n\n".join((
            say(language, "greeting_superior", unit_name=name),
            say(language, "opening_escalation", moment=as_of, unit_name=name, days=escalate_days),
            _listed(reports, unit, names, language, 1),
            say(language, "automatic", desk=desk),
        ))  # fmt: skip

    title = subject("subject_escalation", lambda language: {"count": len(reports), "unit_name": names.unit(unit, language)})
    return title, both(write)


def _listed(
    reports: Iterable[OwedReport], unit: str, names: Names, language: Language, first: int
) -> str:
    """Numbered reports, each with its due date, what became of it, and how often it was asked for."""
    lines = []
    for number, report in enumerate(reports, first):
        lines.append(headline(report, unit, names, language, number))
        told = [due(report, language), state(report, language)]
        if report.n_noticed:
            told.append(history(report, language))
        lines.append("   " + " ".join(told))
    return "\n".join(lines)


def headline(report: OwedReport, unit: str, names: Names, language: Language, number: int) -> str:
    """Form and period; whose figures they are, where that is not the unit that answers."""
    blanks = {"number": number, "form_name": names.form(report.form_code, language), "form_code": report.form_code,
              "period_end": report.period_end}  # fmt: skip
    if report.unit_key == unit:
        return say(language, "report", **blanks)
    return say(language, "report_of", **blanks, unit_name=names.unit(report.unit_key, language), followed_on=report.followed_on)


def due(report: OwedReport, language: Language) -> str:
    """When it is due, and how many days from today."""
    if report.days_late == 0:
        return say(language, "due_today", due_date=report.due_date)
    code = "due_past" if report.days_late > 0 else "due_before"
    return say(language, code, due_date=report.due_date, days=abs(report.days_late))


def state(report: OwedReport, language: Language) -> str:
    """Nothing came, or it was sent back and why."""
    if report.returned_at is None:
        return say(language, "state_missing")
    reason = report.returned_vi if language == "vi" else report.returned_en
    if not reason:
        return say(language, "state_returned_plain")
    return say(language, "state_returned", received_at=report.returned_at, reason=one_line(reason))


def history(report: OwedReport, language: Language) -> str:
    """How often it was asked for."""
    if not report.n_noticed:
        return say(language, "noticed_never")
    return say(language, "noticed", count=report.n_noticed, day=report.last_noticed_on)


def subject(code: str, blanks: Callable[[Language], Mapping[str, object]]) -> str:
    """A subject in both languages; the blanks are made for each."""
    return f"{say('vi', code, **blanks('vi'))} | {say('en', code, **blanks('en'))}"
