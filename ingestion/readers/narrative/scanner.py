"""Running text → quantities: numbers with a unit, with their words; dates, decisions, times and clauses are left aside.

A ``Quantity`` keeps where it stands and what it says, not yet what it means (``naming`` does that). A number without a
unit is no quantity, unless its sentence names one money unit for all its bare numbers ("… 150; … 380 (triệu đồng)").
"""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ingestion.readers.narrative.document import Document, Span
from ingestion.readers.narrative.patterns import (
    BEFORE_NUMBER,
    BETWEEN,
    LIST_UNIT,
    MONEY_AFTER,
    MONEY_BEFORE,
    MONEY_RATE,
    MULTIPLIER,
    NO_QUANTITY,
    NUMBER_AT,
    NUMERALS,
    OF_WHOLE,
    OTHER_BEFORE,
    OTHER_CURRENCY,
    PATTERN,
    PERCENT_AFTER,
)
from ingestion.readers.narrative.quantity import Quantity, Skipped
from ingestion.readers.narrative.register import Register, fold
from ingestion.written.intervals import Printed, lawful, nearest, plausible
from ingestion.written.money_units import money_factor, text_unit, unit_names
from ingestion.written.quantities import ESTIMATE_WORDS, NUMBER, QUALIFIER_WORDS, decimal_mark_of, number_readings


def scan(document: Document, register: Register) -> tuple[list[Quantity], list[Skipped]]:
    """All quantities of a document's body in order, and the numbers left aside with the reason."""
    text = document.text
    folded = fold(text)
    skipped = _masks(document, folded)
    masked = list(folded)
    for s in skipped:
        masked[s.span.start : s.span.end] = "\x00" * (s.span.end - s.span.start)
    plain = "".join(masked)
    mark = _decimal_mark(document, plain)
    found: list[Quantity] = []
    for paragraph in document.paragraphs:
        list_unit = LIST_UNIT.search(folded, paragraph.start, paragraph.end)
        position = paragraph.start
        while (match := NUMBER_AT.search(plain, position, paragraph.end)) is not None:
            made = _at(text, plain, match, register, mark, list_unit, found)
            if made is None:
                if match[0][0].isdigit():
                    skipped.append(Skipped(match[0], Span(match.start(), match.end()), "no unit"))
                position = match.end()
                continue
            found.extend(made)
            position = made[-1].span.end
    return found, sorted(skipped, key=lambda s: s.span.start)


def _masks(document: Document, folded: str) -> list[Skipped]:
    reasons = list(NO_QUANTITY)
    hits = PATTERN.finditer(folded, document.body.start, document.body.end)
    return [Skipped(m[0], Span(m.start(), m.end()), reasons[int(m.lastgroup[1:])]) for m in hits]


def _decimal_mark(document: Document, plain: str) -> str | None:
    """The language's decimal mark, unless the text itself also shows the other one: then nothing decides."""
    body = plain[document.body.start : document.body.end].replace("\x00", " ")
    own, other = (",", ".") if document.language == "vi" else (".", ",")
    shown = {decimal_mark_of([digits]) for digits in re.findall(NUMBER, body)} - {None}
    return None if other in shown else own


def _at(text: str, plain: str, match: re.Match, register: Register, mark: str | None, list_unit, found: list[Any]):
    """The quantities that start at a number: one, or two for a pair or a range; None when it has no unit."""
    second = re.compile(rf"(?:({OF_WHOLE})|{BETWEEN})({NUMBER})(?!\w)").match(plain, match.end())
    is_pair = second is not None and second[1] is not None
    is_range = second is not None and not is_pair and _is_range(plain, match, second)
    end = second.end() if is_pair or is_range else match.end()
    unit = _unit_at(plain, match.start(), end, register)
    if unit is None and (is_pair or is_range):
        end, is_pair, is_range = match.end(), False, False
        unit = _unit_at(plain, match.start(), end, register)
    if unit is None and list_unit is not None and match[0].isdigit() and re.match(r"\s*(?:[;.(]|$)", plain[end:]):
        unit = ("money", list_unit[1], 0)
    if unit is None and (above := _item_of(plain, match, found)) is not None:
        unit = (above.thing, above.unit, 0)
    if unit is None:
        return None
    thing, words, length = unit
    if match[0] in NUMERALS and thing in ("money", "percent", "times"):
        return None
    start, qualifier, is_estimated = _words_before(plain, match.start())
    span = Span(start, end + length)
    number_span = Span(match.start(), match.end())
    made = _quantity(text, span, number_span, match[0], thing, words, qualifier, mark)
    if made is None:
        return None
    made = replace(made, is_estimated=is_estimated)
    if not (is_pair or is_range):
        return [made]
    other_span = Span(second.start(2), second.end(2))
    other = _quantity(text, span, other_span, second[2], thing, words, "exact", mark)
    if other is None:
        return [made]
    if is_pair:
        return [replace(made, pair="first"), replace(other, pair="second", is_estimated=is_estimated)]
    if made.value is None or other.value is None or made.value >= other.value:
        return [made]
    ends = {"low": made.value, "soft_low": made.value, "high": other.value, "soft_high": other.value}
    return [replace(made, value=None, **ends)]


def _item_of(plain: str, match: re.Match, found: list[Quantity]) -> Quantity | None:
    """The counted total that a bare number in brackets right after it breaks down: "9 projects (1 water, 5 …)"."""
    opening = plain.rfind("(", 0, match.start())
    if opening < 0 or ")" in plain[opening : match.start()] or not re.search(r"[(,;+]\s*\Z", plain[: match.start()][-4:]):
        return None
    above = next((q for q in reversed(found) if q.span.end <= opening), None)
    is_near = above is not None and re.fullmatch(r"[^.;,\d]{0,30}", plain[above.span.end : opening]) is not None
    return above if is_near and above.thing not in ("money", "percent", "rate", "times") else None


