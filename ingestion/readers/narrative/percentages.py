"""Percentages that a text states of its own numbers: "đạt X % kế hoạch", "chiếm X %", "tăng / giảm X % so với".

The base is looked for in brackets right behind, then among the plans or shares the text itself prints; where it prints
none the relation is undecided, and two undecided ones of one fund and year are held against each other.
"""

import re
from dataclasses import replace
from fractions import Fraction

from ingestion.readers.narrative.document import Document
from ingestion.readers.narrative.judged_relations import Relation, is_readable, judge_relation, printed, told
from ingestion.readers.narrative.naming import Mention
from ingestion.readers.narrative.nearby import in_closed_bracket
from ingestion.readers.narrative.register import Register
from ingestion.readers.narrative.relations import DOWN
from ingestion.written.closeness import closeness_of_quotients
from ingestion.written.intervals import Printed


def find_percentages(document: Document, folded: str, mentions: list[Mention], register: Register) -> list[Relation]:
    """Ratios to plan and growths among the mentions, judged or undecided, and pairs that imply one base."""
    found, open_ratios = [], []
    for i, mention in enumerate(mentions):
        is_stated = mention.quantity.thing == "percent" and mention.quantity.value is not None
        if not is_stated or mention.measure != "ratio" or not mention.indicator_code:
            continue
        top = _numerator(document, mentions, i)
        if top is None:
            continue
        is_growth = mention.indicator_code in register.growths
        if not is_growth and mention.indicator_code not in register.plan_ratios:
            continue
        base = _apposed(folded, mentions, i)
        is_printed = base is not None
        if base is None:
            base = _earlier(folded, mentions, i, top) if is_growth else _plan(mentions, i, top)
        if base is None:
            found.append(_undecided(mentions, i, top, is_growth))
            if not is_growth and mention.fund in register.programme_funds:
                open_ratios.append((top, i))
            continue
        relation = _judged(folded, mentions, i, top, base, is_growth)
        if relation.closeness == "hard":
            explained = _explained(mentions, relation, i, top, base)
            is_presumed = not is_printed and mention.fund is None and explained is relation
            relation = explained
            if is_presumed:
                # The base is presumed and no fund is named: the percentage may be of a part that has a plan of its own.
                relation = replace(relation, closeness="soft")
        found.append(relation)
    return found + _same_bases(mentions, open_ratios)


def _numerator(document: Document, mentions: list[Mention], i: int) -> int | None:
    """The amount or count that a percentage speaks of: the nearest one before it in its sentence."""
    sentence = document.sentence_of(mentions[i].quantity.span.start)
    for k in range(i - 1, -1, -1):
        quantity = mentions[k].quantity
        if quantity.span.start < sentence.start:
            return None
        if in_closed_bracket(document.text, quantity.span.end, mentions[i].quantity.span.start):
            continue
        if is_readable(quantity) and quantity.thing not in ("percent", "rate", "times") and quantity.pair != "second":
            return k
    return None


def _apposed(folded: str, mentions: list[Mention], i: int) -> int | None:
    """The number in brackets right behind a percentage's words: "đạt 91,7 % so với kế hoạch năm (142,2 tỷ đồng)"."""
    if i + 1 >= len(mentions):
        return None
    between = folded[mentions[i].quantity.span.end : mentions[i + 1].quantity.span.start]
    is_apposed = re.fullmatch(r"[^,;.()]{0,70}\([\s\"]*", between) is not None
    following = mentions[i + 1].quantity
    is_amount = following.thing not in ("percent", "rate", "times") and is_readable(following)
    return i + 1 if is_apposed and is_amount else None


def _plan(mentions: list[Mention], i: int, top: int) -> int | None:
    """The one plan of the same thing, fund, unit and year that the text prints."""
    def fits(m: Mention) -> bool:
        same = (m.unit_key, m.fund, m.budget_year) == (mentions[top].unit_key, mentions[top].fund, mentions[i].budget_year)
        return m.measure == "plan" and is_readable(m.quantity) and m.quantity.thing == mentions[top].quantity.thing and same

    plans = [k for k, m in enumerate(mentions) if k != top and fits(m)]
    values = {(mentions[k].quantity.value, mentions[k].quantity.alternatives) for k in plans}
    return plans[0] if len(values) == 1 else None


