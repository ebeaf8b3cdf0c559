"""The rules of the warehouse as rows over symbolic figures, so that they can be judged together before any figure comes.

One report of each form stands for all, and of lines that no rule tells apart one stands for all, or two where it matters that
another may make up for one. That is enough: rules add and compare without a constant, so figures that satisfy them may be added
line by line, and the sum satisfies them too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from expectations.rulebook.rule import Rule
from expectations.rulebook.terms import Term
from expectations.rulebook.vocabulary import Vocabulary

Line = tuple[tuple[str, str], ...]
Cell = tuple[str, ...]


@dataclass(frozen=True)
class RuleRow:
    """One rule at one scope: Σ coefficient · cell (operator) 0; cells by number."""

    rule_id: str
    scope: tuple[str, ...]
    terms: tuple[tuple[int, int], ...]
    operator: str


class Symbols:
    """The lines that the rules tell apart, `copies` of each, and the numbers of the cells on them."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary, copies: int = 1) -> None:
        self.vocabulary, self.copies = vocabulary, copies
        self.numbers: dict[Cell, int] = {}
        terms = [term for rule in rules for term in rule.terms]
        named = sorted({code for term in terms for code in term.activity_codes or ()})
        self.activities = [*named, *[code for code in sorted(vocabulary.activities) if code not in named][:copies]]
        self.funds = sorted(vocabulary.funds)
        filters = {term.indicator_codes for term in terms if term.indicator_codes is not None}
        alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for code, row in vocabulary.indicators.items():
            alike[row["behaviour"], *(code in chosen for chosen in sorted(filters))].append(code)
        self.indicators = sorted(code for codes in alike.values() for code in codes[:copies])

    def rows_of(self, rule: Rule) -> list[RuleRow]:
        """The rows of a linear rule; none where it names figures without comparing them, or one side has no figure."""
        sides: dict[tuple[str, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        present: dict[tuple[str, ...], set[str]] = defaultdict(set)
        is_each = bool(rule.parameters.get("each"))
        for term in rule.terms:
            if term.coefficient == 0:
                continue
            sign = int(term.coefficient) * (1 if term.side == "left" else -1)
            for cell, keys in self._cells(term):
                number = self.numbers.setdefault(cell, len(self.numbers))
                scope = (*(keys[name] for name in rule.scope), *((str(number),) if is_each else ()))
                sides[scope][number] += sign
                present[scope].add(term.side)
        wanted = {term.side for term in rule.terms}
        return [
            RuleRow(rule.rule_id, scope, tuple(sorted((c, a) for c, a in row.items() if a)), rule.operator)
            for scope, row in sides.items()
            if present[scope] == wanted and any(row.values())
        ]

    def _cells(self, term: Term) -> Iterator[tuple[Cell, Mapping[str, str]]]:
        """Each cell that a term picks, with the keys by which a scope may ask for it."""
        sheet = next(s for s in self.vocabulary.forms[term.form_code].sheets if s.sheet_code == term.sheet_code)
        for line in self._lines(term, sheet):
            keys = dict(line)
            for name in term.column_names:
                column = sheet.column_by_name[name]
                code = column.indicator or column.counts_as or column.fact or keys.get("indicator_code", "")
                fund = column.fund or keys.get("fund_code") or sheet.line_fund or ""
                if term.measure is not None and self._measure(column, code) != term.measure:
                    continue
                if term.indicator_codes is not None and code not in term.indicator_codes:
                    continue
                if term.fund_codes is not None and fund not in term.fund_codes:
                    continue
                known = {"project_key": "", "establishment_key": "", "unit_key": "", "activity_code": ""} | keys
                place = (term.form_code, term.period_shift, term.sheet_code, term.line_kind, *map("=".join, line))
                cell = (*place, "lines" if term.aggregate == "count_lines" else name)
                yield cell, {**known, "indicator_code": code, "fund_code": fund, "column_name": name}

    def _lines(self, term: Term, sheet: Any) -> Iterator[Line]:
        if term.line_kind != "detail":
            yield ()
            return
        types = {column.type for column in sheet.columns if column.role == "key"}
        free: list[Sequence[tuple[str, str]]] = []
        if "indicator" in types:
            free.append([("indicator_code", code) for code in self.indicators])
        else:
            free.append([("activity_code", code) for code in term.activity_codes or self.activities])
        if "fund" in types:
            free.append([("fund_code", code) for code in self.funds])
        copies = [str(number) for number in range(self.copies)]
        if "project" in types:
            free.append([("project_key", number) for number in copies])
        if "establishment" in types:
            free.append([("establishment_key", number) for number in copies])
        for chosen in product(*free):
            keys = dict(chosen)
            if "project" in types:  # a project has one activity
                keys["project_key"] += f" of {keys['activity_code']}"
            if "unit" in types:
                keys["unit_key"] = "own"
            yield tuple(sorted(keys.items()))

    def _measure(self, column: Any, code: str) -> str:
        if column.measure != "by_behaviour" or code not in self.vocabulary.measures:
            return column.measure or ""
        return self.vocabulary.measures[code]


def spans_in_force(rules: Sequence[Rule]) -> list[tuple[date, list[Rule]]]:
    """The days from which another set of rules is in force, each with that set; rules never together stand in none together."""
    starts = {rule.valid_from for rule in rules}
    starts |= {rule.valid_to + timedelta(days=1) for rule in rules if rule.valid_to is not None}
    spans = []
    for start in sorted(starts):
        due = [r for r in rules if r.valid_from <= start and (r.valid_to is None or start <= r.valid_to)]
        if due:
            spans.append((start, due))
    return spans
