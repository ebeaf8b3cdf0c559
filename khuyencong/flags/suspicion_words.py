"""What the engine found, in Vietnamese and English: which cell, what probably happened to it, what was probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from khuyencong.culprits.suspicions import Hypothesis, SuspectedCell, Suspicion
from khuyencong.flags.line_words import OF_LINES, of_lines
from khuyencong.flags.numbers import number_en, number_vi
from khuyencong.flags.scale_words import printed_unit

MAX_CELLS = 4
MOST_ALTERNATIVES, LEAST_TOLD = 2, 0.05
WHAT = {
    "sign": ("nhiều khả năng ghi ngược dấu", "probably has the wrong sign"),
    "digits_interchanged": ("nhiều khả năng hai chữ số đổi chỗ cho nhau", "probably has two digits interchanged"),
    "digit_replaced": ("nhiều khả năng gõ sai một chữ số", "probably has one digit mistyped"),
    "digit_added": ("nhiều khả năng thừa một chữ số", "probably has one digit too many"),
    "digit_lost": ("nhiều khả năng thiếu một chữ số", "probably lacks one digit"),
    "decimal": ("nhiều khả năng đặt sai dấu thập phân", "probably has its decimal mark misplaced"),
    "swap": ("nhiều khả năng ghi đổi chỗ cho nhau", "probably stand in each other's place"),
    "in_period": ("nhiều khả năng là số trong kỳ, chưa cộng lũy kế kỳ trước",
                  "are probably of the period alone, without what came before"),
    "stale_copy": ("trùng hệt kỳ trước, nhiều khả năng chép lại báo cáo cũ",
                   "repeat the period before, probably copied from it"),
    "missing_total": ("bỏ trống dòng tổng", "leaves the total empty"),
    "missing": ("bỏ trống số phải có", "leaves out a figure"),
    "label": ("bằng đúng một số khác, nhiều khả năng ghi nhầm chỗ", "equals another figure, probably put in the wrong place"),
    "rows_exchanged": ("hai dòng nhiều khả năng ghi đổi chỗ cho nhau", "the two rows are probably exchanged"),
    "line_missing": ("cao hơn tổng các dòng: thiếu một dòng", "are above the sum of their lines: a line is missing"),
    "part_left_out": ("thiếu đúng một khoản so với tổng các phần", "lacks exactly one of its parts"),
    "unexplained": ("nhiều khả năng sai, chưa rõ vì sao", "is probably wrong, for no known reason"),
}  # fmt: skip
# Two reports that differ by a power of a thousand: which of them is wrong is not said.
UNIT_SENTENCES = (
    "Hai bên lệch nhau một lũy thừa của 1.000: nhiều khả năng một bên ghi sai đơn vị tiền.",
    "The two sides differ by a power of 1,000: one of them is probably in the wrong unit of money.",
)


def found_sentences(suspicion: Suspicion, named: Sequence[Hypothesis]) -> tuple[str, str]:
    """What was found as sentences (vi, en), about the named hypotheses; the best one, or that no one can say."""
    if suspicion.skipped:
        return ("Chưa xác định ô sai: có quá nhiều quan hệ cùng không khớp.",
                "The wrong cell is not named: too many relations fail together.")  # fmt: skip
    if not named:
        return ("Không xác định được ô sai từ các quan hệ hiện có.",
                "The relations at hand do not tell which cell is wrong.")  # fmt: skip
    if suspicion.is_undecided:
        count = max(suspicion.n_sets, len(named))
        either = [" / ".join(_cells(one.cells, language) for one in named) for language in (0, 1)]
        return (f"Không xác định được duy nhất: có {count} cách sửa tối thiểu như nhau, trong đó {either[0]}.",
                f"It cannot be decided: {count} smallest corrections are alike, among them {either[1]}.")  # fmt: skip
    vi, en = (_sentence(suspicion, named[0], language) + _alternatives(suspicion, named[0], language) for language in (0, 1))
    return vi, en


def _alternatives(suspicion: Suspicion, best: Hypothesis, language: int) -> str:
    """What else may have happened, in short; nothing where nothing else is likely."""
    others = [one for one in suspicion.hypotheses if one.cells != best.cells and one.confidence >= LEAST_TOLD]
    told = [
        f"{_cells(one.cells, language)} {'; '.join(_what(mechanism, one, language) for mechanism in one.mechanism.split('+'))}"
        f" ({round(100 * one.confidence)}%)"
        for one in others[:MOST_ALTERNATIVES]
    ]
    return (" Khả năng khác: ", " Or else: ")[language] + "; ".join(told) + "." if told else ""


def _sentence(suspicion: Suspicion, found: Hypothesis, language: int) -> str:
    if found.mechanism in OF_LINES:
        return of_lines(suspicion, found, language)
    mechanisms = found.mechanism.split("+")
    what = "; ".join(_what(mechanism, found, language) for mechanism in mechanisms)
    sentence = f"{_cells(found.cells, language)} {what}"
    number = (number_vi, number_en)[language]
    meant = found.cells[0].suggested if len(found.cells) == 1 else None
    if meant is not None:
        value = number(meant / found.cells[0].factor)
        sentence += (f"; thay bằng {value}", f"; with {value}")[language]
    if all(cell.suggested is not None for cell in found.cells):
        count = suspicion.n_verdicts
        sentence += (f" thì khớp {count}/{count} quan hệ", f" {count}/{count} relations hold")[language]
    before = found.cells[0].previous if len(found.cells) == 1 else None
    if before:
        value = number(before / found.cells[0].factor)
        sentence += (f" (kỳ trước {value})", f" (period before: {value})")[language]
    percent = round(100 * found.confidence)
    return sentence + (f". Độ tin cậy {percent}%.", f". Confidence {percent}%.")[language]


def _what(mechanism: str, found: Hypothesis, language: int) -> str:
    if not mechanism.startswith("unit"):
        return WHAT[mechanism][language]
    cell = next((c for c in found.cells if c.value and c.suggested), None)
    if cell is None or cell.value is None or cell.suggested is None:
        return ("nhiều khả năng ghi sai đơn vị", "probably in the wrong unit")[language]
    power = cell.value / cell.suggested
    number = (number_vi, number_en)[language]
    verb = (("chia", "nhân"), ("divide by", "multiply by"))[language][power < 1]
    by = f"{verb} {number(power if power > 1 else 1 / power)}"
    meant, written = printed_unit(int(cell.factor)), printed_unit(int(cell.factor / power))
    if not cell.is_money or meant is None or written is None:
        return ("nhiều khả năng ghi sai đơn vị: {}", "probably in the wrong unit: {}")[language].format(by)
    words = ("nhiều khả năng ghi theo {} thay vì {}: {}", "probably in {} instead of {}: {}")[language]
    return words.format(written[language], meant[language], by)


def _cells(cells: Sequence[SuspectedCell], language: int) -> str:
    number = (number_vi, number_en)[language]
    shown = [
        f"{cell.sheet_name or cell.place[1]}!{cell.cell_address or cell.place[2]} = "
        + ("…" if cell.value is None else number(Decimal(cell.value) / cell.factor))
        for cell in cells[:MAX_CELLS]
    ]
    more = len(cells) - MAX_CELLS
    return "; ".join(shown) + ((f" và {more} ô khác", f" and {more} more")[language] if more > 0 else "")
