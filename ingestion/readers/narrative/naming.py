"""Quantities → mentions: which indicator, fund, measure, period and unit the words around a number name.

A row of ``narrative_phrases.csv`` holds for one thing (money, worker, project …) when its phrase stands near the number
and its fund, measure and ``of_indicator`` (the indicator of the number before) are blank or agree. Nearer words win over
farther ones; at one distance the higher rank wins. Nothing is named by a phrase that is not a row.
"""

import datetime
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.readers.narrative.document import Document, Span
from ingestion.readers.narrative.register import Found, Register
from ingestion.readers.narrative.scanner import Quantity
from ingestion.readers.narrative.setting import Period, Setting, find_periods, find_units

ADJACENT = 42  # words so near behind a number belong to the thing it counts
STAGE_RANK = 4  # what happened to money (paid, contracted) may be told once for a whole sentence
LEADING = 45  # a period or name within so many characters of a sentence's start is what the sentence speaks of


@dataclass(frozen=True)
class Mention:
    """A number of a text with its key; ``value`` is in ``unit`` (None when ambiguous), period ends are dates.

    ``repeat_of`` is the number (from 0) of the earlier mention that says the same.
    """

    quantity: Quantity
    line: int
    activity: str | None
    indicator_code: str | None
    measure: str
    unit: str
    unit_key: str | None
    budget_year: int | None
    period_start: datetime.date | None
    period_end: datetime.date | None
    fund: str | None
    repeat_of: int | None = None

    @property
    def value(self) -> Decimal | None:
        """The exact value in ``unit``."""
        return self.quantity.value

    def as_row(self) -> dict:
        """The mention with the fields of ``kc read``: numbers stay Decimal, periods are YYYY-MM."""
        q = self.quantity
        month = {k: v and v.strftime("%Y-%m") for k, v in (("s", self.period_start), ("e", self.period_end))}
        return {
            "written": q.written, "value": q.value, "low": q.low, "high": q.high, "unit": self.unit,
            "qualifier": q.qualifier, "is_estimated": q.is_estimated, "activity": self.activity,
            "indicator_code": self.indicator_code, "measure": self.measure, "unit_key": self.unit_key,
            "budget_year": self.budget_year, "period_start": month["s"], "period_end": month["e"], "fund": self.fund,
            "where": {"start": q.span.start, "end": q.span.end, "line": self.line},
            "alternatives": list(q.alternatives),
        }  # fmt: skip


@dataclass(frozen=True)
class Around:
    """The stretches of text around one number, nearest first."""

    left: Span
    adjacent: Span
    right: Span
    clause: Span
    sentence: Span


def name_all(
    document: Document, folded: str, quantities: list[Quantity], setting: Setting, register: Register
) -> list[Mention]:
    """Every quantity of a text as a mention, in order."""
    named: list[Mention] = []
    ambient, topic, current = setting.period, setting.fund, None
    for i, quantity in enumerate(quantities):
        sentence = document.sentence_of(quantity.span.start)
        if current is None or sentence.start != current.start:
            topic = _topic_before(document, folded, sentence, register, setting)
            ambient = _ambient(document, folded, sentence, setting, ambient)
            current = sentence
        around = _around(folded, quantities, i, sentence)
        periods = find_periods(folded, sentence.start, sentence.end, ambient.end.year if ambient else setting.year)
        before = named[-1] if named else None
        fund = _fund(folded, around, register, topic, setting)
        measure = _measure(folded, quantity, around, register, before, setting)
        indicator = _indicator(folded, quantity, around, register, fund, measure, before)
        measure = _settled(measure, quantity, register, indicator)
        period = _period(folded, quantity, around, periods, ambient, measure)
        unit_key = _unit(folded, sentence, quantity, register, period, setting)
        row = register.indicators.get(indicator or "")
        activity = row["activity"] if row and row["activity"].startswith("A") and row["activity"] != "ALL" else None
        unit = quantity.unit
        if row and quantity.thing not in ("money", "percent", "rate", "times"):
            unit = row["unit"]
        named.append(
            Mention(
                quantity, document.line_of(quantity.span.start), activity, indicator, measure, unit, unit_key,
                period.end.year if period else None, period.start if period else None,
                period.end if period else None, fund,
            )
        )  # fmt: skip
    return _repeats(named, document)


