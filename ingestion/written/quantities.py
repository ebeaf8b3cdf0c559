"""Vietnamese digits, units and words read into exact numbers: what one cell, or one printed number, says.

Nothing is guessed: a text that two conventions read differently ("1.234") is ``ambiguous`` and carries both readings,
unless its own column or document shows which mark is the decimal one. Values are ``decimal.Decimal``, never floats.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal

from ingestion.written.text import tidy

DASHES = "-‐‑‒–—−"
FORMULA_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
EXCEL_DIGITS = 15  # a typed number never has more; longer ones are the noise of a formula
LONGEST_NUMBER = 100  # characters; no number with its words is longer, and patterns over longer texts take minutes
MOST_DECIMALS = 20  # further digits are noise, and a database cannot divide by what is smaller still
WIDE = Context(prec=2000)  # digits of the longest number that is read, with its power of ten
NUMBER = r"\d+(?:[.,]\d+)+|\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?!\d)|\d+"

# Words of the language, longest first where one begins another; each qualifier is what the number then means.
QUALIFIER_WORDS = {
    "khoảng trên": "approx", "khoảng hơn": "approx", "khoảng gần": "approx", "khoảng": "approx", "xấp xỉ": "approx",
    "chừng": "approx", "tầm": "approx", "about": "approx", "around": "approx", "approximately": "approx",
    "roughly": "approx", "some": "approx",
    "không quá": "at_most", "tối đa": "at_most", "nhiều nhất": "at_most", "at most": "at_most", "up to": "at_most",
    "no more than": "at_most", "not more than": "at_most", "maximum of": "at_most",
    "ít nhất": "at_least", "tối thiểu": "at_least", "không dưới": "at_least", "at least": "at_least",
    "no less than": "at_least", "not less than": "at_least", "minimum of": "at_least",
    "trên": "over", "hơn": "over", "vượt": "over", "more than": "over", "over": "over", "above": "over",
    "exceeding": "over", "upwards of": "over",
    "gần": "under", "dưới": "under", "chưa đến": "under", "chưa tới": "under", "ngót": "under", "suýt soát": "under",
    "nearly": "under", "almost": "under", "close to": "under", "under": "under", "less than": "under", "below": "under",
}  # fmt: skip
ESTIMATE_WORDS = ("ước tính", "ước đạt", "ước thực hiện", "ước", "estimated at", "estimated", "estimate")


@dataclass(frozen=True)
class CellReading:
    """What one cell says.

    ``reading``: number | blank | zero_mark | missing_mark | not_applicable | formula_error | ambiguous | unreadable.
    ``value`` is exact to MOST_DECIMALS, in the unit of the cell's column (``unit_text`` holds unit words typed in the cell itself);
    ``decimals`` counts printed decimal digits; ``alternatives`` holds both values of an ambiguous text.
    """

    written: str
    reading: str
    value: Decimal | None = None
    decimals: int | None = None
    qualifier: str = "exact"
    is_estimated: bool = False
    alternatives: tuple[Decimal, ...] = ()
    unit_text: str = ""


def number_readings(digits: str, decimal_mark: str | None = None) -> tuple[tuple[Decimal, int], ...]:
    """All (value, decimals) that bare digits can mean: none when malformed, two (grouped first) when ambiguous.

    ``decimal_mark`` "," or "." (",.": either) decides a single mark before exactly three digits; nothing else needs it.
    """
    text = digits.replace(" ", "")
    if " " in digits and not re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?", digits):
        return ()
    marks = [c for c in text if c in ".,"]
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", text):
        return ()
    if not marks:
        return ((Decimal(text), 0),)
    if " " in digits or len(set(marks)) == 2:
        whole, _, fraction = text.rpartition(marks[-1])
        is_lawful = marks.count(marks[-1]) == 1 and (" " in digits or _is_grouped(whole, marks[0]))
        return (_decimal(whole, fraction, marks[0]),) if is_lawful else ()
    mark = marks[0]
    if len(marks) > 1:
        return ((Decimal(text.replace(mark, "")), 0),) if _is_grouped(text, mark) else ()
    whole, fraction = text.split(mark)
    as_decimal = _decimal(whole, fraction, mark)
    if len(fraction) != 3 or len(whole) > 3 or whole.startswith("0"):
        return (as_decimal,)
    grouped = (Decimal(whole + fraction), 0)
    if decimal_mark is None:
        return (grouped, as_decimal)
    return (as_decimal,) if mark in decimal_mark else (grouped,)


def _is_grouped(text: str, mark: str) -> bool:
    return re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+", text) is not None


def _decimal(whole: str, fraction: str, mark: str) -> tuple[Decimal, int]:
    return Decimal(f"{whole.replace(mark, '')}.{fraction}"), len(fraction)


def decimal_mark_of(texts: Iterable[str]) -> str | None:
    """The decimal mark that the unambiguous numbers of a column or document use; None when none does or they differ."""
    seen = set()
    for text in texts:
        for digits in re.findall(NUMBER, tidy(text)):
            marks = [c for c in digits if c in ".,"]
            readings = number_readings(digits)
            if not marks or len(readings) != 1:
                continue
            if readings[0][1]:
                seen.add(marks[-1])
            else:  # 1.234.567 groups by its mark, so the other mark is the decimal one
                seen.add("," if marks[0] == "." else ".")
    return seen.pop() if len(seen) == 1 else None


def has_three_decimals(cells: Iterable[object]) -> bool:
    """Whether numbers of a column are written to three decimals, two at least, and none is whole and above a thousand."""
    numbers = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    exact = sum(isinstance(n, float) and n == round(n, 3) and n != round(n, 2) for n in numbers)
    return exact >= 2 and not any(abs(n) >= 1000 and n == int(n) for n in numbers)


def read_cell(written: object, decimal_mark: str | None = None) -> CellReading:
    """Read one workbook or CSV cell: text, int, float, Decimal, bool, None or a date; never raises.

    ``decimal_mark`` is what the column's other cells show (``decimal_mark_of``) and decides texts such as "1.234".
    A float is read as the shortest text that gives it back, with the digits a spreadsheet can hold.
    """
    if written is None:
        return CellReading("", "blank")
    if isinstance(written, bool | datetime.date | datetime.time | datetime.timedelta):
        return CellReading(str(written), "unreadable")
    if isinstance(written, int | float | Decimal):
        return _read_numeric(written)
    text = str(written)
    plain = tidy(text).strip()
    if not plain:
        return CellReading(text, "blank")
    if plain.upper() in FORMULA_ERRORS:
        return CellReading(text, "formula_error")
    if len(plain) > LONGEST_NUMBER:
        return CellReading(text, "unreadable")
    if len(plain) == 1 and plain in DASHES:
        return CellReading(text, "zero_mark", Decimal(0), 0)
    if re.fullmatch(r"…+|\.{2,}", plain):
        return CellReading(text, "missing_mark")
    if plain in "xX×":
        return CellReading(text, "not_applicable")
    return _read_text(text, plain, decimal_mark)


def _read_numeric(number: int | float | Decimal) -> CellReading:
    if isinstance(number, float):
        text = repr(number)
        if number == number and abs(number) != float("inf"):
            exact = Decimal(text)
            if len(exact.normalize().as_tuple().digits) > EXCEL_DIGITS:
                exact = Decimal(f"{number:.{EXCEL_DIGITS}g}")
        else:
            return CellReading(text, "unreadable")
    else:
        exact = Decimal(number)
        if not exact.is_finite():
            return CellReading(str(number), "unreadable")
    if exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1)) if exact.adjusted() < 27 else exact
    elif isinstance(number, float):
        exact = exact.normalize()
    decimals = _decimals(exact)
    if decimals > MOST_DECIMALS:
        exact, decimals = _without_noise(exact), MOST_DECIMALS
    return CellReading(format(exact, "f"), "number", exact, decimals)


def _decimals(value: Decimal) -> int:
    """Digits after the decimal mark of a finite number."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _without_noise(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-MOST_DECIMALS), context=WIDE)


