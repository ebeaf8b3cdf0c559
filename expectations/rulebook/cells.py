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
from expectations.rulebook.words import SCOPES
from ingestion.form_sheet import FormSheet
from ingestion.form_words import ROW

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

    def __init__(self, rules: Sequence[Rule], vocabulary: Vocabulary, copies: int = 1) -> None:
        self.vocabulary, self.copies = vocabulary, copies
        self.numbers: dict[Cell, int] = {}
        self.of_either_sign: set[int] = set()
        terms = [term for rule in rules for term in rule.terms]
        named = sorted({code for term in terms for code in term.activity_codes or ()})
        self.activities = [*named, *[code for code in sorted(vocabulary.activities) if code not in named][:copies]]
        self.funds = sorted(vocabulary.funds)
        filters = {term.indicator_codes for term in terms if term.indicator_codes is not None}
        alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for code, row in vocabulary.indicators.items():
            alike[row["behaviour"], *(code in chosen for chosen in sorted(filters))].append(code)
        self.indicators = sorted(code for codes in alike.values() for code in codes[:copies])
        self.own: dict[str, list[str]] = {name: [] for rule in rules for name in rule.scope if name not in (*SCOPES, ROW)}
        self.negative = {
            (form_code, sheet_code, column.name)
            for form_code, sheet_code in {(term.form_code, term.sheet_code) for term in terms}
            for column in vocabulary.sheet(form_code, sheet_code).columns
            if column.negative
        }
        for name, codes in (each for term in terms for each in term.where):
            self.own[name] = list(dict.fromkeys((*self.own.get(name, ()), *codes)))

    def rows_of(self, rule: Rule) -> list[RuleRow]:
        """The rows of a linear rule; none where it names figures without comparing them, one side has no figure, or it holds only
        under conditions.
        """
        if rule.is_conditional:
            return []
        sides: dict[tuple[str, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        present: dict[tuple[str, ...], set[str]] = defaultdict(set)
        is_each = bool(rule.parameters.get("each"))
        for term in rule.terms:
            if term.coefficient == 0:
                continue
            sign = int(term.coefficient) * (1 if term.side == "left" else -1)
            for cell, keys in self._cells(term):
                number = self.numbers.setdefault(cell, len(self.numbers))
                if (term.form_code, term.sheet_code, keys["column_name"]) in self.negative:
                    self.of_either_sign.add(number)
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
        sheet = self.vocabulary.sheet(term.form_code, term.sheet_code)
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
                if any({**keys, **column.keys}.get(own) not in codes for own, codes in term.where):
                    continue
                known = dict.fromkeys((*SCOPES, *self.own), "") | keys | dict(column.keys) | {ROW: " ".join(map("=".join, line))}
                place = (term.form_code, term.period_shift, term.sheet_code, term.line_kind, *map("=".join, line))
                cell = (*place, "lines" if term.aggregate == "count_lines" else name)
                yield cell, {**known, "indicator_code": code, "fund_code": fund, "column_name": name}

    def _lines(self, term: Term, sheet: FormSheet) -> Iterator[Line]:
        if term.line_kind != "detail":
            of_block = [sheet.repeat_by.column] if term.line_kind == "block_total" and sheet.repeat_by else []
            yield from (tuple(sorted(chosen)) for chosen in product(*self._own_codes(sheet, of_block)))
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
        free += self._own_codes(sheet, [column.name for column in sheet.own_columns])
        for chosen in product(*free):
            keys = dict(chosen)
            if "project" in types:  # a project has one activity
                keys["project_key"] += f" of {keys['activity_code']}"
            if "unit" in types:
                keys["unit_key"] = "own"
            yield tuple(sorted(keys.items()))

    def _own_codes(self, sheet: FormSheet, names: Iterable[str]) -> list[Sequence[tuple[str, str]]]:
        """Name and code, one list a name: the sheet's own keys, and of the columns `names` the codes that rules tell apart."""
        asked = [name for name in names if name in self.own]
        others = [f"another {number}" for number in range(self.copies)]
        return [
            *([(name, code)] for name, code in sheet.keys.items()),
            *([(name, code) for code in (*self.own[name], *others)] for name in asked),
        ]

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
