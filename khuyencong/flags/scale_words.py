"""What gauges say of a report in a wrong unit, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingestion.written.money_units import unit_names
from warehouse.settings import this_programme

GAUGES = {
    "decisions": ("kế hoạch được giao", "the plan assigned"),
    "treasury": ("số thanh toán của Kho bạc", "what the Treasury paid"),
    "year_before": ("cùng kỳ năm trước", "the same period last year"),
    "own_size": ("quy mô thông thường của số đề án, cơ sở đã báo cáo", "the usual size of the things reported"),
}  # fmt: skip
SILENCE = {
    "no_source": ("chưa có nguồn này", "there is none"),
    "nothing_to_compare": ("không có số để so sánh", "there is nothing to compare"),
    "counterpart_disputed": ("nguồn này đang bị giữ lại", "it is held itself"),
    "too_small": ("số tiền quá nhỏ để kết luận", "the amounts are too small to tell"),
    "too_few_units": ("còn quá ít đơn vị để biết quy mô thông thường", "too few units tell what is usual"),
    "sizes_scattered": ("quy mô các đơn vị quá khác nhau", "units differ too much"),
    "between_powers": ("mức lệch không phải là một đơn vị tiền", "the difference is no unit of money"),
    "parts_differ": ("các phần của báo cáo lệch khác nhau", "parts of the report differ otherwise"),
}  # fmt: skip


def printed_unit(factor: int) -> tuple[str, str] | None:
    """The unit of money of a factor as it is printed, (vi, en); None where one of them has no name for it."""
    vi, en = unit_names().get(factor), unit_names(in_english=True).get(factor)
    return (vi, en) if vi and en else None


@dataclass(frozen=True)
class ScaleGauge:
    """One gauge of a report's unit: the report's amount beside what it should be (of the currency), the ratio, the power of ten.

    `power` is None where the gauge does not say, for the `reason`.
    """

    gauge: str
    own_value: Decimal | None
    reference_value: Decimal | None
    ratio: Decimal | None
    power: int | None
    reason: str | None


def power_of(gauges: Sequence[ScaleGauge]) -> int | None:
    """The power of ten that the gauges agree on."""
    powers = {each.power for each in gauges if each.power is not None}
    return powers.pop() if len(powers) == 1 else None


def scale_sentence(
    gauges: Sequence[ScaleGauge], power: int, factor: Decimal, number: Callable[[Decimal], str], language: int
) -> str:
    """By how much the report is off, what unit it looks like, and which gauges say so, each with its values.

    `factor` is that of the unit that the report names; `number` prints one.
    """
    times = number(Decimal(10) ** abs(power))
    many = sum(each.power is not None for each in gauges)
    head = (
        f"cả báo cáo {'lớn' if power > 0 else 'nhỏ'} hơn {times} lần theo {many} nguồn độc lập",
        f"the whole report is {times} times too {'large' if power > 0 else 'small'} by {many} independent sources",
    )[language]
    said, written = printed_unit(int(factor)), printed_unit(int(factor.scaleb(-power)))
    if said and written:
        head += (
            f" (có vẻ ghi theo {written[0]}, biểu ghi đơn vị tính là {said[0]})",
            f" (it looks written in {written[1]}, the form says {said[1]})",
        )[language]
    told = "; ".join(_gauge(each, number, language) for each in gauges)
    todo = ("Hãy kiểm tra đơn vị tính và gửi lại cả báo cáo", "Check the unit of money and send the whole report again")[language]
    return f"{head}: {told}. {todo}"


def _gauge(said: ScaleGauge, number: Callable[[Decimal], str], language: int) -> str:
    name = GAUGES[said.gauge][language]
    if said.power is None or said.own_value is None or said.reference_value is None:
        return f"{name}: {SILENCE[said.reason or 'no_source'][language]}"
    own, other = _amount(said.own_value, number), _amount(said.reference_value, number)
    money = this_programme()
    return (
        f"{name}: báo cáo {own} {money.currency_name}, đối chiếu {other} {money.currency_name}",
        f"{name}: {own} {money.currency_code} reported, {other} {money.currency_code} there",
    )[language]


def _amount(value: Decimal, number: Callable[[Decimal], str]) -> str:
    """An amount as it is printed: to the whole currency, and where it is less than one, as less than one."""
    return number(value.quantize(Decimal(1))) if value >= 1 else "< 1"
