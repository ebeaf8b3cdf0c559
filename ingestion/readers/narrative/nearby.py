"""The stretches of text around one number, and the period, fund and unit that they name for it."""

import datetime
import re
from dataclasses import dataclass

from ingestion.readers.narrative.document import Document, Span
from ingestion.readers.narrative.named_periods import Period, find_periods
from ingestion.readers.narrative.quantity import Quantity
from ingestion.readers.narrative.register import Found, Register
from ingestion.readers.narrative.setting import Setting, find_units
from ingestion.written.budget_years import BudgetYears

ADJACENT = 42  # words so near behind a number belong to the thing it counts
LEADING = 45  # a period or name within so many characters of a sentence's start is what the sentence speaks of


@dataclass(frozen=True)
class Around:
    """The stretches of text around one number, nearest first."""

    left: Span
    adjacent: Span
    right: Span
    clause: Span
    sentence: Span


def stretches_around(folded: str, quantities: list[Quantity], i: int, sentence: Span) -> Around:
    """The stretches around the i-th quantity: up to its neighbours, its clause (";"), its sentence."""
    quantity = quantities[i]
    # From the number before it, so that the thing counted there speaks too: "15 lớp tập huấn cho 1.500 người".
    earlier = (q.number_span.end for q in quantities[:i] if q.span != quantity.span)
    start = max([sentence.start, *earlier])
    own = max(start, folded.rfind(";", start, quantity.span.start) + 1)
    # To the next number itself: "hoàn thành trên 50 %" tells of the models before it.
    after = (q.number_span.start for q in quantities[i + 1 :] if q.span != quantity.span)
    end = min([sentence.end, *after])
    stops_all = [p for c in ",;:(" if (p := folded.find(c, quantity.span.end, sentence.end)) >= 0]
    stops = [p for p in stops_all if p < end]
    if quantity.thing == "percent":
        stops += [quantity.span.end + m.start() for m in re.finditer(r"\s(?:và|and)\s", folded[quantity.span.end : end])]
    clause = max(sentence.start, folded.rfind(";", sentence.start, own) + 1)
    clause = min(clause, own)
    close = min([end, *stops])
    return Around(
        Span(own, quantity.span.start),
        Span(quantity.number_span.end, min([sentence.end, quantity.span.end + ADJACENT, *stops_all])),
        Span(quantity.number_span.end, close),
        Span(clause, own),
        Span(sentence.start, clause),
    )


def topic_before(
    document: Document, topics: list[Found], sentence: Span, register: Register, setting: Setting, opens_period: bool
) -> tuple[str | None, bool]:
    """The fund the text last spoke of before a sentence, and whether that was in the same paragraph.

    Words that open the whole programme end it; a sentence that splits money over several funds, or a sentence of
    another period, hands none on. ``topics`` are the topic cues of the whole body.
    """
    found = [f for f in topics if f.end <= sentence.start]
    if not found:
        return setting.fund, True
    latest = max(found, key=lambda f: f.end)
    told = document.sentence_of(latest.start)
    funds = {f.row["value"] for f in found if f.start >= told.start} & set(register.programme_funds)
    topic = setting.fund if len(funds) > 1 or opens_period else latest.row["value"] or setting.fund
    return topic, latest.start >= document.paragraph_of(sentence.start).start


def ambient_period(
    document: Document, folded: str, sentence: Span, setting: Setting, ambient: Period | None, years: BudgetYears
) -> Period | None:
    """The period a sentence speaks of unless nearer words say otherwise: the last one that opened a sentence."""
    paragraph = document.paragraph_of(sentence.start)
    if setting.period is not None and (setting.is_headed or setting.period.kind == "months"):
        ambient = setting.period
    for earlier in document.sentences:
        if earlier.start < paragraph.start or earlier.start > sentence.start:
            continue
        year = (ambient or setting).budget_year
        start = earlier.start + len(folded[earlier.start : earlier.end]) - len(folded[earlier.start : earlier.end].lstrip())
        leading = [p for p in find_periods(folded, start, earlier.end, year, years) if p.span.start - start <= LEADING]
        leading = [p for p in leading if not p.is_compared]
        if leading and not _is_coarser(leading[0], ambient):
            ambient = leading[0]
    return ambient


