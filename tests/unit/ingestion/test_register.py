"""Names and codes mean what they meant on a day."""

import datetime

import pytest

from ingestion.register import load_register
from warehouse.settings import PROJECT

REGISTER = load_register(PROJECT / "dbt_project" / "register")
BEFORE, AFTER = datetime.date(2025, 6, 30), datetime.date(2025, 7, 31)


@pytest.mark.parametrize(
    ("written", "day", "expected"),
    [
        ("Tây Ninh", BEFORE, ("tay-ninh",)),
        ("TÂY NINH", AFTER, ("tay-ninh-2025",)),
        ("Sở Công Thương tỉnh Long An", BEFORE, ("long-an",)),
        ("Long An", AFTER, ()),
        ("Tỉnh Mẫu", AFTER, ()),
    ],
)
def test_unit_names_by_date(written, day, expected):
    assert REGISTER.units_named(written, day) == expected


def test_a_code_changes_its_meaning_with_the_merger():
    assert REGISTER.unit_with_code("80", BEFORE) == "long-an"
    assert REGISTER.unit_with_code("80", AFTER) == "tay-ninh-2025"
    assert REGISTER.unit_with_code("1", BEFORE) == REGISTER.unit_with_code("01", BEFORE) == "ha-noi"


def test_who_succeeded_whom():
    assert REGISTER.succeeded_on("tay-ninh-2025", "long-an") == datetime.date(2025, 7, 1)
    assert REGISTER.succeeded_on("long-an", "tay-ninh-2025") is None
    assert REGISTER.succeeded_on("ha-noi", "ha-tay") == datetime.date(2008, 8, 1)
    assert REGISTER.succeeded_on("ha-noi", "vinh-phuc") is None  # a part was taken, the unit remained


@pytest.mark.parametrize(
    ("unit", "end", "starts"),
    [
        ("tay-ninh-2025", "2025-09-30", ("2025-01-01", "2025-07-01")),
        ("tay-ninh-2025", "2026-03-31", ()),
        ("long-an", "2025-06-30", ()),
        ("ha-noi", "2008-06-30", ()),
        ("ha-noi", "2008-12-31", ("2008-01-01",)),
    ],
)
def test_when_a_report_may_begin_after_a_succession(unit, end, starts):
    found = REGISTER.starts_after_succession(unit, datetime.date.fromisoformat(end))
    assert tuple(map(str, found)) == starts


@pytest.mark.parametrize(
    ("written", "expected"),
    [("A1", "A1"), ("a 1", "A1"), ("1", "A1"), ("Đào tạo nghề, truyền nghề", "A1"), ("1. Đào tạo nghề, truyền nghề", "A1"),
     ("A99", "A99"), ("Chi khác", "A99"), ("A10", None), ("Nội dung lạ", None)],
)  # fmt: skip
def test_activities_by_code_name_and_date(written, expected):
    assert REGISTER.activity_of(written, BEFORE) == expected


def test_an_activity_exists_from_its_first_day():
    assert REGISTER.activity_of("A10", datetime.date(2025, 12, 31)) == "A10"


def test_indicator_code_and_name_must_not_contradict():
    assert REGISTER.indicator_of("kc-a1-01", "") == "KC-A1-01"
    assert REGISTER.indicator_of("", "Số lớp đào tạo nghề") == "KC-A1-02"
    assert REGISTER.indicator_of("KC-A1-01", "Số lao động được đào tạo (sửa tên)") == "KC-A1-01"
    assert REGISTER.indicator_of("KC-A1-01", "Số lớp đào tạo nghề") is None


def test_roles_by_their_longest_alias():
    assert REGISTER.role_of("Sở Công Thương tỉnh Long An") == "so"
    assert REGISTER.role_of("UBND tỉnh Long An") == "ubnd"
    assert REGISTER.role_of("Soạn giả") is None