def _read_text(text: str, plain: str, decimal_mark: str | None) -> CellReading:
    rest, is_estimated = _take_words(plain.lower(), dict.fromkeys(ESTIMATE_WORDS, "yes"))
    rest, qualifier = _take_words(rest, QUALIFIER_WORDS)
    pattern = rf"(\()?\s*([{DASHES}+])?\s*((?:{NUMBER})(?:e[+-]?\d+)?)\s*(\))?\s*(%|[^\d\W][^\d]*)?"
    match = re.fullmatch(pattern, rest)
    if match is None or bool(match[1]) != bool(match[4]):
        return CellReading(text, "unreadable")
    readings = _powered(match[3]) if "e" in match[3] else number_readings(match[3], decimal_mark)
    if any(decimals > MOST_DECIMALS for _, decimals in readings):
        readings = tuple((_without_noise(value), MOST_DECIMALS) for value, _ in readings)
    if not readings:
        return CellReading(text, "unreadable")
    sign = -1 if match[1] or (match[2] and match[2] in DASHES) else 1
    word, unit_text = qualifier or "exact", (match[5] or "").strip()
    if len(readings) == 2:
        both = tuple(sign * value for value, _ in readings)
        return CellReading(text, "ambiguous", None, None, word, bool(is_estimated), both, unit_text)
    value, decimals = readings[0]
    return CellReading(text, "number", sign * value, decimals, word, bool(is_estimated), (), unit_text)


def _powered(digits: str) -> tuple[tuple[Decimal, int], ...]:
    """The reading of a number with a power of ten, as a spreadsheet writes it (1,5E+09): none when it is not one of these."""
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)e([+-]?\d{1,3})", digits, re.ASCII)
    if match is None:
        return ()
    value = Decimal(f"{match[1].replace(',', '.')}e{match[2]}")
    return ((value, _decimals(value)),)


def _take_words(text: str, words: dict[str, str]) -> tuple[str, str | None]:
    for phrase in sorted(words, key=len, reverse=True):
        if text.startswith(phrase + " "):
            return text[len(phrase) :].strip(), words[phrase]
    return text, None
