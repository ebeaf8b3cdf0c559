"""What a text says around its numbers: which unit reports, which period, which fund, and whether it plans or has done.

Everything is read from the words nearest to a number: first its own clause, then its sentence, then what the text has
been speaking of so far (the setting), then the headline, then the receipt (``NarrativeContext``).
"""

import calendar
import datetime
import re
from collections import Counter
from dataclasses import dataclass, replace

from ingestion.readers.narrative.document import Document, Span
from ingestion.readers.narrative.register import Found, Register, fold

NUMERALS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}
NUMERALS |= {"mười một": 11, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
NUMERALS |= {"nine": 9, "ten": 10, "eleven": 11}
MONTHS = {m.lower(): i for i, m in enumerate(calendar.month_name) if m}
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
N = rf"(\d{{1,2}}|{'|'.join(sorted(NUMERALS, key=len, reverse=True))})"
Y = r"((?:19|20)\d{2})"
# kind → pattern on folded text; groups are the count or month, then the year (which may be absent)
PERIODS = {
    "years": rf"\b(?:giai đoạn|từ năm|từ|năm|period)?\s*{Y}\s*(?:-|đến năm|đến|to)\s*(?:\d{{1,2}}/)?{Y}\b",
    "last": rf"\b(?:{N}\s+tháng|quý)\s+cuối năm(?:\s+{Y})?",
    "months": rf"\b{N}\s+tháng(?:\s+đầu năm|\s+đầu của năm|\s+của năm|\s+năm)?(?:\s*/?\s*{Y})?\b",
    "first": rf"\b(?:first\s+{N}[\s-]+months?|{N}[\s-]+months?)(?:\s+of)?(?:\s+{Y})?\b",
    "half": rf"\b(?:nửa đầu năm|first half)(?:\s+of)?(?:\s+{Y})?\b",
    "until": rf"\b(?:đến|hết|tính đến|by|until|end of)\s+(?:hết\s+)?(?:(?:ngày\s+)?\d{{1,2}}/)?(?:tháng\s+)?(\d{{1,2}}|"
    rf"{'|'.join(MONTHS)})(?:\s*/\s*|\s+năm\s+|\s+){Y}\b",
    "quarter": rf"\b(?:quý|quarter|q)\s*(iv|i{{1,3}}|[1-4])\b(?:\s*(?:/|-|năm|of)?\s*{Y})?",
    "month": rf"\btháng\s+(\d{{1,2}})\s*(?:/|năm)\s*{Y}\b",
    "date": rf"\b(?:ngày\s+)?\d{{1,2}}[/.-](\d{{1,2}})[/.-]{Y}\b|\b{Y}-\d{{2}}-\d{{2}}\b|{Y}/(?:qđ|nđ|tt|nq)\S*",
    "whole": rf"\b(?:cả năm|whole year|full year)(?:\s+{Y})?\b",
    "year": rf"(?<![\d/.,]){Y}(?![\d/.,]\d|-\d)\b",
}
COMPARED = re.compile(r"(?:so với|so cùng|than|compared (?:with|to)|against|on the|over the|from the)(?:\s+[^\s,.;()]+){0,6}\s*\Z")


@dataclass(frozen=True)
class Period:
    """A span of months: first day, last day, and the kind of words that named it."""

    start: datetime.date
    end: datetime.date
    kind: str
    span: Span = Span(0, 0)
    is_compared: bool = False

    def whole_years(self) -> "Period":
        """The budget years that a plan of this period covers."""
        return replace(self, start=self.start.replace(month=1, day=1), end=self.end.replace(month=12, day=31))


def months(year: int, first: int, last: int, kind: str) -> Period:
    """The period from the first day of one month to the last day of another of the same year."""
    end = datetime.date(year, last, calendar.monthrange(year, last)[1])
    return Period(datetime.date(year, first, 1), end, kind)


def find_periods(folded: str, start: int, end: int, year: int | None) -> list[Period]:
    """The periods named in a stretch of folded text, by place; ``year`` is used where the words give none."""
    taken = [False] * (end - start)
    found: list[Period] = []
    for kind, pattern in PERIODS.items():
        for match in re.compile(pattern).finditer(folded, start, end):
            if any(taken[match.start() - start : match.end() - start]):
                continue
            taken[match.start() - start : match.end() - start] = [True] * (match.end() - match.start())
            made = _period(kind, match, folded, year)
            if made is not None:
                is_compared = COMPARED.search(folded[max(start, match.start() - 40) : match.start()]) is not None
                found.append(replace(made, span=Span(match.start(), match.end()), is_compared=is_compared))
    return sorted(found, key=lambda p: p.span.start)


def _period(kind: str, match: re.Match, folded: str, year: int | None) -> Period | None:
    groups = [g for g in match.groups() if g]
    years = [int(g) for g in groups if re.fullmatch(Y, g)]
    count = next((NUMERALS.get(g) or int(g) for g in groups if g in NUMERALS or re.fullmatch(r"\d{1,2}", g)), None)
    if kind == "years":
        start, end = months(years[0], 1, 1, kind), months(years[1], 12, 12, kind)
        return Period(start.start, end.end, kind)
    year = years[0] if years else year
    if kind == "date" or year is None:
        return None
    if kind in ("months", "first"):
        is_bare = not years and re.search(r"đầu|first", match[0]) is None
        before = folded[max(0, match.start() - 12) : match.start()]
        if not count or count > 12 or (is_bare and not _is_cut(before, folded[match.end() : match.end() + 2])):
            return None
        return months(year, 1, count, "months")
    if kind == "last":
        return months(year, 13 - (count or 3), 12, kind)
    if kind == "half":
        return months(year, 1, 6, "months")
    if kind == "until":
        month = MONTHS.get(groups[0]) or int(groups[0])
        return months(year, 1, month, "months") if 1 <= month <= 12 else None
    if kind == "quarter":
        quarter = ROMAN[groups[0]]
        return months(year, 3 * quarter - 2, 3 * quarter, kind)
    if kind == "month":
        return months(year, count, count, kind) if 1 <= count <= 12 else None
    return months(year, 1, 12, kind)


def _is_cut(before: str, after: str) -> bool:
    """Whether "N tháng" without "đầu năm" cuts the year, and is not how long something lasted."""
    return bool(re.search(r"(?:trong|sau|qua|ước|kỳ|hết|^|[\n.:;(-])\s*\Z", before)) or after[:1] in (",", ":")


@dataclass(frozen=True)
class Setting:
    """What the text as a whole speaks of."""

    unit_key: str | None
    period: Period | None
    year: int | None
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
    years = [int(m[1]) for m in (head_year, body_year, any_year) if m]
    year = years[0] if years else (day.year if day else None)
    named = find_periods(lead, 0, len(lead), year) + find_periods(folded, document.body.start, document.body.end, year)
    named = [p for p in named if not p.is_compared]
    in_lead = [p for p in named if p.span.end <= len(lead)] if lead.strip() else []
    cut = [p for p in in_lead if p.kind == "months"] or in_lead[:1]
    cut = cut or [p for p in named if p.kind == "months"] or named
    period = cut[0] if cut else (months(year, 1, 12, "year") if year else None)
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
        period.end.year if period else year,
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