def _is_coarser(period: Period, ambient: Period | None) -> bool:
    """A bare year inside which the text already speaks of some months adds nothing."""
    return ambient is not None and period.kind == "year" and ambient.kind != "year" and (
        ambient.years.of(ambient.start) == ambient.budget_year == period.years.of(period.start)
    )  # fmt: skip


def last(found: list[Found]) -> Found | None:
    """The row found last in a stretch, the longer one where two end together; None when none was."""
    return max(found, key=lambda f: (f.end, f.end - f.start), default=None)


def in_closed_bracket(folded: str, end: int, start: int) -> bool:
    """Whether what ends at one place stands in brackets that close before another: an aside says nothing of it."""
    between = folded[end:start]
    return between.count(")") > between.count("(")


def fund_near(
    folded: str, quantity: Quantity, around: Around, register: Register, topic: str | None, setting: Setting
) -> str | None:
    """The fund of one number: named right behind it, else nearest before it, else what the text last spoke of."""
    finder = register.cues("topic")
    near = Span(around.adjacent.start, min(around.adjacent.end, around.right.end))
    adjacent = [f for f in finder.find(folded, near.start, near.end) if f.row["kind"] == "fund"]
    if adjacent and not re.search(r"\s(?:và|and|còn|while)\s", folded[quantity.span.end : adjacent[0].start]):
        return setting.fund if _is_joined(folded, adjacent, adjacent[0]) else adjacent[0].row["value"]
    for stretch, is_left in ((around.left, True), (around.right, False), (around.clause, True), (around.sentence, True)):
        found = [f for f in finder.find(folded, stretch.start, stretch.end) if f.row["kind"] != "name"]
        found = [f for f in found if not in_closed_bracket(folded, f.end, quantity.span.start)]
        if found:
            hit = last(found) if is_left else min(found, key=lambda f: f.start)
            return setting.fund if _is_joined(folded, found, hit) else hit.row["value"] or setting.fund
    return topic


def _is_joined(folded: str, found: list[Found], hit: Found) -> bool:
    """Whether two funds are told in one breath ("khuyến công quốc gia và địa phương"): the number is of both."""
    for other in found:
        first, second = sorted((hit, other), key=lambda f: f.start)
        between = folded[first.end : second.start]
        if other.row["value"] != hit.row["value"] and re.fullmatch(r"\s*(?:và|and|,|&|/)\s*(?:\w+\s+)?", between):
            return True
    return False


def period_of(folded, quantity: Quantity, around: Around, periods: list[Period], ambient: Period | None, measure: str):
    """The period of one number: told nearest to it, else the sentence's; a plan's is its whole budget years."""
    right = [p for p in periods if around.right.start <= p.span.start < around.right.end and not p.is_compared]
    left = [p for p in periods if p.span.end <= quantity.span.start and (not p.is_compared or _is_apposed(folded, p, quantity))]
    chosen = None
    if measure in ("plan", "target") and right:
        chosen = right[0]
    elif left:
        chosen = left[-1]
    elif right:
        chosen = right[0]
    if chosen is None or _is_coarser(chosen, ambient):
        chosen = ambient
    if chosen is None:
        return None
    return chosen.whole_years() if measure in ("plan", "target") else chosen


def _is_apposed(folded: str, period: Period, quantity: Quantity) -> bool:
    """Whether the number stands in brackets right behind the year it is compared with."""
    return folded[period.span.end : quantity.span.start].strip(' "') in ("(", ": (")


def unit_of(folded, sentence: Span, quantity: Quantity, register: Register, period: Period | None, setting: Setting):
    """The unit of one number: a name right before it, or the name that opens its sentence, else the text's."""
    day = period.end if period else datetime.date.max
    named = find_units(folded[sentence.start : quantity.span.start], register, day)
    named = [(h, u) for h, u in named if register.units[u]["unit_kind"] in ("province", "group")]
    if named:
        hit, unit = named[-1]
        if folded[sentence.start + hit.end : quantity.span.start].strip() in ("", ":", "(", "là"):
            return unit
        hit, unit = named[0]
        opening = folded[sentence.start : sentence.start + hit.start].strip()
        # "Tỉnh X", "28 tỉnh X", "In X": an opening of other words makes the name a place in passing.
        words = [w for w in opening.split() if not w.isdigit()]
        if all(w in ("tỉnh", "tỉnh,", "thành", "phố", "tp", "tp.", "các", "province", "provinces") for w in words):
            return unit
    return setting.unit_key
