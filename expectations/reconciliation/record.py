"""One record against a rule set: figures as integers, what each rule says of them, what it would say after a change.

All figures of a record are multiplied by one number, so that they and their thousandths are whole; a figure is its
value and the interval it stands for. A missing figure is any number (not below zero where negatives are not allowed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import lcm

from expectations.reconciliation.feasibility import AT_LEAST, EQUAL
from expectations.reconciliation.ruleset import Row, RuleSet

ENDLESS = 10**60
LARGEST = 10**30
EXACT_FLOATS = 1e15
DEEPEST_UNIT = 10**6
FIXED = -1

Number = Fraction | int
Range = tuple[Number, Number]
# A changed cell: its value and the ends that it stands for.
Changes = Mapping[int, tuple[Number, Number, Number]]


@dataclass(slots=True)
class Record:
    """Figures by cell number, times `scale`; value None is missing; weight FIXED may not be changed."""

    rules: RuleSet
    scale: int
    value: list[int | None]
    low: list[int]
    high: list[int]
    previous: list[int | None]
    weight: list[int]
    violated: list[int] = field(default_factory=list)
    undecided: list[int] = field(default_factory=list)


def exact(number: object) -> Fraction | int:
    """A number without rounding; a float counts with its 15 significant digits. Raises ValueError."""
    if type(number) is int and -LARGEST <= number <= LARGEST:
        return number
    if isinstance(number, bool) or number is None:
        raise ValueError(f"{number!r} is no number")
    if isinstance(number, float):
        if number.is_integer() and abs(number) < EXACT_FLOATS:
            return int(number)
        number = format(number, ".15g")
    try:
        value = Fraction(number) if isinstance(number, int | Fraction | Decimal | str) else None
    except (ValueError, OverflowError):
        value = None
    if value is None or abs(value) > LARGEST:
        raise ValueError(f"{number!r} is no number, or beyond 1e30")
    return value


def reported(record: Record, cell: int) -> int:
    """The figure that was reported in a cell, times the record's scale. Raises ValueError for a missing one."""
    value = record.value[cell]
    if value is None:
        raise ValueError(f"{record.rules.cells[cell]} is missing")
    return value


def size(number: Number) -> Number:
    """The absolute value."""
    return -number if number < 0 else number


def make_record(
    rules: RuleSet,
    values: Mapping[str, object],
    intervals: Mapping[str, object],
    previous: Mapping[str, object],
    weight: list[int],
) -> Record:
    """Scale a record's figures to integers and judge its rules. Raises ValueError for what is no number or interval."""
    value = [None if values.get(name) is None else exact(values[name]) for name in rules.cells]
    before = [None if previous.get(name) is None else exact(previous[name]) for name in rules.cells]
    ends = [_ends(name, intervals.get(name), value[i]) for i, name in enumerate(rules.cells)]
    known = [v for v in (*value, *before, *(end for pair in ends for end in pair)) if v is not None]
    scale = DEEPEST_UNIT * lcm(*(v.denominator for v in known), 1)
    least = -ENDLESS if rules.is_negative_allowed else 0

    def whole(number: Fraction | int | None) -> int | None:
        return None if number is None else int(number * scale)

    missing = [v is None for v in value]
    low = [least if m or a is None else int(a * scale) for m, (a, _) in zip(missing, ends, strict=True)]
    high = [ENDLESS if m or b is None else int(b * scale) for m, (_, b) in zip(missing, ends, strict=True)]
    record = Record(rules, scale, [whole(v) for v in value], low, high, [whole(p) for p in before], weight)
    for rule in range(len(rules.sentences)):
        if not holds(record, rule):
            record.violated.append(rule)
        elif any(missing[i] for i in rules.cells_of[rule]) and not _is_certain(record, rule):
            record.undecided.append(rule)
    return record


def _ends(name: str, interval: object, value: Number | None) -> tuple[Number | None, Number | None]:
    if value is None or interval is None:
        return value, value
    if not isinstance(interval, list | tuple) or len(interval) != 2:
        raise ValueError(f"interval of {name!r}: two ends are expected, not {interval!r}")
    low, high = (None if end is None else exact(end) for end in interval)
    if low is not None and high is not None and low > high:
        raise ValueError(f"interval of {name!r}: {interval[0]!r} is above {interval[1]!r}")
    return low, high


def activity(record: Record, row: Row, changes: Changes = {}) -> Range:  # noqa: B006 (read only)
    """Least and greatest value of a row's left side over the intervals of its figures."""
    least: Number = row.constant * record.scale
    greatest = least
    low, high = record.low, record.high
    bottom: Number
    top: Number
    for cell, a in row.terms:
        if cell in changes:
            _, bottom, top = changes[cell]
        else:
            bottom, top = low[cell], high[cell]
        if a < 0:
            bottom, top = top, bottom
        least += a * bottom
        greatest += a * top
    return least, greatest


def holds(record: Record, rule: int, changes: Changes = {}) -> bool:  # noqa: B006 (read only)
    """Whether some values inside the intervals satisfy the rule, after the changes (value, low, high) by cell."""
    for row in record.rules.sentences[rule]:
        least, greatest = activity(record, row, changes)
        if row.kind == EQUAL:
            if least <= 0 <= greatest:
                return True
        elif greatest > 0 or (greatest == 0 and row.kind == AT_LEAST):
            return True
    return False


def violated_after(record: Record, changes: Changes) -> list[int]:
    """Rules that fail once the changes are made; only rules that touch a changed cell are judged again."""
    touched = {rule for cell in changes for rule in record.rules.rules_of[cell]}
    return [r for r in record.violated if r not in touched] + sorted(
        rule for rule in touched if not holds(record, rule, changes)
    )


def _is_certain(record: Record, rule: int) -> bool:
    for row in record.rules.sentences[rule]:
        least, greatest = activity(record, row)
        if row.kind == EQUAL:
            if least == greatest == 0:
                return True
        elif least > 0 or (least == 0 and row.kind == AT_LEAST):
            return True
    return False


