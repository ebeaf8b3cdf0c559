"""What may have happened to one cell: the slips that turn a meant value into the reported one, each with its cost.

A cost is a negative log prior, set by hand (RECONCILIATION §2.7) and corrected by the record's own history.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log

from expectations.reconciliation.history import History, expected, rarity, surprise
from expectations.reconciliation.record import ENDLESS, Record
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

End = Fraction | int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A mechanism, its cost (lower is more plausible) and the value that was probably meant, in scaled units."""

    cost: float
    mechanism: str
    value: Fraction | int | None


def explanations(record: Record, past: History, form: Structure, cell: int, low: End, high: End) -> list[Explanation]:
    """All mechanisms by which the cell's true value could lie in [low, high] (None: no end), cheapest first."""
    observed = record.value[cell]
    half = half_width(record, cell)
    bottom = None if low is None else low - half
    top = None if high is None else high + half
    is_point = low is not None and high is not None and top - bottom <= max(8 * half, abs(low + high) // NARROW)
    found: list[Explanation] = []

    def fits(value: Fraction | int) -> bool:
        return (bottom is None or value >= bottom) and (top is None or value <= top)

    def add(mechanism: str, value: Fraction | int | None, extra: float = 0.0) -> None:
        gain = _history_gain(record, past, cell, value, bottom, top)
        found.append(Explanation(COST[mechanism] + extra + gain, mechanism, value))

    middle = Fraction(low + high, 2) if is_point else None
    if observed == 0:
        add("missing_total" if cell in form.totals else "missing", middle)
    is_told = is_point or past.previous[cell] is not None
    is_bounded = low is not None and high is not None
    if observed and fits(-observed) and (is_told or is_bounded or observed < 0):
        add("sign", -observed)
    # between ends that are mere rounding, a figure below its own rounding explains any difference; there history must speak
    is_rounding = is_bounded and past.previous[cell] is None and high - low <= MOST_CANDIDATES * 2 * half
    least = max(COARSEST * 2 * half if is_rounding else 0, 0 if is_told else record.scale)
    if observed:
        loose = 0.0 if is_told else LOOSE
        for mechanism, powers in (("unit_cell", UNITS), ("decimal", DECIMALS)):
            for power in powers:
                value = shifted(observed, power)
                if fits(value) and _is_near(past, cell, value) and abs(value) >= least:
                    add(mechanism, value, loose)
    if observed and is_bounded:
        for mechanism, value, extra in _slips(record, past, cell, bottom, top):
            add(mechanism, value, extra)
    meant = _still(record, past, cell, bottom, top) if is_point else None
    add("unexplained", middle if meant is None else meant)
    if observed and past.previous[cell] == observed and rarity(record, cell) > 1:
        add("stale_copy", middle, -STOOD_STILL)
    if observed and _stands_elsewhere(record, cell):
        add("label", middle)
    return sorted(found, key=lambda e: (e.cost, e.mechanism, e.value or 0))


def shifted(number: Fraction | int, power: int) -> Fraction | int:
    """The number divided by ten to the power, whole where it can be."""
    if power < 0:
        return number * 10**-power
    return number // 10**power if number % 10**power == 0 else Fraction(number) / 10**power


def half_width(record: Record, cell: int) -> int:
    """Half of what the reported digits leave open, in scaled units; 0 for an exact figure."""
    half = min(record.high[cell] - record.value[cell], record.value[cell] - record.low[cell])
    return half if 0 < half < ENDLESS // 2 else 0


def _is_near(past: History, cell: int, value: Fraction) -> bool:
    before = past.previous[cell]
    if before is None:
        return True
    return (value > 0) == (before > 0) and abs(log(value / before) - past.growth[cell]) < FAR_FROM_HISTORY


def _history_gain(record: Record, past: History, cell: int, value, low: End, high: End) -> float:
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


def _still(record: Record, past: History, cell: int, low: End, high: End) -> int | None:
    """The previous value where it lies in the range: unchanged figures are what a range most probably hides."""
    before = past.previous[cell]
    return before if before is not None and low <= before <= high and before != record.value[cell] else None


def _slips(record: Record, past: History, cell: int, low: End, high: End) -> list[tuple[str, Fraction, float]]:
    """Values in the range that are one slip of a key from the reported digits, on the grain of the cell."""
    observed, half = record.value[cell], half_width(record, cell)
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
    value = record.value[cell]
    if abs(value) < 100 * record.scale:
        return False
    for rule in record.violated:
        cells = record.rules.cells_of[rule]
        if cell in cells and any(record.value[c] == value for c in cells if c != cell):
            amounts = [record.value[c] for c in cells if record.value[c]]
            if len(amounts) - len(set(amounts)) == 1:
                return True
    return False
