"""Corrected values as people type them, what the engine proposes, and how a word is told, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kc.decide_words import share_words
from khuyencong.flags.proposals import read_proposal
from khuyencong.review.decided_values import in_unit, read_value
from khuyencong.review.effect import NationalMove, needs_signature
from khuyencong.review.words import AnswerRefused

MILLION = Decimal(10**6)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("571,2", 571_200_000), ("571.200.000", 571_200_000), ("12 triệu đồng", 12_000_000), ("12 tỷ", 12_000_000_000),
        ("0", 0), ("1.000.000", 1_000_000), ("-571,2", -571_200_000), ("571 đồng", 571), ("571200000", 571_200_000),
    ],
)  # fmt: skip
def test_a_value_is_read_in_the_unit_of_its_cell_or_in_dong(written: str, value: int) -> None:
    assert read_value(written, True, MILLION) == value


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("571", "value_unit_missing"), ("999.999", "value_unit_missing"), ("571,2000001", "value_not_whole"),
        ("571 kg", "value_unit"), ("năm trăm", "value_unreadable"), ("", "value_missing"), ("1.234 triệu", "value_ambiguous"),
    ],
)  # fmt: skip
def test_what_could_be_meant_in_two_ways_is_asked(written: str, code: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        read_value(written, True, MILLION)
    assert refused.value.code == code


def test_a_value_is_shown_with_all_its_digits() -> None:
    assert in_unit(Decimal(197_714_000), MILLION) == "197,714 triệu đồng"
    assert in_unit(Decimal("276800000000000"), MILLION) == "276.800.000 triệu đồng"
    assert in_unit(Decimal(5), Decimal(1)) == "5 đồng"


def cell(figure: str, value: int | None, suggested: int | None) -> dict:
    return {"submission_key": 7, "figure_key": figure, "value": value and str(value), "suggested": suggested and str(suggested)}


def hypothesis(confidence: float, *cells: dict, mechanism: str = "unit_block") -> dict:
    return {"mechanism": mechanism, "confidence": confidence, "cells": list(cells)}


def test_the_engine_proposes_only_what_it_can_say_and_believes() -> None:
    good = hypothesis(0.97, cell("a", 5000, 5), cell("b", 7000, 7))
    assert read_proposal([good], ["a"]).values == {(7, "a"): 5, (7, "b"): 7}
    assert read_proposal([good, hypothesis(0.01, cell("c", 1, 2))], ["a"]).is_unit
    assert read_proposal([], []) is None
    assert read_proposal([hypothesis(0.5, cell("a", 5, 4)), hypothesis(0.49, cell("b", 5, 4))], ["a"]) is None, "nobody can say"
    assert read_proposal([hypothesis(0.2, cell("a", 5, 4))], ["a"]) is None, "hardly believed"
    assert read_proposal([hypothesis(0.9, cell("a", 5, 4), cell("b", 5, None))], ["a"]) is None, "a cell without a value"
    two = hypothesis(0.9, cell("a", 5, 4), cell("b", 5, 4), mechanism="sign+unit")
    assert read_proposal([two], ["b"]).values == {(7, "b"): 4}, "of two events the cells of this flag"


def move(before: int, after: int, share: str | None) -> NationalMove:
    amounts = (Decimal(before), Decimal(after), Decimal(0), Decimal(0))
    return NationalMove(2025, date(2025, 6, 30), "KCDP-T", "KC-E02", "ytd", True, *amounts, share and Decimal(share))


def test_a_share_is_told_and_weighed() -> None:
    assert share_words(move(100, 104, "4")) == "+4 %" and share_words(move(100, 96, "4.125")) == "−4,12 %"
    assert share_words(move(0, 5, None)) == "+, from nothing" and share_words(move(5, 5, "0")) == "stays"
    limit = Decimal(5)
    assert not needs_signature([move(100, 105, "5")], limit) and needs_signature([move(100, 106, "6")], limit)
    assert needs_signature([move(0, 1, None)], limit), "nothing to compare with"
    assert not needs_signature([], limit)
