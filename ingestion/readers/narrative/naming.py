"""Quantities → mentions: which indicator, fund, measure, period and unit the words around a number name.

A row of ``narrative_phrases.csv`` holds for one thing (money, worker, project …) when its phrase stands near the number
and its fund, measure and ``of_indicator`` (the indicator of the number before) are blank or agree. Nearer words win over
farther ones; at one distance the higher rank wins. Nothing is named by a phrase that is not a row.
"""

import datetime
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ingestion.readers.narrative.document import Document, Span
from ingestion.readers.narrative.named_periods import Period, find_periods
from ingestion.readers.narrative.nearby import (
    LEADING,
    Around,
    ambient_period,
    fund_near,
    in_closed_bracket,
    last,
    period_of,
    stretches_around,
    topic_before,
    unit_of,
)
from ingestion.readers.narrative.quantity import Quantity
from ingestion.readers.narrative.register import Found, Register
from ingestion.readers.narrative.setting import Setting

CARRIED = ("money", "project", "group_project", "percent")
STAGE_RANK = 4  # what happened to money (paid, contracted) may be told once for a whole sentence


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

    def as_row(self) -> dict[str, Any]:
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


def name_all(
    document: Document, folded: str, quantities: list[Quantity], setting: Setting, register: Register
) -> list[Mention]:
    """Every quantity of a text as a mention, in order."""
    named: list[Mention] = []
    topics = register.cues("topic").find(folded, document.body.start, document.body.end)
    topics = [f for f in topics if f.row["value"] != "counterpart" and f.row["kind"] != "name"]
    ambient, topic, is_near, current = setting.period, setting.fund, True, None
    for i, quantity in enumerate(quantities):
        sentence = document.sentence_of(quantity.span.start)
        if current is None or sentence.start != current.start:
            before_sentence, ambient = ambient, ambient_period(document, folded, sentence, setting, ambient, register.budget_years)
            opens_period = before_sentence is not None and ambient != before_sentence and ambient != setting.period
            topic, is_near = topic_before(document, topics, sentence, register, setting, opens_period)
            current = sentence
        around = stretches_around(folded, quantities, i, sentence)
        periods = find_periods(folded, sentence.start, sentence.end, (ambient or setting).budget_year, register.budget_years)
        before = named[-1] if named else None
        # Over a paragraph's end a fund is handed on to projects and money only, not to people or places.
        carried = topic if is_near or quantity.thing in CARRIED else setting.fund
        fund = fund_near(folded, quantity, around, register, carried, setting)
        measure = _measure(folded, quantity, around, periods, register, before, setting)
        indicator = _indicator(folded, quantity, around, register, fund, measure, named)
        measure = _settled(measure, quantity, register, indicator)
        period = period_of(folded, quantity, around, periods, ambient, measure)
        unit_key = unit_of(folded, sentence, quantity, register, period, setting)
        row = register.indicators.get(indicator or "")
        activity = row["activity"] if row and row["activity"].startswith("A") and row["activity"] != "ALL" else None
        unit = quantity.unit
        if row and quantity.thing not in ("money", "percent", "rate", "times"):
            unit = row["unit"]
        named.append(
            Mention(
                quantity, document.line_of(quantity.span.start), activity, indicator, measure, unit, unit_key,
                *((period.budget_year, period.start, period.end) if period else (None, None, None)), fund,
            )
        )  # fmt: skip
    return _repeats(named, document)


def _is_compared(folded: str, cue: Found, quantity: Quantity) -> bool:
    """Whether a plan is named only as what a percentage compares with: "đạt 91 % kế hoạch; …", not "… kế hoạch (142 tỷ)"."""
    is_base = re.search(r"(?:%|percent|phần trăm)[^,;.()\d]{0,24}\Z", folded[max(0, cue.start - 34) : cue.start])
    between = folded[cue.end : quantity.span.start]
    return is_base is not None and re.fullmatch(r"[^,;.)]{0,24}\([\s\"]*", between) is None


