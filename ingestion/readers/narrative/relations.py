"""The relations a text states between its own numbers, and how near each comes to holding.

Found are: a total and its parts ("trong đó", "gồm", "bao gồm", ":", brackets), a total and a list of items, "đạt X % kế
hoạch" and "tăng / giảm X % so với". Each is judged over intervals. What a list leaves open stays open: parts behind
"trong đó" or "như" may be fewer than the total, and a percentage whose base is not printed is ``undecided``.
"""

import re
from dataclasses import replace
from fractions import Fraction

from ingestion.readers.narrative.document import Document, Span
from ingestion.readers.narrative.judged_relations import Relation, is_readable, judge_relation, printed, told
from ingestion.readers.narrative.naming import Mention
from ingestion.readers.narrative.nearby import in_closed_bracket
from ingestion.readers.narrative.register import Register
from ingestion.written.closeness import (
    CLOSENESS,
    Judgement,
    closeness_of_sum,
)
from ingestion.written.intervals import Printed

LONGEST_BRACKET = 4000  # characters; a bracket that closes later than that is left open
COMPLETE = ("gồm", "bao gồm", "gồm có", "comprising", "(")
DOWN = re.compile(r"giảm|thấp hơn|down|decreas|fell|lower", re.IGNORECASE)
ENUMERATOR = re.compile(r"\((\d{1,2}|[a-zđ])\)\s|(?:^|\s)(\d{1,2}|[a-zđ])[).]\s")


def find_breakdowns(document: Document, folded: str, mentions: list[Mention], register: Register) -> list[Relation]:
    """Totals with their parts or listed items, in order of place, judged."""
    found: list[Relation] = []
    for sentence in document.sentences:
        for marker, word in _markers(folded, sentence, register):
            found += _breakdowns(document, folded, sentence, marker, word, mentions, register)
    unique = {(r.kind, r.left, r.right): r for r in found}
    return sorted(unique.values(), key=lambda r: (r.right, r.kind, r.left))


def _markers(folded: str, sentence: Span, register: Register) -> list[tuple[Span, str]]:
    """Where a breakdown may begin: a word such as "trong đó", a colon or an opening bracket."""
    cues = register.cues("continue").find(folded, sentence.start, sentence.end)
    words = [(Span(f.start, f.end), f.row["phrase"]) for f in cues]
    signs = re.compile(r"[:(](?!\d\))").finditer(folded, sentence.start, sentence.end)
    signs = [(Span(m.start(), m.end()), m[0]) for m in signs]
    # "Trong đó:" is one marker, told by its word.
    signs = [s for s in signs if not any(0 <= s[0].start - w[0].end <= 1 for w in words)]
    return words + signs


def _breakdowns(document, folded, sentence: Span, marker: Span, word: str, mentions, register) -> list[Relation]:
    before = _within(mentions, sentence.start, marker.start)
    opens_sentence = not folded[sentence.start : marker.start].strip(" ,-")
    if opens_sentence and word not in (":", "("):
        earlier = _sentence_before(document, sentence)
        before = _within(mentions, earlier.start, earlier.end) if earlier else []
    end = _closing(folded, marker, sentence) if word == "(" else sentence.end
    after = _within(mentions, marker.end, end)
    before = [i for i in before if word == "(" or not in_closed_bracket(folded, mentions[i].quantity.span.end, marker.start)]
    after = [i for i in after if is_readable(mentions[i].quantity)]
    flat = [i for i in after if _depth(folded, marker.end, mentions[i].quantity.span.start) == 0 or word == "("]
    if not before:
        return []
    is_open = _is_open_list(folded, marker, register)
    is_complete = word in COMPLETE and not is_open
    found: list[Relation] = []
    counted_out = False
    things = dict.fromkeys(mentions[i].quantity.thing for i in reversed(before))
    for thing in sorted(things, key=lambda t: t == "money"):  # counts first: they show whether a list is whole
        if thing in ("percent", "rate", "times"):
            continue
        whole = max(i for i in before if mentions[i].quantity.thing == thing)
        if not is_readable(mentions[whole].quantity):
            continue
        gap = re.sub(r"\([^()]*\)", "", folded[mentions[whole].quantity.span.end : marker.start]).rstrip(" ;,")
        if not opens_sentence and (len(gap) > 60 or ";" in gap):
            continue
        parts = [i for i in flat if mentions[i].quantity.thing == thing and mentions[i].quantity.pair != "second"]
        # "7 đề án máy móc (2,7 tỷ đồng), …": amounts told in brackets are the parts when nothing else is.
        parts = parts or [i for i in after if mentions[i].quantity.thing == thing]
        if len(parts) >= 2 or (parts and word not in (":", "(")):
            relation = _sum(mentions, parts, whole, is_complete or (counted_out and thing == "money"), word)
            counted_out = counted_out or (relation.closeness == "exact" and thing != "money" and len(parts) >= 2)
            found.append(relation)
        elif not parts and thing != "money" and word != "(" and _ends_count(folded, mentions, whole, before):
            items = _items(folded, marker.end, sentence.end, mentions, after, thing)
            if items is not None:
                found.append(_listed(mentions, whole, items, is_open))
    return found


