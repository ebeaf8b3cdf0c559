"""What a flag says, in Vietnamese and English: what was reported, what was expected, by how much they differ, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import mode

from khuyencong.flags.numbers import number_en, number_vi
from khuyencong.flags.scale_words import ScaleGauge, power_of, scale_sentence
from warehouse.settings import this_programme

MAX_CELLS = 6
UNIT_TOLERANCE = Decimal("0.4")  # in powers of ten, RECONCILIATION 2.5
OPERATORS = {"==": ("phải bằng", "must equal"), "<=": ("không được vượt", "must not exceed"),
             ">=": ("không được thấp hơn", "must not be below")}  # fmt: skip
REASONS = {
    "missing_counterpart": ("phía đối chiếu không có số tương ứng", "the other side has no such figure"),
    "line_missing": ("báo cáo thiếu dòng này, trong khi phía đối chiếu có số",
                     "this line is missing in the report, and the other side has it"),
    "reported_by_two": ("đề án đã có đơn vị khác báo cáo trước", "another unit reported this project before"),
    "stale_copy": ("các số trùng hệt kỳ trước, nghi chép lại", "the figures repeat the period before"),
    "cut_off_later": ("bên chốt số sau cao hơn mức thời gian giải thích được",
                      "the side cut off later is higher than the days between explain"),
    "far_from_others": ("khác hẳn mức của các đơn vị khác; nên xem lại", "far from the other units; worth a look"),
    "within_priority_factor": ("vượt mức chung nhưng trong hệ số ưu tiên", "above the norm, within the priority factor"),
    "unknown_column": ("quy tắc nêu cột không còn trong biểu mẫu", "the rule names a column that the form no longer has"),
}  # fmt: skip


@dataclass(frozen=True)
class FlagCell:
    """One cell behind a verdict: its side of the rule, its place in the file, what was reported (of the currency or unit)."""

    side: str
    submission_key: int
    sheet_code: str
    row_number: int
    column_name: str
    sheet_name: str | None
    cell_address: str | None
    figure_key: str
    reported_value: Decimal | None
    value_written: Decimal | None
    is_source_of_record: bool
    is_money: bool
    factor: Decimal = Decimal(1)

    @property
    def written_value(self) -> Decimal | None:
        """What was reported, or what stands in a cell that the door refused because of its size; of the currency or unit."""
        if self.reported_value is not None or self.value_written is None:
            return self.reported_value
        return self.value_written * self.factor

    @property
    def place(self) -> tuple[int, str, int, str]:
        """The cell, whatever rule speaks of it."""
        return self.submission_key, self.sheet_code, self.row_number, self.column_name


@dataclass(frozen=True)
class FailedVerdict:
    """One failed verdict with its rule's words, both sides as intervals, and its cells."""

    submission_key: int
    rule_id: str
    scope_key: str
    severity: str
    verdict: str
    closeness: str | None
    reason: str | None
    unit_key: str
    unit_name: str | None
    unit_name_en: str | None
    form_code: str
    period_end: date
    rule_name: str
    rule_name_en: str
    operator: str
    family: str
    left_value: Decimal
    left_low: Decimal
    left_high: Decimal
    right_value: Decimal
    right_low: Decimal
    right_high: Decimal
    difference: Decimal
    evidence_hash: str
    cells: tuple[FlagCell, ...] = ()
    gauges: tuple[ScaleGauge, ...] = ()

    @property
    def key(self) -> tuple[int, str, str]:
        """The judged submission, the rule and the scope."""
        return self.submission_key, self.rule_id, self.scope_key

    @property
    def effective_severity(self) -> str:
        """Only a hard failure of a blocking rule blocks."""
        return "block" if self.severity == "block" and self.verdict == "fail" and self.closeness == "hard" else "warn"

    @property
    def is_money(self) -> bool:
        """Whether the difference is an amount of money."""
        return self.family in ("linear", "cap") and bool(self.cells) and all(cell.is_money for cell in self.cells)

    @property
    def unit_exponent(self) -> int | None:
        """±3, ±6, ±9 when one side is about that power of ten of the other: a wrong unit of money looks like this."""
        smaller, larger = sorted((abs(self.left_value), abs(self.right_value)))
        if self.family != "linear" or not self.is_money or smaller == 0:
            return None
        digits = (larger / smaller).log10()
        exponent = 3 * round(digits / 3)
        if exponent not in (3, 6, 9) or abs(digits - exponent) > UNIT_TOLERANCE:
            return None
        return exponent if abs(self.left_value) > abs(self.right_value) else -exponent

    @property
    def scale_power(self) -> int | None:
        """The power of ten by which gauges show the whole report too large; None for another verdict."""
        return power_of(self.gauges) if self.family == "scale" and self.verdict == "fail" else None

    @property
    def scope(self) -> dict[str, str]:
        """The keys of the scope: name → value."""
        return dict(part.split("=", 1) for part in self.scope_key.split(";") if part)


