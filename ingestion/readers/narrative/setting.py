"""What a text says around its numbers: which unit reports, which period, which fund, and whether it plans or has done.

Everything is read from the words nearest to a number: first its own clause, then its sentence, then what the text has
been speaking of so far (the setting), then the headline, then the receipt (``NarrativeContext``).
"""

import datetime
import re
from collections import Counter
from dataclasses import dataclass

from ingestion.readers.narrative.document import Document
from ingestion.readers.narrative.named_periods import Period, Y, find_periods, months_of
from ingestion.readers.narrative.register import Found, Register, fold


@dataclass(frozen=True)
class Setting:
    """What the text as a whole speaks of."""

    unit_key: str | None
    period: Period | None
    budget_year: int | None
    fund: str | None
    measure: str | None
    is_headed: bool = False  # its head line or headline names the period


def read_setting(document: Document, folded: str, register: Register, claimed_unit: str | None, day) -> Setting:
    """The unit, main period, fund and mood of a whole text; ``day`` is when it was received, or None."""
    headline = fold("\n".join(v for k, v in document.head.items() if "period" in k or "title" in k))
    title = folded[document.title.start : document.title.end]
    lead = f"{headline}\n{title}"
    head_year = re.search(rf"(?<![\d/-]){Y}(?![/-]\d)", re.sub(r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}", "", lead))
    body_year = re.search(rf"(?:năm|tháng \d{{1,2}}/|in|of)\s*{Y}", folded)
    any_year = re.search(Y, folded[document.body.start :])
    told = [int(m[1]) for m in (head_year, body_year, any_year) if m]
    years = register.budget_years
    year = told[0] if told else (years.of(day) if day else None)
    named = find_periods(lead, 0, len(lead), year, years)
    named += find_periods(folded, document.body.start, document.body.end, year, years)
    named = [p for p in named if not p.is_compared]
    in_lead = [p for p in named if p.span.end <= len(lead)] if lead.strip() else []
    cut = [p for p in in_lead if p.kind == "months"] or in_lead[:1]
    cut = cut or [p for p in named if p.kind == "months"] or named
    period = cut[0] if cut else (months_of(years, year, 1, 12, "year") if year else None)
    stated = next((v for k, v in document.head.items() if "unit" in k), "")
    unit = unit_of_text(document, folded, register, period, stated) or claimed_unit
    topics = [f.row for f in register.cues("topic").find(lead)]
    funds = {t["value"] for t in topics if t["kind"] == "fund"}
    if any(t["kind"] == "reset" for t in topics) or len(funds) > 1:
        funds &= register.programme_funds
    # Of several periods in a head line ("TH 2022; KH 2023") none sets the mood of the whole text.
    mooded = fold(next((v for k, v in document.head.items() if "period" in k), "")) or lead
    moods = {f.row["value"] for f in register.cues("measure").find(mooded)} if ";" not in mooded else set()
    return Setting(
        unit,
        period,
        period.budget_year if period else year,
        funds.pop() if len(funds) == 1 else None,
        "plan" if moods == {"plan"} else None,
        bool(in_lead),
    )


def unit_of_text(document: Document, folded: str, register: Register, period: Period | None, stated: str) -> str | None:
    """The unit whose report a text is: named by its head line or headline, else the name it uses most, early ones first."""
    day = period.end if period else datetime.date.max
    for words in (fold(stated), folded[document.title.start : document.title.end]):
        found = find_units(words, register, day)
        if found:
            return found[0][1]
        if words and words == fold(stated):
            return None  # a unit is named that the register does not know: no other one is put in its place
    score: Counter[str] = Counter()
    for hit, unit in find_units(folded[document.body.start : document.body.end], register, day):
        before = folded[max(0, document.body.start + hit.start - 24) : document.body.start + hit.start]
        is_guest = register.guest.search(before) is not None
        score[unit] += 1 if is_guest else 3 if hit.start < 700 else 2
    groups = [u for u in score if register.units[u]["unit_kind"] == "group"]
    best = max(score, key=lambda u: (score[u], u in groups), default=None)
    # A text that speaks of the whole programme, and of no unit more than in passing, is the nation's.
    is_national = len(register.cues("national").find(folded)) >= 3
    if is_national and (best is None or score[best] < 6 or register.units[best]["unit_kind"] == "centre"):
        return register.nation_key if register.nation_key in register.units else None
    if best is not None and register.units[best]["unit_kind"] == "centre":
        best = max((u for u in score if register.units[u]["unit_kind"] != "centre"), key=score.get, default=None)
    return best


def find_units(folded: str, register: Register, day: datetime.date) -> list[tuple[Found, str]]:
    """Unit names in folded text and the unit that bore each on a day; (where, unit_key) by place."""
    by_place: dict[tuple[int, int], list[Found]] = {}
    for hit in register.aliases.find(folded):
        by_place.setdefault((hit.start, hit.end), []).append(hit)
    named = []
    for hits in by_place.values():
        unit = register.unit_on([h.row for h in hits], day)
        if unit is not None:
            named.append((hits[0], unit))
    return named