def _around(folded: str, quantities: list[Quantity], i: int, sentence: Span) -> Around:
    quantity = quantities[i]
    others = [q.span for q in quantities if q.span != quantity.span]
    start = max([sentence.start, *(s.end for s in others if s.end <= quantity.span.start)])
    own = max(start, folded.rfind(";", start, quantity.span.start) + 1)
    # To the next number itself: "hoàn thành trên 50 %" tells of the models before it.
    after = (q.number_span.start for q in quantities[i + 1 :] if q.span != quantity.span)
    end = min([sentence.end, *after])
    stops = [p for c in ",;:(" if (p := folded.find(c, quantity.span.end, end)) >= 0]
    clause = max(sentence.start, folded.rfind(";", sentence.start, own) + 1)
    clause = min(clause, own)
    close = min([end, *stops])
    return Around(
        Span(own, quantity.span.start),
        Span(quantity.number_span.end, min(close, quantity.span.end + ADJACENT)),
        Span(quantity.number_span.end, close),
        Span(clause, own),
        Span(sentence.start, clause),
    )


def _topic_before(document: Document, folded: str, sentence: Span, register: Register, setting: Setting) -> str | None:
    """The fund the text last spoke of before a sentence; words that open the whole programme end it."""
    found = register.cues("topic").find(folded, document.body.start, sentence.start)
    if not found:
        return setting.fund
    last = max(found, key=lambda f: f.end)
    return last.row["value"] or setting.fund


def _ambient(document: Document, folded: str, sentence: Span, setting: Setting, ambient: Period | None) -> Period | None:
    """The period a sentence speaks of unless nearer words say otherwise: the last one that opened a sentence."""
    paragraph = document.paragraph_of(sentence.start)
    if setting.period is not None and setting.period.kind == "months":
        ambient = setting.period
    for earlier in document.sentences:
        if earlier.start < paragraph.start or earlier.start > sentence.start:
            continue
        year = ambient.end.year if ambient else setting.year
        start = earlier.start + len(folded[earlier.start : earlier.end]) - len(folded[earlier.start : earlier.end].lstrip())
        leading = [p for p in find_periods(folded, start, earlier.end, year) if p.span.start - start <= LEADING]
        leading = [p for p in leading if not p.is_compared]
        if leading and not _is_coarser(leading[0], ambient):
            ambient = leading[0]
    return ambient


def _is_coarser(period: Period, ambient: Period | None) -> bool:
    """A bare year inside which the text already speaks of some months adds nothing."""
    return ambient is not None and period.kind == "year" and ambient.kind != "year" and (
        ambient.start.year == ambient.end.year == period.start.year
    )  # fmt: skip


def _last(found: list[Found]) -> Found | None:
    return max(found, key=lambda f: (f.end, f.end - f.start), default=None)


def _fund(folded: str, around: Around, register: Register, topic: str | None, setting: Setting) -> str | None:
    finder = register.cues("topic")
    adjacent = [f for f in finder.find(folded, around.adjacent.start, around.adjacent.end) if f.row["kind"] == "fund"]
    if adjacent:
        return adjacent[0].row["value"]
    for stretch, is_left in ((around.left, True), (around.right, False), (around.clause, True), (around.sentence, True)):
        found = finder.find(folded, stretch.start, stretch.end)
        if found:
            hit = _last(found) if is_left else min(found, key=lambda f: f.start)
            return hit.row["value"] or setting.fund
    return topic


def _measure(folded, quantity: Quantity, around: Around, register: Register, before: Mention | None, setting: Setting):
    finder = register.cues("measure")
    own = [f for f in finder.find(folded, around.left.start, around.left.end) if f.row["value"]]
    if any(f.row["value"] == "target" for f in own):
        return "target"
    if quantity.thing in ("percent", "times"):
        return "ratio"
    if quantity.pair == "second":
        return "plan"
    for stretch, is_left in ((around.left, True), (around.right, False), (around.clause, True), (around.sentence, True)):
        found = [f for f in finder.find(folded, stretch.start, stretch.end) if f.row["value"]]
        if found:
            return (_last(found) if is_left else min(found, key=lambda f: f.start)).row["value"]
    start = min(around.sentence.start, around.clause.start)
    text = folded[start : start + LEADING].lstrip()
    if before is not None and before.measure in ("plan", "ytd", "target") and register.cues("continue").at(text, 0):
        return before.measure
    return setting.measure or "ytd"


