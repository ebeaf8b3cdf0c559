"""What may have happened to one cell: the slips that turn a meant value into the reported one, each with its cost.

A cost is a negative log prior, set by hand (RECONCILIATION §2.7) and corrected by the record's own history.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log

from expectations.reconciliation.history import History, expected, rarity, surprise
from expectations.reconciliation.record import ENDLESS, Number, Record, reported, size
from expectations.reconciliation.structure import Structure
from expectations.reconciliation.typing_errors import slip

COST = {
    "sign": 0.8,
    "unit_cell": 1.0,
    "missing_total": 1.0,
    "digits_interchanged": 1.2,
    "swap": 1.5,
    "decimal": 1.6,
    "label": 1.7,
    "digit_replaced": 1.8,
    "digit_added": 2.0,
    "digit_lost": 2.0,
    "missing": 2.0,
    "stale_copy": 2.2,
    "unexplained": 3.2,
}
UNITS, DECIMALS = (3, -3, 6, -6), (1, -1, 2, -2)
HISTORY_WEIGHT = 0.8
STOOD_STILL = 1.2
FAR_FROM_HISTORY = 1.2
MOST_CANDIDATES = 40
NARROW = 100
LOOSE = 0.7
COARSEST = 10
EACH_CANDIDATE = 0.3  # of the logarithm: in a wide range some slip fits by chance
OFF_GRAIN = 1.5

End = Number | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A mechanism, its cost (lower is more plausible) and the value that was probably meant, in scaled units."""

    cost: float
    mechanism: str
    value: Number | None