def explanation_of(verdicts: Sequence[FailedVerdict], lead: FailedVerdict) -> tuple[str, str]:
    """The sentences of a flag, (vi, en): the leading verdict in full, the others counted by their rule."""
    others = sorted({verdict.rule_id for verdict in verdicts} - {lead.rule_id})
    vi, en = _sentence(lead, 0), _sentence(lead, 1)
    if len(verdicts) > 1:
        vi += f" Cùng nguyên nhân: {len(verdicts)} lần kiểm tra không đạt" + (f" ({', '.join(others)})." if others else ".")
        en += f" Same cause: {len(verdicts)} verdicts failed" + (f" ({', '.join(others)})." if others else ".")
    return vi, en


def _sentence(verdict: FailedVerdict, language: int) -> str:
    number = (number_vi, number_en)[language]
    name = ((verdict.unit_name, verdict.unit_name_en)[language]) or verdict.unit_key
    head = f"[{verdict.rule_id}] {(verdict.rule_name, verdict.rule_name_en)[language]}. "
    head += f"{name}, {verdict.form_code}, {verdict.period_end:%m/%Y}"
    head += f" ({verdict.scope_key.replace(';', ', ')}): " if verdict.scope_key else ": "
    money = this_programme()
    unit = f" {(money.currency_name, money.currency_code)[language]}" if verdict.is_money else ""
    body = _reason(verdict, language)
    if verdict.family in ("linear", "ratio", "cap") and verdict.verdict == "fail":
        low, high = verdict.right_low, verdict.right_high
        expected = number(low) if low == high else f"{number(low)} – {number(high)}"
        operator = OPERATORS["<=" if verdict.family == "cap" else verdict.operator][language]
        words = (("báo cáo", "lệch"), ("reported", "difference"))[language]
        said = f"{words[0]} {number(verdict.left_value)}{unit}, {operator} {expected}{unit}; "
        body = f"{said}{words[1]} {number(verdict.difference)}{unit}" + (f"; {body}" if body else "")
    if verdict.family == "outlier":
        least, most = number(verdict.right_low), number(verdict.right_high)
        times = number(verdict.left_value)
        told = (f"gấp {times} lần kỳ so sánh, các đơn vị khác từ {least} đến {most} lần",
                f"{times} times the earlier figure, the other units {least} to {most} times")  # fmt: skip
        body = f"{told[language]}; {body}"
    if verdict.scale_power is not None:  # the cells are all of the report; the suspicion names them
        factor = mode([c.factor for c in verdict.cells if c.submission_key == verdict.submission_key and c.is_money])
        return f"{head}{scale_sentence(verdict.gauges, verdict.scale_power, factor, number, language)}."
    return f"{head}{body}. {_cells(verdict, language)}".strip()


def _reason(verdict: FailedVerdict, language: int) -> str:
    reason = verdict.reason or ""
    if reason == "missing_counterpart" and verdict.cells and all(c.submission_key != verdict.submission_key for c in verdict.cells):
        reason = "line_missing"
    if reason.startswith("wrong_denominator"):
        return ("tỷ lệ chỉ khớp khi chia cho một mẫu số khác, nghi dùng nhầm mẫu số",
                "the ratio fits another denominator: probably the wrong one was used")[language]  # fmt: skip
    return REASONS[reason][language] if reason in REASONS else reason


def _cells(verdict: FailedVerdict, language: int) -> str:
    if not verdict.cells:
        return ""
    number = (number_vi, number_en)[language]
    shown = [
        f"{cell.sheet_name or cell.sheet_code}!{cell.cell_address or cell.row_number} = "
        + ("…" if cell.value_written is None else number(cell.value_written))
        for cell in verdict.cells[:MAX_CELLS]
    ]
    more = len(verdict.cells) - MAX_CELLS
    tail = ((f" và {more} ô khác", f" and {more} more")[language]) if more > 0 else ""
    return ("Ô: ", "Cells: ")[language] + "; ".join(shown) + tail + "."
