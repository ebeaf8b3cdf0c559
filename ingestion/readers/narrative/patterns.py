"""How numbers, units and what is no quantity are written in running text, as patterns over folded text."""

import re

from ingestion.readers.narrative.register import fold
from ingestion.written.programme_words import pattern_of, this_register, words_of
from ingestion.written.quantities import NUMBER

MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
NUMERALS = {"hai": 2, "ba": 3, "bốn": 4, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}
NUMERALS |= {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
NUMERALS |= {"ten": 10, "eleven": 11, "twelve": 12}
NO_QUANTITY = {
    "date": rf"\b\d{{1,2}}\s*[/.-]\s*\d{{1,2}}\s*[/.-]\s*\d{{4}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b|"
    rf"ngày\s+\d{{1,2}}(?:\s*[/-]\s*\d{{1,2}}(?:\s*/\s*\d{{4}})?)?\b|\b\d{{1,2}}\s+tháng\s+\d{{1,2}}\b|"
    rf"\b\d{{1,2}}\s+(?:{MONTH})\b|\b(?:{MONTH})\s+\d{{1,2}}(?!\d)",
    "time": r"\b\d{1,2}[:h]\d{2}\b|\bgmt\s*[+-]\s*\d+|\b\d{1,2}\s+(?:giờ|phút|hours|minutes)\b",
    "legal number": r"\b\d+[a-z]?/(?:\d{4}/)?[a-zđ]{2,}(?:-[a-zđ0-9]+)*|(?<!tổng )(?<!trong )(?<!trên )"
    r"\b(?:số|no\.?)\s*:?\s*\d+[^\s,;]*|"
    r"\b(?:quyết định|qđ|nghị quyết|nghị định|thông tư|decision|circular|decree|resolution)\s+(?:số\s+)?\d+[^\s,;]*",
    "clause": r"\b(?:điều|khoản|mục|chương|phụ lục|mẫu|điểm|trang|page|hình|bảng|article|clause|annex)\s+"
    r"\d+(?:\.\d+)*[a-zđ]?\b",
    "ordinal": r"\b(?:đợt|lần(?: thứ)?|thứ|khóa|quý|tập|giai đoạn|thế kỷ|phase|round|quarter|q)\s*\d+\b|"
    r"\b\d+(?:st|nd|rd|th)\b|\(\d{1,2}\)(?=\s*[^\W\d])",
    "year": r"\b(?:năm|years?|in|since|by|fy|kh|th|period)\s+(?:19|20)\d{2}(?:\s*[-/]\s*(?:19|20)\d{2})?\b|"
    r"\b(?:19|20)\d{2}\s*-\s*(?:19|20)\d{2}\b|\b\d{1,2}\s*/\s*(?:19|20)\d{2}\b",
    "month": r"\btháng\s+\d{1,2}\b|\b\d{1,2}(?:\s*-\s*\d{1,2})?\s+(?:tháng|months?|năm|years?|ngày|days|tuần|quý)\b",
    "telephone": r"\b(?:đt|tel|điện thoại|fax|hotline|phone)\b[^\d\n]{0,5}[\d .()+-]{7,}|"
    r"(?<!\d)\(?0\d{2,3}\)?[ .-]\d{3}[ .-]?\d{3,4}",
    "address": r"https?://\S+|www\.\S+|\S+@\S+\.\S+",
}
PATTERN = re.compile("|".join(f"(?P<g{i}>{p})" for i, p in enumerate(NO_QUANTITY.values())), re.IGNORECASE)
_WORDS = {kind: pattern_of(words, fold) for kind, words in words_of(this_register()).items() if kind.startswith("text_")}
UNIT_WORD, CURRENCY, BEFORE = _WORDS["text_scale"], _WORDS["text_currency"], _WORDS["text_before_number"]
MONEY_AFTER = re.compile(
    rf"\s*(?:(?:{UNIT_WORD})(?:\s*(?:{CURRENCY})(?!\w))?|(?:{CURRENCY}))(?!\w)(?!\s*/)(?:\s+(?:{_WORDS['text_after_currency']})(?!\w))?"
)
PER = r"(?:\s*/\s*[^\W\d]+|\s+per\s+[^\W\d]+)"
MONEY_RATE = re.compile(rf"\s*(?:{UNIT_WORD})?\s*(?:{CURRENCY})?{PER}+")
OTHER_CURRENCY = re.compile(rf"\s*(?:{UNIT_WORD})?\s*(?:{_WORDS['text_other_currency']})(?!\w)")
OTHER_BEFORE = re.compile(rf"(?:{_WORDS['text_other_before_number']})\s?\Z")
MULTIPLIER = re.compile(rf"\s*(?:{UNIT_WORD})")
MONEY_BEFORE = re.compile(rf"(?:{BEFORE})\s?$")
BEFORE_NUMBER = re.compile(rf"(?:{BEFORE})?\s*\Z")
PERCENT_AFTER = re.compile(r"\s*(?:%|phần trăm|percent\b|per cent\b|pct\b)")
NUMERAL = "|".join(NUMERALS)
_BEHIND = "".join(rf"|(?<={re.escape(fold(each.word))})" for each in words_of(this_register())["text_before_number"])
NUMBER_AT = re.compile(rf"(?:(?<![\w.,/]){_BEHIND})(?:{NUMBER})(?![\w])|(?<![\w/])(?:{NUMERAL})(?=\s)")
OF_WHOLE = r"\s?/\s?|\s(?:trên|trong)\s(?:tổng\s)?số\s|\sout of\s"
BETWEEN = r"\s*(?:đến|tới|-|to|and)\s*"
_LIST_UNIT = _WORDS["text_list_unit"].replace(r"\ ", r"\s+")
LIST_UNIT = re.compile(rf"\(\s*(?:đvt|đơn vị(?: tính)?)?\s*:?\s*({_LIST_UNIT})\s*\)")