def explanations(record: Record, past: History, form: Structure, cell: int, low: End, high: End) -> list[Explanation]:
    """All mechanisms by which the cell's true value could lie in [low, high] (None: no end), cheapest first."""
    observed = reported(record, cell)
    half = half_width(record, cell)
    bottom = None if low is None else low - half
    top = None if high is None else high + half
    ends = None if bottom is None or top is None else (bottom, top)
    # both ends without the rounding, added
    twice = None if low is None or high is None else low + high
    is_point = (
        ends is not None and twice is not None and ends[1] - ends[0] <= max(8 * half, size(twice) // NARROW)
    )
    found: list[Explanation] = []

    def fits(value: Number) -> bool:
        return (bottom is None or value >= bottom) and (top is None or value <= top)

    def add(mechanism: str, value: Number | None, extra: float = 0.0) -> None:
        gain = _history_gain(record, past, cell, value, bottom, top)
        found.append(Explanation(COST[mechanism] + extra + gain, mechanism, value))

    middle = Fraction(twice, 2) if is_point and twice is not None else None
    if observed == 0:
        add("missing_total" if cell in form.totals else "missing", middle)
    is_told = is_point or past.previous[cell] is not None
    if observed and fits(-observed) and (is_told or ends is not None or observed < 0):
        add("sign", -observed)
    # between ends that are mere rounding, a figure below its own rounding explains any difference; there history must speak
    is_rounding = (
        ends is not None
        and past.previous[cell] is None
        and ends[1] - ends[0] - 2 * half <= MOST_CANDIDATES * 2 * half
    )
    least = max(COARSEST * 2 * half if is_rounding else 0, 0 if is_told else record.scale)
    if observed:
        loose = 0.0 if is_told else LOOSE
        for mechanism, powers in (("unit_cell", UNITS), ("decimal", DECIMALS)):
            for power in powers:
                value = shifted(observed, power)
                if fits(value) and _is_near(past, cell, value) and size(value) >= least:
                    add(mechanism, value, loose)
    if observed and ends is not None:
        for mechanism, value, extra in _slips(record, past, cell, *ends):
            add(mechanism, value, extra)
    meant = _still(record, past, cell, *ends) if is_point and ends is not None else None
    add("unexplained", middle if meant is None else meant)
    if observed and past.previous[cell] == observed and rarity(record, cell) > 1:
        add("stale_copy", middle, -STOOD_STILL)
    if observed and _stands_elsewhere(record, cell):
        add("label", middle)
    return sorted(found, key=lambda e: (e.cost, e.mechanism, e.value or 0))


def shifted(number: Number, power: int) -> Number:
    """The number divided by ten to the power, whole where it can be."""
    if power < 0:
        up: int = 10**-power
        return number * up
    down: int = 10**power
    return number // down if number % down == 0 else Fraction(number) / down


def half_width(record: Record, cell: int) -> int:
    """Half of what the reported digits leave open, in scaled units; 0 for an exact figure."""
    value = reported(record, cell)
    half = min(record.high[cell] - value, value - record.low[cell])
    return half if 0 < half < ENDLESS // 2 else 0


def _is_near(past: History, cell: int, value: Number) -> bool:
    before = past.previous[cell]
    if before is None:
        return True
    return (value > 0) == (before > 0) and abs(log(value / before) - past.growth[cell]) < FAR_FROM_HISTORY


def _history_gain(record: Record, past: History, cell: int, value: Number | None, low: End, high: End) -> float:
    """How much less history likes the meant value than the reported one; a figure that stood still is rarely wrong."""
    before = past.previous[cell]
    if before is None:
        return -OFF_GRAIN if cell in past.off_grain else 0.0
    meant = expected(past, cell, low, high) if value is None else float(value)
    gain = HISTORY_WEIGHT * (surprise(past, cell, meant) - surprise(past, cell, record.value[cell]))
    if cell in past.off_grain:
        gain -= OFF_GRAIN
    still = min(1.0, rarity(record, cell) / 2)
    if record.value[cell] == before:
        gain += STOOD_STILL * still
    elif value is not None and value == before:
        gain -= STOOD_STILL * still
    return gain


def _still(record: Record, past: History, cell: int, low: Number, high: Number) -> int | None:
    """The previous value where it lies in the range: unchanged figures are what a range most probably hides."""
    before = past.previous[cell]
    return before if before is not None and low <= before <= high and before != record.value[cell] else None


def _slips(record: Record, past: History, cell: int, low: Number, high: Number) -> list[tuple[str, Fraction, float]]:
    """Values in the range that are one slip of a key from the reported digits, on the grain of the cell."""
    observed, half = reported(record, cell), half_width(record, cell)
    decimals = 0
    while observed * 10**decimals % record.scale and decimals < 6:
        decimals += 1
    unit = Fraction(record.scale, 10**decimals)
    step = max(unit, Fraction(2 * half)) if 2 * half % unit == 0 else unit
    first, last = ceil(low / step), floor(high / step)
    if last - first > MOST_CANDIDATES:
        return []
    written = str(abs(observed) * 10**decimals // record.scale)
    sign = -1 if observed < 0 else 1
    candidates = {sign * n * step for n in range(first, last + 1)}
    if half:
        candidates.add(Fraction(low + high, 2))
    still = _still(record, past, cell, low, high)
    if still is not None:
        candidates.add(Fraction(still))
    found = []
    for value in sorted(candidates):
        if low <= value <= high and (value > 0) == (observed > 0) and value % unit == 0:
            mechanism = slip(written, str(abs(value) // unit))
            if mechanism:
                found.append((mechanism, value, EACH_CANDIDATE * log(len(candidates))))
    return found


def _stands_elsewhere(record: Record, cell: int) -> bool:
    """The reported value is that of another cell of a violated rule: it may stand under the wrong label.

    In a list where several amounts are alike, one more says nothing.
    """
    value = reported(record, cell)
    if abs(value) < 100 * record.scale:
        return False
    for rule in record.violated:
        cells = record.rules.cells_of[rule]
        if cell in cells and any(record.value[c] == value for c in cells if c != cell):
            amounts = [record.value[c] for c in cells if record.value[c]]
            if len(amounts) - len(set(amounts)) == 1:
                return True
    return False
