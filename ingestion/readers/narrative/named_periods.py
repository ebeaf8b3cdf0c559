"""The periods that running text names: "9 tháng đầu năm 2025", "quý II/2025", "FY 2025/26", "đến hết tháng 6/2025"."""

import calendar
import datetime
import re
from dataclasses import dataclass, replace

from ingestion.readers.narrative.document import Span
from ingestion.written.budget_years import BudgetYears
from ingestion.written.periods import month_end

NUMERALS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}
NUMERALS |= {"mười một": 11, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
NUMERALS |= {"nine": 9, "ten": 10, "eleven": 11}
MONTHS = {m.lower(): i for i, m in enumerate(calendar.month_name) if m}
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
N = rf"(\d{{1,2}}|{'|'.join(sorted(NUMERALS, key=len, reverse=True))})"
Y = r"((?:19|20)\d{2})"
# kind → pattern on folded text; groups are the count or month, then the year (which may be absent)
FISCAL = r"(?:(?:năm\s+)?(?:tài khóa|ngân sách|tài chính)|niên độ|fy|fiscal year|financial year)"
PERIODS = {
    "fiscal": rf"\b(?:(?:quý|quarter|q)\s*(iv|i{{1,3}}|[1-4])\s*(?:/|-|of|,)?\s*)?({FISCAL})?\s*{Y}\s*[-/]\s*({Y}|\d{{2}})\b",
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
    years: BudgetYears
    span: Span = Span(0, 0)
    is_compared: bool = False

    def whole_years(self) -> "Period":
        """The budget years that a plan of this period covers."""
        return replace(self, start=self.years.start(self.years.of(self.start)), end=self.years.end(self.budget_year))

    @property
    def budget_year(self) -> int:
        """The budget year in which it ends."""
        return self.years.of(self.end)


def find_periods(folded: str, start: int, end: int, year: int | None, years: BudgetYears) -> list[Period]:
    """The periods named in a stretch of folded text, by place; the budget year ``year`` is used where the words give none."""
    taken = [False] * (end - start)
    found: list[Period] = []
    for kind, pattern in PERIODS.items():
        for match in re.compile(pattern).finditer(folded, start, end):
            if any(taken[match.start() - start : match.end() - start]):
                continue
            made = _fiscal(match, years) if kind == "fiscal" else _period(kind, match, folded, year, years)
            if made is None and kind == "fiscal":
                continue  # two years, of which other words may say more
            taken[match.start() - start : match.end() - start] = [True] * (match.end() - match.start())
            if made is not None:
                is_compared = COMPARED.search(folded[max(start, match.start() - 40) : match.start()]) is not None
                found.append(replace(made, span=Span(match.start(), match.end()), is_compared=is_compared))
    return sorted(found, key=lambda p: p.span.start)


def _fiscal(match: re.Match[str], years: BudgetYears) -> Period | None:
    """A budget year named by the two calendar years in which it begins and ends, or its quarter: "FY 2025/26"."""
    quarter, word, first, second = match.groups()[:4]
    is_named = word is not None or len(second) == 2
    if years.is_of_the_calendar or not is_named or int(second) not in (int(first) + 1, (int(first) + 1) % 100):
        return None
    last = 3 * ROMAN[quarter] if quarter else 12
    return months_of(years, years.beginning_in(int(first)), last - 2 if quarter else 1, last, "quarter" if quarter else "year")


def months_of(years: BudgetYears, budget_year: int, first: int, last: int, kind: str) -> Period | None:
    """The period of a budget year's months `first` to `last`; None when it has no such months."""
    span = years.months(budget_year, first, last)
    return Period(*span, kind, years) if span else None


def _period(kind: str, match: re.Match[str], folded: str, year: int | None, years: BudgetYears) -> Period | None:
    groups = [g for g in match.groups() if g]
    named = [int(g) for g in groups if re.fullmatch(Y, g)]
    count = next((NUMERALS.get(g) or int(g) for g in groups if g in NUMERALS or re.fullmatch(r"\d{1,2}", g)), None)
    if kind == "years":
        return Period(years.start(named[0]), years.end(named[1]), kind, years)
    year = named[0] if named else year
    if kind == "date" or year is None:
        return None
    if kind in ("months", "first"):
        is_bare = not named and re.search(r"đầu|first", match[0]) is None
        before = folded[max(0, match.start() - 12) : match.start()]
        if not count or count > 12 or (is_bare and not _is_cut(before, folded[match.end() : match.end() + 2])):
            return None
        return months_of(years, year, 1, count, "months")
    if kind == "last":
        return months_of(years, year, 13 - (count or 3), 12, kind)
    if kind == "half":
        return months_of(years, year, 1, 6, "months")
    if kind == "until":
        month = MONTHS.get(groups[0]) or int(groups[0])
        if not 1 <= month <= 12:
            return None
        end = month_end(year, month)
        return Period(years.start(years.of(end)), end, "months", years)
    if kind == "quarter":
        quarter = ROMAN[groups[0]]
        return months_of(years, year, 3 * quarter - 2, 3 * quarter, kind)
    if kind == "month":
        if count is None or not 1 <= count <= 12:
            return None
        return Period(datetime.date(year, count, 1), month_end(year, count), kind, years)
    return months_of(years, year, 1, 12, kind)


def _is_cut(before: str, after: str) -> bool:
    """Whether "N tháng" without "đầu năm" cuts the year, and is not how long something lasted."""
    return bool(re.search(r"(?:trong|sau|qua|ước|kỳ|hết|^|[\n.:;(-])\s*\Z", before)) or after[:1] in (",", ":")
