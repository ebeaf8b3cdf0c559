"""The queue of flags: expected effect on the national figures, the order, and where review may stop."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from khuyencong.culprits.suspicions import Hypothesis, SuspectedCell
from khuyencong.flags.priority import NationalRow, RecordedFigure, effects_of, queue
from khuyencong.flags.words import FailedVerdict, FlagCell

DISBURSED = NationalRow(2025, date(2025, 3, 31), "KCDP-T", "KC-E05", "ytd")
PLAN = NationalRow(2025, date(2025, 3, 31), "KCDP-T", "KC-P02", "plan")
TRAINEES = NationalRow(2025, date(2025, 3, 31), "KCDP", "KC-A1-01", "ytd")
MONEY = {"KC-E05", "KC-P02"}


def _cell(column: str, value: int) -> FlagCell:
    amount = Decimal(value)
    return FlagCell("left", 1, "money", 8, column, "Kinh phí", "C8", f"u|{column}", amount, amount, True, True)


def _verdict(difference: int, *cells: FlagCell) -> FailedVerdict:
    zero = Decimal(0)
    return FailedVerdict(
        1, "KP-05", "", "block", "fail", "hard", None, "long-an", "Long An", "Long An", "kinh-phi", date(2025, 3, 31),
        "Một quy tắc", "A rule", "<=", "linear", zero, zero, zero, zero, zero, zero, Decimal(difference), "hash", cells,
    )  # fmt: skip


def _hypothesis(column: str, value: int, suggested: int | None, confidence: float) -> Hypothesis:
    meant = None if suggested is None else Decimal(suggested)
    cell = SuspectedCell((1, "money", 8, column), "", None, None, Decimal(value), meant, None, Decimal(1), True)
    return Hypothesis("unit_1000", (cell,), confidence)


FIGURES = {
    (1, "money", 8, "disbursed"): RecordedFigure(DISBURSED, Decimal(5000), True),
    (1, "money", 8, "plan"): RecordedFigure(PLAN, Decimal(10), True),
}


def test_the_effect_is_confidence_times_the_change() -> None:
    found = [_hypothesis("disbursed", 5000, 5, 0.9), _hypothesis("plan", 10, 5010, 0.1)]
    effects = effects_of([_verdict(4990, _cell("disbursed", 5000), _cell("plan", 10))], found, [], FIGURES)
    assert effects == {DISBURSED: Decimal("4495.5"), PLAN: Decimal(500)}


def test_without_a_suspect_the_difference_is_spread_over_the_cells() -> None:
    cells = [_cell("disbursed", 5000), _cell("plan", 10), _cell("a check input", 7)]
    effects = effects_of([_verdict(4990, *cells)], [], [cell.place for cell in cells], FIGURES)
    assert effects == {DISBURSED: Decimal(2495), PLAN: Decimal(2495)}


def test_what_no_hypothesis_explains_is_spread_over_the_cells() -> None:
    cells = [_cell("disbursed", 5000), _cell("plan", 10)]
    found = [_hypothesis("disbursed", 5000, 1000, 0.25)]
    effects = effects_of([_verdict(800, *cells)], found, [cell.place for cell in cells], FIGURES)
    assert effects == {DISBURSED: Decimal(1000) + Decimal(300), PLAN: Decimal(300)}


def test_without_a_suggested_value_the_difference_counts() -> None:
    found = [_hypothesis("disbursed", 5000, None, 1.0)]
    effects = effects_of([_verdict(4990, _cell("disbursed", 5000))], found, [], FIGURES)
    assert effects == {DISBURSED: Decimal(4990)}


def test_the_queue_is_by_share_of_the_national_row_and_stops_where_nothing_moves() -> None:
    effects = {
        "small": {DISBURSED: Decimal(4)},
        "large": {DISBURSED: Decimal(500)},
        "counts": {TRAINEES: Decimal(3)},
        "check": {},
    }
    national = {DISBURSED: Decimal(1000), TRAINEES: Decimal(10)}
    found = queue(effects, national, MONEY, {"small"}, Decimal(1))
    assert sorted(found, key=lambda flag: found[flag].rank) == ["large", "counts", "small", "check"]
    assert [found[flag].is_review_needed for flag in ("large", "counts", "small", "check")] == [True, True, False, False]
    assert found["large"].score == 50 and found["large"].indicator_code == "KC-E05" and found["counts"].impact_vnd == 0


def test_many_small_effects_that_add_up_must_be_read() -> None:
    effects = {f"f{n}": {DISBURSED: Decimal(4)} for n in range(5)}
    found = queue(effects, {DISBURSED: Decimal(1000)}, MONEY, set(), Decimal(1))
    assert [found[f"f{n}"].is_review_needed for n in range(5)] == [True, True, True, False, False]


def test_a_row_of_nought_is_compared_with_its_plan_and_without_one_is_last_but_never_dropped() -> None:
    effects = {"planned": {DISBURSED: Decimal(50)}, "alone": {TRAINEES: Decimal(9)}, "nothing": {}}
    found = queue(effects, {PLAN: Decimal(100)}, MONEY, set(), Decimal(1))
    assert found["planned"].score == 50
    assert found["alone"].score is None and found["alone"].rank == 3 and found["alone"].is_review_needed


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 10_000), min_size=1, max_size=12),
    st.integers(1, 10_000),
    st.integers(1, 50),
)
def test_what_is_left_unread_never_moves_the_row_by_the_limit(sizes: dict[str, int], total: int, stop_pct: int) -> None:
    effects = {flag: {DISBURSED: Decimal(size)} for flag, size in sizes.items()}
    found = queue(effects, {DISBURSED: Decimal(total)}, MONEY, set(), Decimal(stop_pct))
    unread = sum(sizes[flag] for flag, one in found.items() if not one.is_review_needed)
    assert 100 * unread < stop_pct * total
    assert sorted(one.rank for one in found.values()) == list(range(1, len(sizes) + 1))
    ranks = sorted(found, key=lambda flag: found[flag].rank)
    assert [sizes[flag] for flag in ranks] == sorted(sizes.values(), reverse=True)
