"""A report in a wrong unit is one cause: what belongs to it, what it says, and which corrections it proposes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from khuyencong.culprits.suspicions import Hypothesis, Suspicion
from khuyencong.flags.causes import group_causes
from khuyencong.flags.scale import with_wrong_units
from khuyencong.flags.scale_words import GAUGES, SILENCE, ScaleGauge
from khuyencong.flags.words import FailedVerdict, FlagCell, explanation_of

MILLION = Decimal(1_000_000)


def _cell(row: int, reported: Any, submission: int = 1, **more: Any) -> FlagCell:
    value = None if reported is None else Decimal(reported)
    written = None if value is None else value / MILLION
    plain = FlagCell(
        "left", submission, "money", row, "c", "Kinh phí", f"C{row}", f"{submission}|{row}", value, written, True, True, MILLION
    )
    return replace(plain, **more)


def _verdict(rule: str, *cells: FlagCell, **more: Any) -> FailedVerdict:
    one = Decimal(1)
    plain = FailedVerdict(
        1, rule, "", "warn", "fail", "hard", None, "hue", "Huế", "Hue", "kinh-phi", date(2026, 3, 31), "Một quy tắc", "A rule",
        "==", "linear", one, one, one, one, one, one, one, "hash", cells,
    )  # fmt: skip
    return replace(plain, **more)


def _scale(*cells: FlagCell, power: int = 3) -> FailedVerdict:
    times = Decimal(10) ** power
    gauges = (
        ScaleGauge("decisions", 3000 * MILLION * times, 3000 * MILLION, times, power, None),
        ScaleGauge("treasury", None, None, None, None, "no_source"),
        ScaleGauge("year_before", Decimal("0.3"), 300 * MILLION, times, power, None),
    )
    words = {"rule_name": "Đúng đơn vị tính", "rule_name_en": "In its unit"}
    return _verdict("KP-19", *cells, family="scale", severity="block", reason="wrong_unit", gauges=gauges, **words)


def test_what_is_gauged_by_others_belongs_to_it_and_what_fails_within_the_report_does_not() -> None:
    scale = _scale(_cell(1, 5_000_000_000), _cell(2, 7_000_000_000))
    beside = _verdict("LB-01", _cell(3, 9), _cell(1, 4, submission=2), scope_key="activity_code=A1")
    norm = _verdict("TH-01", _cell(4, 9), family="cap")
    within = _verdict("KP-05", _cell(1, 5_000_000_000), _cell(2, 7_000_000_000), difference=Decimal(10**12))
    # printed to a million, of which it is a thousandth: half a thousand million is rounding
    ends = dict(zip(("left_low", "left_high", "right_low", "right_high"), map(Decimal, (0, 500_000, 0, 500_000)), strict=True))
    rounded = _verdict("KP-01", _cell(1, 5_000_000_000), difference=Decimal(500_000_000), **ends)
    too_far = _verdict("KP-03", _cell(2, 7_000_000_000), difference=Decimal(-500_000_001), **ends)
    elsewhere = _verdict("LB-01", _cell(9, 9, submission=3), _cell(1, 4, submission=2), submission_key=3)
    verdicts = [scale, beside, norm, within, rounded, too_far, elsewhere]
    thought = Suspicion(1, 4, (("LB-01", "activity_code=A1"),), 1, (Hypothesis("sign", (), 0.9),))
    found = with_wrong_units(verdicts, {beside.key: thought})
    assert found.keys() == {scale.key, beside.key, norm.key, rounded.key}
    assert len({suspicion.number for suspicion in found.values()} | {4}) == 2
    groups = [sorted(verdict.rule_id for verdict in group) for group in group_causes(verdicts, found)]
    assert sorted(groups) == [["KP-01", "KP-19", "LB-01", "TH-01"], ["KP-03", "KP-05"], ["LB-01"]]


def test_what_was_cut_to_whole_dong_may_miss_half_a_dong_a_cell() -> None:
    cells = [_cell(row, 1) for row in range(1, 5)]
    near, far = (_verdict(f"KP-0{n}", *cells, difference=Decimal(n)) for n in (2, 3))
    assert with_wrong_units([scale := _scale(*cells, power=-6), near, far], {}).keys() == {scale.key, near.key}


def test_every_amount_is_proposed_in_the_unit_that_was_meant_and_no_count() -> None:
    count = _cell(3, 12, is_money=False, factor=Decimal(1))
    scale = _scale(_cell(1, 5_000_000_000), _cell(1, 5_000_000_000), _cell(2, 0), count, _cell(4, 4, submission=2))
    [hypothesis] = with_wrong_units([scale], {})[scale.key].hypotheses
    assert [(cell.place[2], cell.value, cell.suggested) for cell in hypothesis.cells] == [(1, 5_000_000_000, 5_000_000)]


@pytest.mark.parametrize(
    ("reported", "suggested"), [("725400", 725_400_000), ("725412", None), ("725", None), (None, None)]
)
def test_what_was_cut_to_whole_dong_is_not_proposed(reported: str | None, suggested: int | None) -> None:
    """725 412 đồng may be 725.412345 million that were written a thousandth, and cut: nobody can say the rest."""
    cells = [_cell(1, reported), _cell(2, "100")]
    if reported is None:  # refused at the door: 0.3 đồng
        cells[0] = replace(cells[0], value_written=Decimal("3E-7"))
    [hypothesis] = with_wrong_units([scale := _scale(*cells, power=-3)], {})[scale.key].hypotheses
    by_row = {cell.place[2]: cell.suggested for cell in hypothesis.cells}
    assert by_row[1] == suggested


def test_it_names_the_power_the_units_the_gauges_and_their_values() -> None:
    scale = _scale(_cell(1, 5_000_000_000))
    vi, en = explanation_of([scale], scale)
    for words in (
        "[KP-19] Đúng đơn vị tính. Huế, kinh-phi, 03/2026: ", "lớn hơn 1.000 lần theo 2 nguồn độc lập",
        "có vẻ ghi theo nghìn đồng, biểu ghi đơn vị tính là triệu đồng",
        "kế hoạch được giao: báo cáo 3.000.000.000.000 đồng, đối chiếu 3.000.000.000 đồng",
        "số thanh toán của Kho bạc: chưa có nguồn này", "báo cáo < 1 đồng, đối chiếu 300.000.000 đồng",
    ):  # fmt: skip
        assert words in vi, vi
    for words in (
        "Check the unit of money and send the whole report again.",
        "1,000 times too large by 2 independent sources", "it looks written in thousand đồng, the form says million đồng",
        "the plan assigned: 3,000,000,000,000 VND reported, 3,000,000,000 VND there", "what the Treasury paid: there is none",
    ):  # fmt: skip
        assert words in en, en


def test_a_unit_that_does_not_exist_is_not_named() -> None:
    vi, _ = explanation_of([_scale(_cell(1, 5))], _scale(_cell(1, 5), power=9))
    assert "lớn hơn 1.000.000.000 lần" in vi and "có vẻ ghi theo" not in vi


def test_every_gauge_and_every_silence_has_its_words() -> None:
    from expectations.rulebook.words import SCALE_GAUGES
    from warehouse.settings import PROJECT

    assert tuple(GAUGES) == SCALE_GAUGES
    model = (PROJECT / "dbt_project" / "models" / "checks" / "chk_scale_gauge.sql").read_text(encoding="utf-8")
    reasoned = model[model.index("reasoned as (") : model.index("final as (")]
    said = {word for word in reasoned.split("'")[1::2] if word in SILENCE or "_" in word}
    assert said - {"own_size"} == set(SILENCE)
