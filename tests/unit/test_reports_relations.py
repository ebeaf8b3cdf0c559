"""Relations read by hand in 35 published reports (../shared/reports/relations.csv): located in the text, then judged.

Every contradiction must come out hard; nothing exact, rounded or truncated may be hard; borderline and soft ranges are
at most soft; relations that need another page (external) or another scope are skipped and counted.
"""

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.readers.narrative import NarrativeResult, judge_relation, read_narrative
from ingestion.readers.narrative.quantity import Quantity
from ingestion.written.closeness import CLOSENESS
from ingestion.written.quantities import number_readings

REPORTS = Path(__file__).resolve().parents[2].parent / "shared" / "reports"
KIND = {"pct": "ratio", "growth": "growth", "same": "same", "le": "at_most"}
MONEY_IN_MILLIONS = {"tỷ đồng": 1000, "bn": 1000, "triệu đồng": 1}
WORST = {
    "exact": "truncation",
    "rounding": "truncation",
    "truncation": "truncation",
    "borderline": "soft",
    "soft-range": "soft",
}

pytestmark = pytest.mark.skipif(not REPORTS.exists(), reason=f"the reports ({REPORTS}) are not on this machine")


def rows() -> list[dict]:
    with (REPORTS / "relations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(number: str) -> list[NarrativeResult]:
    """The report as read, and its headline (a head line) read as a text of its own."""
    path = next(REPORTS.glob(f"{number}_*.txt"))
    body = read_narrative(path.read_bytes(), path.name)
    headline = read_narrative((body.document.head["title"] + ".").encode(), path.name)
    return [body, headline]


def readings(term: str) -> set[Decimal]:
    """The values a printed term of the list may mean, its words (gần, trên …) left aside."""
    digits = re.sub(r"^\D+", "", term.strip())
    return {value for value, _ in number_readings(digits)}


def is_printed_as(result: NarrativeResult, quantity: Quantity, term: str, unit: str) -> bool:
    """Whether a mention prints a term of the list, as typed or as the same amount in another money unit."""
    span = quantity.number_span
    shown = {value for value, _ in number_readings(result.document.text[span.start : span.end])}
    if quantity.thing == "money" and unit in MONEY_IN_MILLIONS:
        wanted = {value * MONEY_IN_MILLIONS[unit] for value in readings(term)}
        return bool(wanted & {quantity.value, *quantity.alternatives})
    is_kind = quantity.thing == "percent" if unit == "%" else quantity.thing != "percent"
    return is_kind and bool(shown & readings(term)) and (unit in MONEY_IN_MILLIONS) <= (quantity.thing == "money")


def locate(results: list[NarrativeResult], terms: list[str], units: list[str]) -> list[tuple[int, int]] | None:
    """One mention a term as (text, mention number), each used once; the mention nearest in wording first."""
    used: list[tuple[int, int]] = []
    for term, unit in zip(terms, units, strict=True):
        fit = [
            (t, i)
            for t, result in enumerate(results)
            for i, m in enumerate(result.mentions)
            if (t, i) not in used and is_printed_as(result, m.quantity, term, unit)
        ]
        if not fit:
            return None
        # The list tells "gần 3,6": among equal numbers the one printed with words is meant.
        is_worded = re.match(r"\D", term.strip()) is not None
        same_unit = [f for f in fit if results[f[0]].mentions[f[1]].quantity.unit == unit]
        worded = [f for f in fit if results[f[0]].mentions[f[1]].quantity.qualifier != "exact"]
        used.append(((worded if is_worded else same_unit) or fit)[0])
    return used


def judge(row: dict) -> tuple[str, str]:
    """(closeness, how it was found) of one row of the list; ("not located", "") when a figure is not in the text."""
    results = read(row["report"])
    parts = [t.strip() for t in re.split(r"[+/*]", row["left"])]
    money_unit = row["unit"] if row["unit"] in MONEY_IN_MILLIONS else "tỷ đồng"
    left_units = [money_unit if row["kind"] in ("pct", "growth") else row["unit"]] * len(parts)
    found = locate(results, parts, left_units) if set(parts) != {"1"} else None
    if row["unit"] == "%" and found is None:
        found = locate(results, parts, ["triệu đồng"] * len(parts))
    right_unit = "%" if row["kind"] in ("pct", "growth") else row["unit"]
    right = locate(results, [row["right"]], [right_unit])
    if found is None and row["kind"] == "count" and set(parts) == {"1"}:
        return listed(results, parts, row)
    if found is None or right is None:
        return "not located", ""
    if row["kind"] in ("sum", "count", "approx_sum", "approx_count"):
        free = [f for f in _all(results, row["right"], right_unit) if f not in found]
        right = [min(free, key=lambda f: f[0])] if free else right
    left = [results[t].mentions[i].quantity for t, i in found]
    stated = results[right[0][0]].mentions[right[0][1]].quantity
    judged = judge_relation(KIND.get(row["kind"], "sum"), left, stated)
    told = {(tuple(sorted(r.left)), r.right): r for r in results[0].relations}
    by_reader = told.get((tuple(sorted(i for _, i in found)), right[0][1]))
    if by_reader is not None:
        return by_reader.closeness, "stated, found by the reader"
    return judged.closeness, "located"


def _all(results: list[NarrativeResult], term: str, unit: str) -> list[tuple[int, int]]:
    is_worded = re.match(r"\D", term.strip()) is not None
    return [
        (t, i)
        for t, result in enumerate(results)
        for i, m in enumerate(result.mentions)
        if is_printed_as(result, m.quantity, term, unit) and (m.quantity.qualifier != "exact" or not is_worded)
    ]


def listed(results: list[NarrativeResult], parts: list[str], row: dict) -> tuple[str, str]:
    """A count against the items listed behind it, which print no number of their own."""
    for relation in results[0].relations:
        total = results[0].mentions[relation.right].quantity
        is_list = relation.kind == "items" and relation.n_items == len(parts)
        is_sum = relation.kind == "sum" and len(relation.left) == len(parts)
        if (is_list or is_sum) and total.value in readings(row["right"]) and total.thing not in ("money", "percent"):
            return relation.closeness, "items counted by the reader"
    found = locate(results, parts, [row["unit"]] * len(parts))
    right = _all(results, row["right"], row["unit"])
    if found is None or not right:
        return "not located", ""
    left = [results[t].mentions[i].quantity for t, i in found]
    return judge_relation("sum", left, results[right[0][0]].mentions[right[0][1]].quantity).closeness, "located"


def test_the_relations_of_the_published_reports(capsys):
    lines, wrong, skipped = [], [], Counter()
    for row in rows():
        if row["expected"] in ("external", "scope"):
            skipped[row["expected"]] += 1
            continue
        closeness, how = judge(row)
        lines.append(f"{row['report']} {row['kind']:12} {row['left'][:38]:38} = {row['right'][:14]:14} "
                     f"{row['expected']:13} {closeness:11} {how}")  # fmt: skip
        if row["expected"] == "contradiction":
            is_right = closeness == "hard"
        else:
            is_right = closeness in CLOSENESS and CLOSENESS.index(closeness) <= CLOSENESS.index(WORST[row["expected"]])
        if not is_right:
            wrong.append(lines[-1])
    with capsys.disabled():
        print("\n" + "\n".join(lines))
        print(f"skipped: {dict(skipped)}; wrong: {len(wrong)} of {len(lines)}")
    assert not wrong
    assert skipped == {"external": 3, "scope": 1}


def test_a_wrong_denominator_is_named_as_such():
    """The list says of each whose percentage fits another printed number which number that is."""
    named = [row for row in rows() if row["note"].startswith("wrong denominator")]
    assert named
    for row in named:
        (relation,) = [r for result in read(row["report"]) for r in result.relations if f"{row['right']}%" in r.written]
        base = row["note"].removeprefix("wrong denominator: fits ").replace(".", ",")
        assert relation.closeness == "hard"
        assert "nghi dùng nhầm mẫu số" in relation.explanation_vi and base in relation.explanation_vi
        assert "probably the wrong denominator" in relation.explanation_en


def test_other_languages_are_refused_with_the_reason():
    from ingestion.readers.narrative import NotReadable

    for number in ("61", "63"):
        path = next(REPORTS.glob(f"{number}_*.txt"))
        with pytest.raises(NotReadable) as refused:
            read_narrative(path.read_bytes(), path.name)
        assert refused.value.code == "language"
        assert "tiếng Việt" in refused.value.vi
