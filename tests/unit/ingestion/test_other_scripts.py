"""Headers in any script are folded without being lost, whatever case and accents; what only looks Latin stays alike."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from ingestion.sheets.layout import header_key
from ingestion.written.characters import INVISIBLE
from ingestion.written.text import folded

# one header, written in three ways; what remains of it, and another header of the same script
SCRIPTS = {
    "Cyrillic": (["Сумма выплат, тыс.", "СУММА  ВЫПЛАТ (ТЫС.)", "сумма выплат: тыс"], "сумма выплат тыс", "Сумма возврата"),
    "Greek": (["Ποσό πληρωμής", "ΠΟΣΟ ΠΛΗΡΩΜΗΣ", "ποσο  πληρωμης."], "ποσο πληρωμησ", "Ποσό επιστροφής"),
    "Thai": (["จำนวนเงิน (บาท)", "จำนวนเงิน บาท", " จำนวนเงิน: บาท "], "จำนวนเงิน บาท", "จำนวนคน"),
    "Arabic": (["المبلغ المدفوع", "المبلغ، المدفوع", "المبلغ  المدفوع:"], "المبلغ المدفوع", "المبلغ المعاد"),
    "Chinese": (["支付金额（万元）", "支付金额 万元", "支付金额：万元。"], "支付金额 万元", "退还金额"),
    "Devanagari": (["कुल राशि", "कुल, राशि।", "कुल  राशि"], "कुल राशि", "कुल संख्या"),
}  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_header_of_another_script_is_the_same_however_it_is_written_and_no_other(script: str) -> None:
    written, expected, other = SCRIPTS[script]
    wanted = unicodedata.normalize("NFD", expected)
    assert {folded(each) for each in written} == {wanted}
    assert {folded(unicodedata.normalize("NFD", each)) for each in written} == {wanted}
    assert folded(other) not in ("", wanted)
    assert header_key(written[0])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Kế hоạch", "ke hoach"),  # a Cyrillic о
        ("Тỉnh", "tinh"), ("ΗÀ NỘI", "ha noi"), ("А1", "a1"), ("Х", "x"), ("ТР. Hồ Chí Minh", "tp ho chi minh"),
        # beside Latin letters a word of capitals that all look Latin is Latin, in small letters too; alone it is what it is
        ("ТЕМА 1", "тема 1"), ("Тема 1", "тема 1"), ("TÊN ТЕМА", "ten tema"), ("tên тема", "ten tema"), ("Сумма", "сумма"),
        ("Сума за рік / Amount", "cyma за pik amount"), ("СУМА ЗА РІК / AMOUNT", "cyma за pik amount"),
    ],
)  # fmt: skip
def test_what_looks_latin_in_a_latin_word_is_latin_and_a_word_of_another_alphabet_stays(written: str, expected: str) -> None:
    assert folded(written) == expected


def test_no_letter_of_another_script_is_lost_and_what_is_no_letter_parts_words() -> None:
    lost, kept = [], []
    for number in range(0x370, sys.maxunicode):
        character = chr(number)
        forms = {unicodedata.normalize(form, character) for form in ("NFKC", "NFD")}
        if character in INVISIBLE or forms != {character}:
            continue
        middle = folded(f"ж{character}ж")
        if unicodedata.category(character) in ("Lo", "Ll", "Mc", "Nd") and len(middle) < 3:
            lost.append(character)
        if unicodedata.category(character) in ("Po", "Ps", "Pe", "Zs", "Sm", "Sc") and middle != "ж ж":
            kept.append(character)
    assert lost == [] and kept == []


def test_words_in_capitals_and_in_small_letters_are_one() -> None:
    letters = [chr(n) for n in range(0x391, 0x452) if chr(n).isalpha()]
    words = [a + b for a in letters for b in letters]
    assert [word for word in words if folded(word) != folded(word.lower())] == []