def _earlier(folded: str, mentions: list[Mention], i: int, top: int) -> int | None:
    """The one number of the year before with the same indicator, or with a plan's when plans are compared."""
    behind = folded[mentions[i].quantity.span.end : mentions[i].quantity.span.end + 60]
    compares_plans = mentions[top].measure == "plan" and re.search(r"kế hoạch|plan", behind) is not None
    now = mentions[top]

    def fits(m: Mention) -> bool:
        is_same = m.indicator_code == now.indicator_code and m.fund == now.fund and m.indicator_code is not None
        is_plan = compares_plans and m.measure == "plan" and m.quantity.thing == now.quantity.thing
        is_plan = is_plan or (is_same and m.measure == "plan")
        # A year's end is no base for nine months: the cut must be the same.
        is_same = is_same and m.period_end is not None and m.period_end.month == now.period_end.month
        is_before = m.budget_year is not None and now.budget_year is not None and m.budget_year == now.budget_year - 1
        is_alike = (m.unit_key, m.measure) == (now.unit_key, now.measure) and is_readable(m.quantity)
        return is_before and is_alike and (is_same or is_plan)

    before = [k for k, m in enumerate(mentions) if fits(m)]
    return before[0] if len(before) == 1 else None


def _judged(folded: str, mentions: list[Mention], i: int, top: int, base: int, is_growth: bool) -> Relation:
    stated = mentions[i].quantity
    numerator, denominator = mentions[top].quantity, mentions[base].quantity
    if is_growth and DOWN.search(folded, mentions[top].quantity.span.end, stated.span.start):
        stated = replace(stated, value=-stated.value)
    written = f"{numerator.written} / {denominator.written} = {mentions[i].quantity.written}"
    try:
        judged = judge_relation("growth" if is_growth else "ratio", [numerator, denominator], stated)
    except ValueError:
        return _undecided(mentions, i, top, is_growth)
    return told("growth" if is_growth else "ratio", (top, base), i, judged, True, written)


def _explained(mentions: list[Mention], relation: Relation, i: int, top: int, base: int) -> Relation:
    """A percentage that fails its own base but fits another printed plan was taken of the wrong base."""
    numerator, stated = mentions[top].quantity, mentions[i].quantity
    for m in mentions:
        if m.measure != "plan" or not is_readable(m.quantity) or m.quantity.thing != numerator.thing or m is mentions[base]:
            continue
        if judge_relation("ratio", [numerator, m.quantity], stated).closeness in ("exact", "rounding", "truncation"):
            vi = f" Tỷ lệ chỉ đúng khi chia cho «{m.quantity.written}»: nghi dùng nhầm mẫu số."
            en = f" It fits only of “{m.quantity.written}”: probably the wrong denominator."
            return replace(
                relation,
                explanation_vi=relation.explanation_vi + vi,
                explanation_en=relation.explanation_en + en,
            )
    return relation


def _undecided(mentions: list[Mention], i: int, top: int, is_growth: bool) -> Relation:
    numerator, stated = mentions[top].quantity, mentions[i].quantity
    written = f"{numerator.written}, {stated.written}"
    vi, en = "Văn bản không nêu số gốc để so", "The text does not print the base"
    if not is_growth and numerator.value is not None and stated.value:
        implied = f"{numerator.value / stated.value * 100:.1f} {numerator.unit}"
        vi, en = f"{vi}; suy ra khoảng {implied}", f"{en}; it implies about {implied}"
    kind = "growth" if is_growth else "ratio"
    return Relation(kind, (top,), i, "undecided", True, True, written, f"«{written}»: {vi}.", f"“{written}”: {en}.")


def _same_bases(mentions: list[Mention], open_ratios: list[tuple[int, int]]) -> list[Relation]:
    """Percentages of one fund, unit and year whose base is not printed must imply the same base."""
    found = []
    for n, (top, i) in enumerate(open_ratios):
        for other_top, k in open_ratios[n + 1 :]:
            a, b = mentions[top], mentions[other_top]
            is_alike = (a.fund, a.unit_key, a.quantity.thing) == (b.fund, b.unit_key, b.quantity.thing)
            is_alike = is_alike and mentions[i].budget_year == mentions[k].budget_year
            readable = all(mentions[m].quantity.value for m in (top, i, other_top, k))
            if not is_alike or not readable or a.quantity.value == b.quantity.value:
                continue
            judged = closeness_of_quotients(
                (printed(a.quantity), _share(mentions[i])), (printed(b.quantity), _share(mentions[k]))
            )
            written = " ~ ".join(
                f"{mentions[t].quantity.written} / {mentions[p].quantity.written}" for t, p in ((top, i), (other_top, k))
            )
            found.append(told("same_base", (top, i, other_top), k, judged, True, written))
    return found


def _share(mention: Mention) -> Printed:
    whole = printed(mention.quantity)
    return Printed(whole.value / 100, whole.grain / 100, whole.qualifier) if whole.value else Printed(Fraction(1))