def _measure(
    folded: str,
    quantity: Quantity,
    around: Around,
    periods: list[Period],
    register: Register,
    before: Mention | None,
    setting: Setting,
) -> str:
    finder = register.cues("measure")
    own = [f for f in finder.find(folded, around.left.start, around.left.end) if f.row["value"]]
    if any(f.row["value"] == "target" for f in own):
        return "target"
    if quantity.thing in ("percent", "times"):
        return "ratio"
    if quantity.pair == "second":
        return "plan"
    stretches = [(around.left, True), (around.right, False), (around.clause, True), (around.sentence, True)]
    if any(around.clause.start <= p.span.start < quantity.span.start and p.kind == "months" for p in periods):
        stretches.pop()  # its own clause opens a period of its own: "…; nine months: five classes"
    for stretch, is_left in stretches:
        found = [f for f in finder.find(folded, stretch.start, stretch.end) if f.row["value"]]
        found = [f for f in found if not _is_compared(folded, f, quantity)]
        found = [f for f in found if not in_closed_bracket(folded, f.end, quantity.span.start)]
        if found:
            return (last(found) if is_left else min(found, key=lambda f: f.start)).row["value"]
    start = min(around.sentence.start, around.clause.start)
    text = folded[start : start + LEADING].lstrip()
    # "Trong đó: …", or a list cut into sentences, each opening with its number, goes on in the mood before it.
    goes_on = register.cues("continue").at(text, 0) is not None or text[:1].isdigit()
    if before is not None and before.measure in ("plan", "ytd", "target") and goes_on:
        return before.measure
    return setting.measure or "ytd"


def _indicator(
    folded: str,
    quantity: Quantity,
    around: Around,
    register: Register,
    fund: str | None,
    measure: str,
    named: list[Mention],
) -> str | None:
    before = named[-1] if named else None

    def holds(row: dict[str, Any]) -> bool:
        return (
            row["fund_code"] in ("", fund or "")
            and (row["measure"] in ("", measure) or measure == "target")
            and row["of_indicator"] in ("", (before.indicator_code if before else None) or "")
        )

    defaults = [r for r in register.defaults(quantity.thing) if holds(r)]
    stretches = [[around.left], [around.right], [around.clause], [around.sentence]]
    if quantity.thing in ("percent", "times"):
        comma = folded.rfind(",", around.left.start, around.left.end) + 1
        stretches = [[around.right, Span(max(comma, around.left.start), around.left.end)]]
    elif quantity.thing != "money":
        stretches = [[around.adjacent], [around.left], [around.right], [around.clause]]
        stretches += [] if defaults else [[around.sentence]]
    if quantity.pair == "second":
        stretches = []
    for tier in stretches:
        found = [f for s in tier for f in register.phrases(quantity.thing).find(folded, s.start, s.end) if holds(f.row)]
        if quantity.thing == "money" and tier in ([around.clause], [around.sentence]):
            # What money was for is told once for each amount: words before another amount are that one's.
            floor = max([around.clause.start, *(m.quantity.span.end for m in named if m.quantity.thing == "money")])
            found = [f for f in found if int(f.row["rank"]) >= STAGE_RANK or f.start >= floor]
        if found:
            best = max(found, key=lambda f: (int(f.row["rank"]), f.end - f.start, -_distance(f, quantity)))
            return best.row["indicator_code"] or None
    best = max(defaults, key=lambda r: (int(r["rank"]), r["fund_code"] != ""), default=None)
    return (best["indicator_code"] or None) if best else None


def _distance(found: Found, quantity: Quantity) -> int:
    return min(abs(found.start - quantity.number_span.end), abs(quantity.number_span.start - found.end))


def _settled(measure: str, quantity: Quantity, register: Register, indicator: str | None) -> str:
    """The measure that the indicator allows: plans and stocks are so by nature, ratios never figures; of what flows or is an
    average, the words say which."""
    if indicator is None or measure == "target" or quantity.thing in ("percent", "times"):
        return measure
    behaviour = register.indicators[indicator]["behaviour"]
    meant = register.measures[behaviour]
    return meant if meant == behaviour else measure


def _repeats(named: list[Mention], document: Document) -> list[Mention]:
    """Mark a number that says again, in a later sentence, what an earlier one said."""
    first: dict[tuple[Any, ...], int] = {}
    marked = []
    for i, mention in enumerate(named):
        q = mention.quantity
        key = (q.value, q.alternatives, q.thing, q.pair, mention.indicator_code)
        if mention.indicator_code is not None:
            key += (mention.unit_key, mention.fund, mention.period_end)
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
