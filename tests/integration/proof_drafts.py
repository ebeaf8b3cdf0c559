"""The figures of a drafted proof: which of a rule's cells are proved, their numbers, and what the rule must say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from expectations.rulebook.rule import Rule
from expectations.rulebook.terms import Term
from expectations.rulebook.vocabulary import Vocabulary

MOST_SCOPES, MOST_CODES = 8, 7


@dataclass
class Item:
    """One figure of a rule: its report, line and column, the scope that it counts for, its number."""

    report: str
    line: tuple[tuple[str, str], ...]
    column: str
    scope: str
    side: str
    coefficient: int
    value: Any = 0


class Draft:
    """The figures of one linear rule and what follows from them."""

    def __init__(self, rule: Rule, vocabulary: Vocabulary) -> None:
        self.rule, self.vocabulary = rule, vocabulary
        self.has_right = any(term.side == "right" for term in rule.terms)
        self.is_each = bool(rule.parameters.get("each"))
        self.foreign = next((t for t in rule.terms if self.report_of(t) == "other"), None)
        self.items = self._chosen([item for term in rule.terms for item in self._items(term)])
        self.scopes = list(dict.fromkeys(item.scope for item in self.items))
        for scope in self.scopes:
            self._fill([item for item in self.items if item.scope == scope])

    def report_of(self, term: Term) -> str:
        own = term.form_code == self.rule.judges
        return "judged" if own and term.period_shift in ("same", "plan_in_force") else "other"

    def _items(self, term: Term) -> Iterator[Item]:
        sheet = next(s for s in self.vocabulary.forms[term.form_code].sheets if s.sheet_code == term.sheet_code)
        for line in self.lines_of(term, sheet):
            keys = dict(line)
            for name in term.column_names:
                column = sheet.column_by_name[name]
                if term.measure and self._measure(column, keys.get("indicator")) != term.measure:
                    continue
                scope = self.scope_of(sheet, column, keys)
                yield Item(self.report_of(term), line, name, scope, term.side, int(term.coefficient))

    def scope_of(self, sheet: Any, column: Any, keys: Mapping[str, str]) -> str:
        """The scope that a cell counts for, as the warehouse writes it."""
        known = {
            "activity_code": keys.get("activity", "all" if keys.get("kind") else "A3"),
            "fund_code": column.fund or keys.get("fund") or sheet.line_fund,
            "indicator_code": column.indicator or column.counts_as or column.fact or keys.get("indicator"),
            "column_name": column.name,
            "project_key": keys.get("project"),
            "establishment_key": keys.get("establishment"),
            "unit_key": "own",
        }
        return ";".join(f"{n}={known[n]}" for n in known if n in self.rule.scope and known[n])

    def lines_of(self, term: Term, sheet: Any) -> Iterator[tuple[tuple[str, str], ...]]:
        """The lines of a sheet on which a term is proved: two where it adds lines up, one a code that it names."""
        base: dict[str, str] = {} if sheet is self.vocabulary.forms[term.form_code].sheets[0] else {"sheet": sheet.sheet_code}
        if term.line_kind == "total":
            yield tuple({**base, "kind": "total"}.items())
            return
        names = {column.name for column in sheet.columns}
        free: list[list[tuple[str, str]]] = []
        if "indicator" in names:
            free.append([("indicator", code) for code in self._codes(term, sheet)])
        elif "activity" in names:
            several = "activity_code" not in self.rule.scope and "project_code" not in names
            free.append([("activity", code) for code in term.activity_codes or (("A1", "A3") if several else ("A3",))])
        if "project_code" in names:
            adds = "project_key" not in self.rule.scope
            free.append([("project", name) for name in (("P1", "P2") if adds else ("P1",))])
        if "tax_code" in sheet.line_key:
            base["establishment"] = "9900000001"
            free.append([("fund", code) for code in (term.fund_codes or ("KCDP-T",))[:MOST_CODES]])
        if "line_unit" in names:
            base["unit"] = "own"
        if "effect" in names:
            base["effect"] = "assign"
        for chosen in product(*free):
            yield tuple({**base, **dict(chosen)}.items())

    def _measure(self, column: Any, code: str | None) -> str:
        """The measure of a figure, as staging reads it."""
        if column.measure != "by_behaviour" or code is None:
            return column.measure
        behaviour = self.vocabulary.indicators[code]["behaviour"]
        return {"ytd_flow": "ytd", "average": "stock"}.get(behaviour, behaviour)

    def _codes(self, term: Term, sheet: Any) -> list[str]:
        """Indicators of each aggregation and behaviour among those of a term, so that no word of its filter is idle."""
        known = self.vocabulary.indicators
        columns = [sheet.column_by_name[name] for name in term.column_names]
        codes = [
            code for code in term.indicator_codes or known
            if not term.measure or any(self._measure(column, code) == term.measure for column in columns)
        ]  # fmt: skip
        codes = [c for c in codes if self.rule.judges in known[c]["source_form"]] or codes
        if term.indicator_codes and len(codes) <= MOST_CODES:
            return codes
        kinds = {(known[c]["aggregation"], known[c]["behaviour"]): c for c in reversed(codes) if known[c]["is_formula"] == "no"}
        return sorted(kinds.values())[:MOST_CODES]

    def _chosen(self, items: list[Item]) -> list[Item]:
        sides = {"left", "right"} if self.has_right else {"left"}
        scopes = [s for s in dict.fromkeys(i.scope for i in items) if {i.side for i in items if i.scope == s} == sides]
        return [item for item in items if item.scope in scopes[:MOST_SCOPES]]

    def _fill(self, items: list[Item]) -> None:
        """Numbers that differ, with both sides equal; nothing but zero where the rule compares with zero."""
        if not self.has_right:
            return
        added = [item for item in items if item.coefficient]
        heavy = max(("right", "left"), key=lambda side: max(abs(i.coefficient) for i in added if i.side == side))
        free = [item for item in added if item.side == heavy]
        light = [item for item in added if item.side != heavy]
        for number, item in enumerate(item for item in items if not item.coefficient):
            item.value = 7 + number
        for number, item in enumerate(light[:-1]):
            item.value = 101 + 6 * number
        rest = sum(item.value * item.coefficient for item in light[:-1])
        for number, item in enumerate(free):
            item.value = 211 + 10 * number + (rest if number == 0 else 0)
        needed = Fraction(sum(i.value * i.coefficient for i in free) - rest, light[-1].coefficient)
        assert needed.denominator == 1 and needed > 0, f"{self.rule.rule_id}: no numbers found"
        light[-1].value = int(needed)

    # What the rule says of changed figures.

    def says(self, changed: dict[int, Any], *, is_other_empty: bool = False) -> str:
        """The verdict when items (by their place in `items`) have other values; '…' is missing, '#REF!' unreadable."""
        said = {self._says(scope, changed, is_other_empty) for scope in self.scopes}
        assert len(said) == 1, f"{self.rule.rule_id}: scopes differ: {said}"
        return said.pop()

    def _says(self, scope: str, changed: dict[int, Any], is_other_empty: bool) -> str:
        cells = [
            (item, changed.get(n, item.value))
            for n, item in enumerate(self.items)
            if item.scope == scope and not (is_other_empty and item.report == "other")
        ]
        if any(value == "#REF!" for _, value in cells):
            return "undecided unreadable"
        absent = {side: [v == "…" for i, v in cells if i.side == side and i.coefficient] for side in ("left", "right")}
        if self.rule.missing == "skip_if_all":
            if any(absent[side] and all(absent[side]) for side in absent):
                return "undecided nothing_to_compare"
        elif self.rule.missing != "zero" and any(absent["left"] + absent["right"]):
            return "undecided missing_value"
        total = {
            side: sum(0 if v == "…" else v * i.coefficient for i, v in cells if i.side == side) for side in ("left", "right")
        }
        difference = total["left"] - total["right"]
        if self.is_each:
            difference = min((v for _, v in cells if v != "…"), default=0)
        holds = {"==": difference == 0, "<=": difference <= 0, ">=": difference >= 0}[self.rule.operator]
        return "pass exact" if holds else "fail hard"

    def first(self, side: str) -> list[int]:
        """In each scope the first figure of a side that is added."""
        return [
            next(n for n, i in enumerate(self.items) if i.scope == scope and i.side == side and i.coefficient)
            for scope in self.scopes
        ]

    def one_a_scope(self) -> list[set[int]]:
        """The figures taken one by one in each scope: the first of each, the second of each …"""
        by_scope = [[n for n, i in enumerate(self.items) if i.scope == scope] for scope in self.scopes]
        return [{numbers[min(k, len(numbers) - 1)] for numbers in by_scope} for k in range(max(map(len, by_scope)))]

    def every(self, side: str) -> list[int]:
        """All figures of a side."""
        return [n for n, item in enumerate(self.items) if item.side == side and item.coefficient]

    def names(self, numbers: list[int] | None = None) -> dict[str, list[str]]:
        """Report → columns of the figures."""
        chosen = self.items if numbers is None else [self.items[n] for n in numbers]
        return {r: sorted({i.column for i in chosen if i.report == r}) for r in dict.fromkeys(i.report for i in chosen)}