def _is_range(plain: str, match: re.Match, second: re.Match) -> bool:
    """"từ 1,5 đến 2", "between 5 and 7", "1,5 - 2"; a bare "and" or "to" between two numbers joins no range."""
    before = plain[max(0, match.start() - 9) : match.start()]
    is_announced = re.search(r"\b(?:từ|from|between|khoảng)\s*$", before) is not None
    return is_announced or re.fullmatch(r"\s*-\s*", plain[match.end() : second.start(2)]) is not None


def _unit_at(plain: str, start: int, end: int, register: Register) -> tuple[str, str, int] | None:
    """(thing, unit words, length of the words after the number), or None."""
    if percent := PERCENT_AFTER.match(plain, end):
        return "percent", "%", percent.end() - end
    if OTHER_CURRENCY.match(plain, end) or OTHER_BEFORE.search(plain[max(0, start - 4) : start]):
        return None
    if rate := MONEY_RATE.match(plain, end):
        return "rate", rate[0].strip(), rate.end() - end
    money = MONEY_AFTER.match(plain, end)
    # "2 triệu lao động" counts people: a bare multiplier before a thing is no amount of money.
    if money and not (MULTIPLIER.fullmatch(money[0]) and register.things.at(plain, money.end() + 1)):
        return "money", money[0].strip(), money.end() - end
    if MONEY_BEFORE.search(plain, max(0, start - 5), start):
        return "money", unit_names()[1], 0
    position = end
    # A counted thing may be told after up to three words ("four machinery projects"), unless the number looks like a year.
    for word in range(1 if re.fullmatch(r"(?:19|20)\d\d", plain[start:end]) else 4):
        space = re.compile(r"\s+").match(plain, position)
        if space is None:
            return None
        thing = register.things.at(plain, space.end())
        if thing is not None:
            return thing.row["thing"], thing.row["unit"], thing.end - end
        step = re.compile(r"[^\W\d_]+(?:[-/][^\W\d_]+)*").match(plain, space.end())
        if step is None or (word == 0 and not plain[space.end()].isascii()) or not step[0].isascii():
            return None
        position = step.end()
    return None


def _words_before(plain: str, start: int) -> tuple[int, str, bool]:
    """Where the words that belong to a number begin, its qualifier, and whether it is called an estimate."""
    position = start - len(BEFORE_NUMBER.search(plain[:start][-6:])[0])
    qualifier, is_estimated = "exact", False
    for words in (QUALIFIER_WORDS, ESTIMATE_WORDS):
        for word in sorted(words, key=len, reverse=True):
            hit = re.search(rf"(?<!\w){word}\s*\Z", plain[max(0, position - 24) : position])
            if hit:
                position -= len(hit[0])
                qualifier = words[word] if words is QUALIFIER_WORDS else qualifier
                is_estimated = is_estimated or words is ESTIMATE_WORDS
                break
    begin = max(plain.rfind(c, 0, start) for c in ";\n:(") + 1
    own = re.split(r"\d", plain[begin:position])[-1]
    is_estimated = is_estimated or re.search(r"(?<!\w)(?:ước|estimated)(?!\w)", own) is not None
    while position < start and plain[position].isspace():
        position += 1
    return position, qualifier, is_estimated


def _quantity(text, span, number_span, digits, thing, words, qualifier, mark) -> Quantity | None:
    factor = Decimal(1)
    if thing == "money":
        factor = Decimal(money_factor(words)) / money_factor(text_unit())
    is_count = thing not in ("money", "percent", "rate")
    if digits in NUMERALS:
        readings = ((Decimal(NUMERALS[digits]), 0),)
    else:
        readings = number_readings(digits, mark)
        both = number_readings(digits)
        if thing == "money" and len(both) == 2 and "," in digits and _is_translated(words):
            readings = both
        if is_count:  # things come whole: a mark before three digits groups them
            readings = tuple(r for r in both if r[1] == 0)
    if not readings:
        return None
    values = [value * factor for value, _ in readings]
    grain = Decimal(0) if is_count else factor.scaleb(-readings[0][1])
    shown = text[span.start : span.end]
    unit = text_unit() if thing == "money" else words
    common = {"thing": thing, "unit": unit, "qualifier": qualifier, "is_estimated": False}
    if len(values) > 1:
        return Quantity(shown, span, number_span, value=None, low=min(values), high=max(values), soft_low=min(values),
                        soft_high=max(values), decimals=0, grain=grain, alternatives=tuple(values), **common)  # fmt: skip
    printed = Printed(Fraction(values[0]), Fraction(grain), qualifier)
    hard = nearest(printed.value, printed.grain) if qualifier == "exact" else lawful(printed)
    soft = hard if qualifier == "exact" else plausible(printed)
    ends = [_decimal(e) for e in (hard.low, hard.high, soft.low, soft.high)]
    return Quantity(shown, span, number_span, value=values[0], low=ends[0], high=ends[1], soft_low=ends[2],
                    soft_high=ends[3], decimals=readings[0][1], grain=grain, **common)  # fmt: skip


def _is_translated(words: str) -> bool:
    """Whether money is told in English words, where translations keep the Vietnamese comma: "47,017 billion"."""
    return re.search(r"trillion|billion|million|bn", words) is not None


def _decimal(number: Fraction | None) -> Decimal | None:
    return None if number is None else Decimal(number.numerator) / Decimal(number.denominator)
