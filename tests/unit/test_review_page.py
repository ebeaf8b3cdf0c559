"""What a review page shows, and what its answers say: only what was chosen is decided, nothing is refused without a sentence."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khuyencong.review.decided_values import read_value
from khuyencong.review.decisions import Word
from khuyencong.review.effect import NationalMove
from khuyencong.review.ends import StandingWord
from khuyencong.review.outlooks import Outlook
from khuyencong.review.page import body_of, fields_of, plain, subject_of
from khuyencong.review.questions import Page, Question, ShownFigure, ShownWord
from khuyencong.review.typed_answers import FIELDS, given_for, word_of
from khuyencong.review.words import CHOICES, SENTENCES, STILL_HELD, AnswerRefused
from warehouse.settings import TIMEZONE

CELLS = (
    ShownFigure("a|1", "long-an/kp|2025.xlsx#Kinh phí!D12", "Kinh phí `thực hiện`", "Implemented", Decimal(5_000_000_000), True),
    ShownFigure("a|2", "long-an/kp|2025.xlsx#Kinh phí!C12", "Kế hoạch", "Plan", None, True),
)
SHOWN = [{"figure_key": figure.figure_key, "is_money": figure.is_money} for figure in CELLS]
FLAG = {
    "flag_id": "3f2a91c07b5d", "severity": "block", "unit_key": "long-an", "unit_name": "Long An", "form_code": "kinh-phi",
    "form_name": "Báo cáo kinh phí", "period": "2025-03", "queue_rank": 4, "impact_score": Decimal("1.25"),
    "impact_indicator": "KC-E06", "impact_vnd": Decimal(4_900_000_000), "days_open": 3, "n_held": 2, "confidence": Decimal("0.93"),
    "mechanism": "unit", "suggested_value": Decimal(5_000_000), "n_proposed": 0,
    "explanation_vi": "Vượt kế hoạch [xem](http://x.invalid) <b>", "explanation_en": "More than *planned*",
}  # fmt: skip


def a_page(figures: tuple[ShownFigure, ...] = CELLS, **question: object) -> Page:
    now = datetime(2025, 4, 1, 1, 5, tzinfo=TIMEZONE)
    asked = Question(1, FLAG, figures, **question)
    return Page("dag/run/review/0", "2025-03", 12, now, now.replace(hour=21), 7, False, (asked,))


def test_the_page_says_where_what_how_much_and_what_waits():
    page = a_page(n_asked=2, refusal=("Ghi lý do", "Write a reason"), reason="đã gọi Sở")
    body = body_of(page, Decimal(1))
    for said in ("21:05", "**7** cảnh báo", "1 %", "`long-an/kp¦2025.xlsx#Kinh phí!D12` = **5.000.000.000 đồng**", "Long An",
                 "**5.000.000 đồng** (93%)", "KC-E06 thay đổi 1,2 %", "4,900,000,000 đồng", "3 ngày", "đã hỏi 2 lần", "Ghi lý do",
                 "3f2a91c07b5d"):  # fmt: skip
        assert said in body, said
    assert "2025-03" in subject_of(page) and "release 12" in subject_of(page)


def test_the_page_shows_what_each_choice_does_and_whose_word_waits():
    move = NationalMove(2025, date(2025, 3, 31), "KCDP-T", "KC-E06", "ytd", True, Decimal(720), Decimal(240_720), Decimal(240_000),
                        Decimal(0), Decimal(33_333))  # fmt: skip
    outlooks = (Outlook("waive", (move,), True), Outlook("apply", (move,) * 5, False))
    word = StandingWord(9, "3f2a91c07b5d", "waive", "pending", "lan", datetime(2025, 4, 1), "đã *gọi*", 3, (9,), ("a|1",), True,
                        None, Decimal(33_333), Decimal(5))  # fmt: skip
    page = a_page(asks="signature", words=(word,), outlooks=outlooks)
    proposed = dataclasses.replace(page.questions[0], flag={**FLAG, "n_proposed": 45})
    page = dataclasses.replace(page, questions=(proposed,))
    body = body_of(page, Decimal(1))
    for said in ("KC-E06 KCDP-T 03/2025: 720 → **240.720** đồng", "chờ người thứ hai ký", "… +2",
                 "contradicts the proposed correction of 45",
                 r"lan: waive (3 số liệu / figures, chờ ký / waits for a signature): đã \*gọi\*"):  # fmt: skip
        assert said in body, said
    assert body.count("contradicts") == 1, "of the waiver alone"
    choices = fields_of(page)["choice_3f2a91c07b5d"]["schema"]["enum"]
    assert choices == [STILL_HELD, "sign", "revoke", "confirm", "waive", "correct", "apply"]
    counting = dataclasses.replace(page, words=(ShownWord("f00", "Huế · Kinh phí", word, Outlook("revoke", (move,), False)),))
    fields = fields_of(counting)
    assert fields["revoke_word"]["schema"]["enum"] == [None, "f00"] and fields["revoke_reason"]["value"] is None
    assert "| Huế · Kinh phí `f00` | lan: waive" in body_of(counting, Decimal(1))
    typed = {"choice": "sign", "reason": "x", "value": "", "cell": ""}
    assert word_of(typed, SHOWN, "signature") == Word("sign", "x")
    with pytest.raises(AnswerRefused):
        word_of(typed, SHOWN, "flag")


def test_nothing_that_a_province_wrote_is_markup():
    body = body_of(a_page(), Decimal(1))
    assert r"\[xem\](http" in body and r"\<b\>" in body and r"\`thực hiện\`" in body and r"More than \*planned\*" in body
    assert plain("a\n# b | c") == r"a \# b \| c"


def test_the_fields_name_the_flag_and_begin_with_no_decision():
    fields = fields_of(a_page(reason="đã gọi Sở"))
    assert list(fields) == [f"{name}_3f2a91c07b5d" for name in FIELDS]
    assert fields["choice_3f2a91c07b5d"]["value"] == STILL_HELD
    assert fields["choice_3f2a91c07b5d"]["schema"]["enum"] == [STILL_HELD, "confirm", "waive", "correct"]
    assert fields["cell_3f2a91c07b5d"]["schema"]["enum"] == [None, "1", "2"]
    assert fields["reason_3f2a91c07b5d"]["value"] == "đã gọi Sở"
    assert all(field["schema"]["title"].startswith("1. Long An · 3f2a91c07b5d · ") for field in fields.values())
    assert json.loads(json.dumps(fields)) == fields
    as_shown = {name: field["value"] for name, field in fields.items()}
    assert word_of(given_for(as_shown, "3f2a91c07b5d"), SHOWN) is None, "sent back untouched, it decides nothing"
    assert "cell_3f2a91c07b5d" not in fields_of(a_page(CELLS[:1]))


@pytest.mark.parametrize(
    ("written", "is_money", "value"),
    [
        ("1.234.567,5", False, "1234567.5"), ("1.234.567", True, "1234567"), ("1,234,567", True, "1234567"),
        ("500.000", True, "500000"), ("12 triệu đồng", True, "12000000"), ("1,5 tỷ", True, "1500000000"), ("0", True, "0"),
        ("(123)", False, "-123"), ("12,5", False, "12.5"), (" 1 234 567 ", True, "1234567"),
    ],
)  # fmt: skip
def test_values_are_read_as_people_write_them(written, is_money, value):
    assert read_value(written, is_money) == Decimal(value)


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"choice": "accept"}, "choice_unknown"), ({"choice": "waive"}, "no_reason"), ({"choice": "confirm"}, "no_reason"),
        ({"choice": "waive", "reason": "x", "value": "5"}, "value_not_wanted"),
        ({"choice": "correct", "reason": "x", "cell": "1"}, "value_missing"),
        ({"choice": "correct", "reason": "x", "value": "5"}, "several_figures"),
        ({"choice": "correct", "reason": "x", "value": "5", "cell": "3"}, "several_figures"),
        ({"choice": "correct", "reason": "x", "value": "năm triệu", "cell": "1"}, "value_unreadable"),
        ({"choice": "correct", "reason": "x", "value": "khoảng 5", "cell": "1"}, "value_unreadable"),
        ({"choice": "correct", "reason": "x", "value": "1e999999", "cell": "1"}, "value_unreadable"),
        ({"choice": "correct", "reason": "x", "value": "…", "cell": "1"}, "value_unreadable"),
        ({"choice": "correct", "reason": "x", "value": "1,5", "cell": "1"}, "value_not_whole"),
        ({"choice": "correct", "reason": "x", "value": "1.234 triệu", "cell": "1"}, "value_ambiguous"),
        ({"choice": "correct", "reason": "x", "value": "5 kg", "cell": "1"}, "value_unit"),
    ],
)  # fmt: skip
def test_what_is_not_complete_or_not_clear_is_refused_with_a_sentence(given_, code):
    with pytest.raises(AnswerRefused) as refused:
        word_of({**dict.fromkeys(FIELDS, ""), **given_}, SHOWN)
    assert refused.value.code == code
    vi, en = refused.value.sentences
    assert vi and en and "{" not in vi + en
    assert given_.get("value", "") in vi or code == "several_figures" or code == "value_unit"


def test_every_refusal_has_its_sentence_in_both_languages():
    words = dict.fromkeys(("written", "first", "second", "unit", "login", "word"), "x")
    for code in SENTENCES:
        assert all(len(sentence) > 20 for sentence in AnswerRefused(code, **words).sentences), code
    assert "no such reason" in AnswerRefused("unknown", said="no such reason").sentences[0]


ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.sampled_from(list(CHOICES)),
                     st.lists(st.text(max_size=3), max_size=2))  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.fixed_dictionaries({}, optional={f"{name}_f": ANYTHING for name in FIELDS}), st.booleans())
def test_whatever_is_answered_only_what_was_chosen_is_said(fields, is_one):
    figures = SHOWN[:1] if is_one else SHOWN
    typed = given_for(fields, "f")
    assert not any("\0" in text for text in typed.values())
    try:
        word = word_of(typed, figures)
    except AnswerRefused as refusal:
        assert all(refusal.sentences)
        return
    chosen = fields.get("choice_f")
    if word is None:
        assert chosen is None or str(chosen).replace("\0", "").strip() in ("", STILL_HELD)
        return
    assert word.decision == typed["choice"] and str(chosen).strip("\0 \n") == word.decision
    assert word.reason and word.reason == typed["reason"]
    assert (word.value is not None) == (word.decision == "correct") == (word.figure_key is not None)
    if word.value is not None:
        assert any(c.isdigit() or c in "-‐‑‒–—−" for c in str(fields["value_f"]))
        assert word.figure_key in {figure["figure_key"] for figure in figures}


def test_a_word_of_another_flag_is_not_taken():
    assert word_of(given_for({"choice_other": "waive", "reason_other": "x"}, "f"), SHOWN) is None
    assert word_of(given_for({"choice_f": "waive", "reason_f": "x"}, "f"), SHOWN) == Word("waive", "x")
