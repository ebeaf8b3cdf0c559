"""The digest of the chase: what is owed and missing in the nation, what was done about it, and what keeps reports from coming."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from khuyencong.chase.letters import Names, Text, due, headline, history, state, subject
from khuyencong.chase.owed import OwedReport
from khuyencong.chase.policy import ChasedReport
from khuyencong.mail.words import Language, both, say


def digest(
    reports: Sequence[ChasedReport],
    arrived: Sequence[tuple[str, int, datetime]],
    trouble: tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]],
    unsent: Sequence[tuple[str, list[str], datetime]],
    names: Names,
    as_of: datetime,
    night_as_of: datetime | None,
    is_stale: bool,
) -> Text:
    """To the desk: every report that is owed and missing, with what was done about it today, and what keeps reports from coming."""
    late = [each for each in reports if each.report.days_late > 0]
    soon = [each for each in reports if each.report.days_late <= 0 and each.done]
    early = [each.report for each in reports if not each.done]
    sources, files, not_read = trouble
    counts = {"n_overdue": len(late), "n_soon": len(soon)}

    def write(language: Language) -> str:
        parts = [_opening(len(reports), counts, as_of, night_as_of, is_stale, language)]
        parts += [
            say(language, title) + "\n" + _by_unit(some, names, language)
            for title, some in (("part_overdue", late), ("part_soon", soon))
            if some
        ]
        lines = {
            "part_not_yet": _not_yet(early, names, language),
            "part_arrived": [
                say(language, "arrived", unit_name=names.unit(unit, language), count=n_files, moment=moment)
                for unit, n_files, moment in arrived
            ],
            "part_sources": [
                say(language, "source", source_code=row["source_code"], sentence=row[f"sentence_{language}"] or row["outcome"],
                    since=datetime.fromisoformat(row["failing_since"] or row["attempted_at"]), count=row["n_failed_attempts"])
                for row in sources
            ],
            "part_files": [
                say(language, "file", source_code=row["source_code"], sentence=row[f"sentence_{language}"] or row["location"])
                for row in files
            ],
            "part_not_read": [
                say(language, "file", source_code=row["source_code"], sentence=row[f"sentence_{language}"]) for row in not_read
            ],
            "part_mail": [
                say(language, "unsent_mail", count=len(to), moment=moment, recipients=", ".join(to), reason=reason)
                for reason, to, moment in unsent
            ],
        }  # fmt: skip
        parts += [say(language, title) + "\n" + "\n".join(f"- {line}" for line in some) for title, some in lines.items() if some]
        return "\n\n".join(parts)

    return subject("subject_digest", lambda language: {"day": as_of.date(), **counts}), both(write)


def _opening(
    n_owed: int, counts: dict[str, int], as_of: datetime, night_as_of: datetime | None, is_stale: bool, language: Language
) -> str:
    if night_as_of is None:
        return say(language, "digest_no_night")
    opening = say(language, "digest_opening", moment=as_of, night_as_of=night_as_of, n_owed=n_owed, **counts)
    if not n_owed:
        opening = say(language, "digest_nothing_owed")
    return opening + "\n\n" + say(language, "digest_stale") if is_stale else opening


def _by_unit(chased: Sequence[ChasedReport], names: Names, language: Language) -> str:
    """Under each unit that answers, its reports with what was done about them."""
    blocks = []
    for unit, group in groupby(chased, lambda each: each.report.responsible_unit_key):
        lines = [f"{names.unit(unit, language)} ({unit})"]
        for number, each in enumerate(group, 1):
            done = [say(language, code, **_moment(code, each.report)) for code in each.done]
            lines.append("  " + headline(each.report, unit, names, language, number))
            past = [] if "done_mailed" in each.done and not each.report.n_noticed else [history(each.report, language)]
            told = (due(each.report, language), state(each.report, language), *past, *done)
            lines.append("     " + " ".join(told))
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def _not_yet(reports: Sequence[OwedReport], names: Names, language: Language) -> list[str]:
    """Reports of which it is too early to remind, one line a form and period with the units that owe it."""

    def kind(report: OwedReport) -> tuple[date, str, date]:
        return report.due_date, report.form_code, report.period_end

    found = []
    for (due_date, form_code, period_end), group in groupby(sorted(reports, key=kind), kind):
        units = [names.unit(report.unit_key, language) for report in group]
        form_name = names.form(form_code, language)
        blanks = {"form_name": form_name, "form_code": form_code, "period_end": period_end, "due_date": due_date}
        found.append(say(language, "not_yet", **blanks, count=len(units), unit_names=", ".join(units)))
    return found


def _moment(code: str, report: OwedReport) -> dict[str, datetime | None]:
    return {"moment": report.arrived_at} if code == "done_arrived" else {}