def _indicator(
    folded: str,
    quantity: Quantity,
    around: Around,
    register: Register,
    fund: str | None,
    measure: str,
    before: Mention | None,
) -> str | None:
    def holds(row: dict) -> bool:
        return (
            row["fund_code"] in ("", fund or "")
            and row["measure"] in ("", measure if measure != "target" else "plan")
            and row["of_indicator"] in ("", (before.indicator_code if before else None) or "")
        )

    defaults = [r for r in register.defaults(quantity.thing) if holds(r)]
    stretches = [[around.left], [around.right], [around.clause], [around.sentence]]
    if quantity.thing in ("percent", "times"):
        stretches = [[around.right, around.left]]
    elif quantity.thing != "money":
        stretches = [[around.adjacent], [around.left], [around.right], [around.clause]]
        stretches += [] if defaults else [[around.sentence]]
    if quantity.pair == "second":
        stretches = []
    for tier in stretches:
        found = [f for s in tier for f in register.phrases(quantity.thing).find(folded, s.start, s.end) if holds(f.row)]
        if quantity.thing == "money" and tier == [around.sentence]:
            found = [f for f in found if int(f.row["rank"]) >= STAGE_RANK]
        if found:
            best = max(found, key=lambda f: (int(f.row["rank"]), f.end - f.start, -_distance(f, quantity)))
            return best.row["indicator_code"] or None
    best = max(defaults, key=lambda r: (int(r["rank"]), r["fund_code"] != ""), default=None)
    return (best["indicator_code"] or None) if best else None


def _distance(found: Found, quantity: Quantity) -> int:
    return min(abs(found.start - quantity.number_span.end), abs(quantity.number_span.start - found.end))


def _settled(measure: str, quantity: Quantity, register: Register, indicator: str | None) -> str:
    """The measure that the indicator allows: plans and stocks are so by nature, ratios never figures."""
    behaviour = register.indicators[indicator]["behaviour"] if indicator else None
    if measure == "target" or quantity.thing in ("percent", "times"):
        return measure
    if behaviour in ("plan", "stock", "ratio"):
        return behaviour
    return measure


def _period(folded, quantity: Quantity, around: Around, periods: list[Period], ambient: Period | None, measure: str):
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
    return folded[period.span.end : quantity.span.start].strip() in ("(", ": (")


def _unit(folded, sentence: Span, quantity: Quantity, register: Register, period: Period | None, setting: Setting):
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


def _repeats(named: list[Mention], document: Document) -> list[Mention]:
    """Mark a number that says again, in a later sentence, what an earlier one said."""
    first: dict[tuple, int] = {}
    marked = []
    for i, mention in enumerate(named):
        q = mention.quantity
        key = (q.value, q.alternatives, q.thing, q.pair, mention.unit_key, mention.fund)
        key += (mention.indicator_code, mention.period_end)
        earlier = first.setdefault(key, i)
        if _points_back(document, q):
            same = [k for k, m in enumerate(named[:i]) if (m.quantity.value, m.quantity.thing) == (q.value, q.thing)]
            earlier = same[0] if same else earlier
        is_same_sentence = document.sentence_of(named[earlier].quantity.span.start) == document.sentence_of(q.span.start)
        marked.append(mention if is_same_sentence else replace(mention, repeat_of=earlier))
    return marked


def _points_back(document: Document, quantity: Quantity) -> bool:
    """Whether words say that the number was told before: "11 nhóm đề án này", "these 5 projects"."""
    after = document.text[quantity.span.end : quantity.span.end + 12]
    before = document.text[max(0, quantity.span.start - 7) : quantity.span.start]
    return bool(re.match(r"\s+(?:này|nói trên|kể trên|nêu trên|trên đây)(?!\w)", after) or re.search(r"(?i)these\s*$", before))