def _within(mentions: list[Mention], start: int, end: int) -> list[int]:
    return [i for i, m in enumerate(mentions) if start <= m.quantity.span.start and m.quantity.number_span.end <= end]


def _sum(mentions: list[Mention], parts: list[int], whole: int, is_complete: bool, word: str) -> Relation:
    total = mentions[whole].quantity
    chosen, judged = tuple(parts), None
    # The whole list first; then its beginnings, because words that follow may break one part down further.
    for n in range(len(parts), 1 if len(parts) > 1 else 0, -1):
        terms = [mentions[i].quantity for i in parts[:n]]
        attempt = judge_relation("sum", terms, total, is_complete=True)
        if attempt.closeness in CLOSENESS[:4]:
            chosen, judged, is_complete = tuple(parts[:n]), attempt, True
            break
    if judged is None:
        judged = judge_relation("sum", [mentions[i].quantity for i in parts], total, is_complete=is_complete)
    listed = " + ".join(mentions[i].quantity.written for i in chosen)
    written = f"{listed} = {total.written}"
    relation = told("sum", chosen, whole, judged, is_complete, written)
    return _mislabelled(mentions, relation) if judged.closeness == "hard" else relation


def _mislabelled(mentions: list[Mention], relation: Relation) -> Relation:
    """Parts that fail to add up although one of them prints the very total: the total was put under that part's name."""
    total = mentions[relation.right].quantity
    alike = [i for i in relation.left if mentions[i].quantity.value == total.value is not None]
    if len(relation.left) < 2 or len(alike) != 1 or not total.value:
        return relation
    part = mentions[alike[0]].quantity.written
    vi = f" «{part}» trùng đúng số tổng: nghi ghi nhầm nhãn, số tổng được ghi dưới tên của một phần."
    en = f" “{part}” is the very total: probably the wrong label, the total put under the name of a part."
    return replace(
        relation, explanation_vi=relation.explanation_vi + vi, explanation_en=relation.explanation_en + en
    )


def _items(folded: str, start: int, end: int, mentions, after: list[int], thing: str) -> tuple[int, bool] | None:
    """(number of listed items, whether they are numbered), or None when no list follows."""
    text = folded[start:end]
    numbered = [m for m in ENUMERATOR.finditer(text) if m[1]]
    if len(numbered) >= 2:
        return len(numbered), True
    if text.count(";") < 2:
        return None
    items, position = 0, start
    for item in text.split(";"):
        own = [i for i in after if position <= mentions[i].quantity.number_span.start < position + len(item)]
        counts_other = [
            i for i in own
            if mentions[i].quantity.thing not in ("money", thing)
            and not folded[position : mentions[i].quantity.number_span.start].strip(" :-")
        ]  # fmt: skip
        items += not counts_other and bool(item.strip(" .,:"))
        position += len(item) + 1
    return items, False


def _listed(mentions: list[Mention], whole: int, items: tuple[int, bool], is_open: bool) -> Relation:
    number, is_numbered = items
    total = mentions[whole].quantity
    listed = Printed(Fraction(number))
    judged = closeness_of_sum([listed], printed(total), is_complete=not is_open)
    if judged.closeness == "hard" and (is_open or not is_numbered):
        # Where one item ends is read from semicolons only, or the list names examples: never a contradiction.
        judged = Judgement("soft", judged.computed, judged.stated, judged.difference, False)
    return told("items", (), whole, judged, not is_open, f"{number} × 1 = {total.written}", number)


def _ends_count(folded: str, mentions: list[Mention], whole: int, before: list[int]) -> bool:
    """Whether a count is what its list names: the last number before it, or joined to that one by "và"."""
    later = [i for i in before if i > whole]
    joined = re.compile(r"\s*(?:và|and|,|&)\s*")
    ends = [mentions[i].quantity.span for i in [whole, *later]]
    return all(joined.fullmatch(folded[a.end : b.start]) for a, b in zip(ends, ends[1:], strict=False))


def _sentence_before(document: Document, sentence: Span) -> Span | None:
    earlier = [s for s in document.sentences if s.end <= sentence.start]
    return earlier[-1] if earlier else None


def _closing(folded: str, marker: Span, sentence: Span) -> int:
    depth = 1
    for position in range(marker.end, min(sentence.end, marker.end + LONGEST_BRACKET)):
        depth += (folded[position] == "(") - (folded[position] == ")")
        if depth == 0:
            return position
    return sentence.end


def _depth(folded: str, start: int, end: int) -> int:
    between = re.sub(r"\((?:\d{1,2}|[a-zđ])\)", "", folded[start:end])
    return max(0, between.count("(") - between.count(")"))


def _is_open_list(folded: str, marker: Span, register: Register) -> bool:
    """Whether the list is announced as examples ("như:", "chủ yếu", "such as") and not as whole ("như sau")."""
    near = register.cues("open_list").find(folded, max(0, marker.start - 24), min(len(folded), marker.end + 24))
    near = [f for f in near if not re.search(r"[.;\n]", folded[min(f.end, marker.end) : max(f.start, marker.start)])]
    return any(f.row["value"] != "closed" for f in near)
