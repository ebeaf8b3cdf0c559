"""Words behind a count: things that are counted ("12 lớp"), and words that multiply ("2 vạn", "3 nghìn người").

A closed list: behind a number, a word that nobody knows makes the cell unreadable, because it may change the number.
"""

from __future__ import annotations

from ingestion.written.text import folded

MULTIPLES = {"chuc": 10, "tram": 100, "k": 10**3, "nghin": 10**3, "ngan": 10**3, "van": 10**4, "trieu": 10**6}
COUNTED = frozenset({
    "bai", "ban", "bo", "buoi", "ca nhan", "cai", "can bo", "ccn", "chiec", "chuong trinh", "chuyen", "co so", "co so cnnt",
    "co so luot", "cong trinh", "cong ty", "contracts", "courses", "cum", "cum cong nghiep", "cum lien ket", "cuoc",
    "day chuyen", "de an", "dia phuong", "dn", "doan", "doanh nghiep", "don vi", "du an", "enterprises", "establishments",
    "fairs", "gian", "gian hang", "giay chung nhan", "hang muc", "ho", "ho gia dinh", "ho so", "hoc vien", "hoi", "hoi cho",
    "hoi nghi", "hoi thao", "hop dong", "hop tac xa", "htx", "khoa", "lan", "lao dong", "lao dong nu", "lop", "luot",
    "luot co so", "luot hoc vien", "luot nguoi", "may", "mo hinh", "nghe nhan", "nguoi", "nha may", "nhan hieu", "nhom",
    "people", "persons", "phien", "phong", "products", "projects", "quyet dinh", "san pham", "sp", "thiet bi", "thuong hieu",
    "tin", "tin bai", "to chuc", "to hop tac", "trainees", "truong hop", "website", "workers", "xa",
})  # fmt: skip


def multiple_of(words: str) -> int | None:
    """How many the words behind a count stand for: 1 for things counted, 10 000 for "vạn"; None when they are not known."""
    name = folded(words)
    if name in COUNTED or not name:
        return 1
    first, _, rest = name.partition(" ")
    return MULTIPLES[first] if first in MULTIPLES and (not rest or rest in COUNTED) else None
