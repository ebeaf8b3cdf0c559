"""Maps of the country over released rows, by rows of the register alone: real successions, invented ones, and random histories."""

import contextlib
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from released import load_register, put

from warehouse.address import connect

MONEY = {
    "unit_key": "", "budget_year": 2025, "period_start": "2025-01-01", "period_end": "2025-03-31", "fund_code": "KCDP-T",
    "activity_code": "A1", "indicator_code": "KC-E05", "measure": "ytd", "effective_from": "2025-03-31",
    "state": "accepted", "value": 0, "opened_release": 1, "reason": "arrival",
}  # fmt: skip


@pytest.fixture
def cursor(database):
    """A cursor on a database with the real register and release 1 without content; nothing is committed."""
    with contextlib.closing(connect(database)) as connection, connection.cursor() as cursor:
        load_register(cursor)
        cursor.execute("insert into release.run (as_of, started_at) values (now(), now()) returning run_key")
        cursor.execute(
            "insert into release.release (run_key, as_of, release_hash) values (%s, now(), '')", (cursor.fetchone()[0],)
        )
        yield cursor


def report(cursor, figures):
    """Release the figures {(unit, period_end): value or (state, low, high)} of one indicator, and nothing else."""
    cursor.execute("truncate release.contribution")
    rows = []
    for (unit, end), value in figures.items():
        row = {"unit_key": unit, "budget_year": end.year, "period_start": date(end.year, 1, 1), "period_end": end,
               "effective_from": end}  # fmt: skip
        if isinstance(value, tuple):
            row |= {"state": value[0], "value": None, "low": value[1], "high": value[2]}
        rows.append(row | ({} if isinstance(value, tuple) else {"value": value}))
    put(cursor, "release.contribution", MONEY, rows)


def on_maps(cursor, asked, level="unit"):
    """{(end, geography): {group: (accepted, missing_low, missing_high)}} of periods under maps; geography None = as reported."""
    starts, ends, maps = zip(*((date(end.year, 1, 1), end, geography) for end, geography in asked), strict=True)
    cursor.execute(
        """select span, unit_key, accepted, missing_low, missing_high from release.rollup_spans(1, %s::date[], %s::date[],
        %s::date[], null, null, array['KC-E05'], array[%s], array[]::text[])""",
        (list(starts), list(ends), list(maps), level),
    )
    found = {each: {} for each in asked}
    for span, key, *amounts in cursor:
        found[asked[span - 1]][key] = tuple(map(int, amounts))
    return found


def on_map(cursor, end, geography, level="unit"):
    return on_maps(cursor, [(end, geography)], level)[end, geography]


def accepted(cursor, end, geography, level="unit"):
    return {key: amounts[0] for key, amounts in on_map(cursor, end, geography, level).items()}


def succeed(cursor, day, predecessors, successor, kind="whole", share=None, region="phia-bac"):
    """An invented succession by register rows only: the new unit where it is new, who it follows, who has closed."""
    cursor.execute("select count(*) from register.units where unit_key = %s", (successor,))
    if cursor.fetchone() == (0,):
        put(cursor, "register.units", {}, [{"unit_key": successor, "unit_kind": "province", "unit_name": successor,
                                            "unit_name_en": successor, "sort_key": successor, "valid_from": day}])  # fmt: skip
        put(cursor, "register.group_members", {}, [{"group_key": region, "unit_key": successor, "valid_from": day}])
    for unit in predecessors:
        put(cursor, "register.successions", {}, [{"predecessor_key": unit, "successor_key": successor,
            "effective_date": day, "succession_kind": kind, "share": share}])  # fmt: skip
        if kind == "whole":
            for table in ("units", "group_members"):
                cursor.execute(
                    f"update register.{table} set valid_to = %s::date - 1 where unit_key = %s and valid_to is null",
                    (day, unit),
                )


# The law of the time


def test_four_units_with_10_11_12_and_13_merged_into_one_give_46(cursor):
    four = ("cao-bang", "lang-son", "quang-ninh", "lai-chau")
    succeed(cursor, date(2027, 7, 1), four, "vung-dong-bac-2027")
    end = date(2027, 6, 30)
    report(cursor, {(unit, end): value for unit, value in zip(four, (10, 11, 12, 13), strict=True)})
    assert accepted(cursor, end, date(2027, 7, 1)) == {"vung-dong-bac-2027": 46}
    assert accepted(cursor, end, None) == dict(zip(four, (10, 11, 12, 13), strict=True))
    assert accepted(cursor, end, date(2027, 7, 1), "region") == {"phia-bac": 46}


@pytest.mark.parametrize(
    ("year", "region", "members"),
    [
        (2007, "phia-bac", 29), (2011, "phia-bac", 28), (2011, "mien-trung-tay-nguyen", 14), (2011, "phia-nam", 21),
        (2014, "mien-trung-tay-nguyen", 15), (2014, "phia-nam", 20), (2025, "mien-trung-tay-nguyen", 15),
    ],
)  # fmt: skip
def test_regions_have_the_members_of_their_time(cursor, year, region, members):
    end = date(year, 3, 31)
    cursor.execute("select unit_key from register.units where unit_kind = 'province' and %s between valid_from and "
                   "coalesce(valid_to, 'infinity')", (end,))  # fmt: skip
    report(cursor, {(unit, end): 1 for (unit,) in cursor.fetchall()})
    assert accepted(cursor, end, None, "region")[region] == members


def test_a_unit_that_changed_its_region_is_read_by_the_law_of_the_map(cursor):
    earlier, later = date(2012, 12, 31), date(2024, 12, 31)
    report(cursor, {("lam-dong", earlier): 5, ("lam-dong", later): 7})
    assert accepted(cursor, earlier, None, "region") == {"phia-nam": 5}
    assert accepted(cursor, earlier, later, "region") == {"mien-trung-tay-nguyen": 5}
    assert accepted(cursor, later, earlier, "region") == {"phia-nam": 7}


def test_a_unit_made_of_two_regions_is_one_row_of_one_region_and_stands_apart_before(cursor):
    before, after = date(2025, 6, 30), date(2025, 9, 30)
    three = {("lam-dong", before): 1, ("dak-nong", before): 2, ("binh-thuan", before): 4}
    report(cursor, three | {("lam-dong-2025", after): 9})
    assert accepted(cursor, before, None, "region") == {"mien-trung-tay-nguyen": 3, "phia-nam": 4}
    assert accepted(cursor, before, after, "region") == {"mien-trung-tay-nguyen": 7}
    assert accepted(cursor, after, None, "region") == {"mien-trung-tay-nguyen": 9}
    assert accepted(cursor, after, before, "region") == {"not-apportionable:lam-dong-2025": 9}
    assert accepted(cursor, after, before, "nation") == {"viet-nam": 9}


# The transfers of 2008: one whole province, one district and four communes


JUNE_2008, YEAR_2009 = date(2008, 6, 30), date(2009, 12, 31)
BEFORE_2008, AFTER_2008, AFTER_2025 = date(2008, 7, 31), date(2008, 8, 1), date(2025, 7, 1)
TOUCHED = {"ha-noi": 100, "ha-tay": 30, "vinh-phuc": 7, "hoa-binh": 5}


def test_a_part_that_was_transferred_cannot_be_apportioned_on_a_younger_map(cursor):
    report(cursor, {(unit, JUNE_2008): value for unit, value in TOUCHED.items()})
    assert accepted(cursor, JUNE_2008, None) == accepted(cursor, JUNE_2008, BEFORE_2008) == TOUCHED
    divided = {"ha-noi": 130, "not-apportionable:vinh-phuc": 7, "not-apportionable:hoa-binh": 5}
    assert accepted(cursor, JUNE_2008, AFTER_2008) == accepted(cursor, JUNE_2008, AFTER_2025) == divided
    assert accepted(cursor, JUNE_2008, AFTER_2025, "region") == {"phia-bac": 142}


def test_a_unit_that_took_in_others_cannot_be_apportioned_on_an_older_map(cursor):
    report(cursor, {(unit, YEAR_2009): value for unit, value in TOUCHED.items() if unit != "ha-tay"})
    assert accepted(cursor, YEAR_2009, BEFORE_2008) == {
        "not-apportionable:ha-noi": 100, "vinh-phuc": 7, "hoa-binh": 5,
    }  # fmt: skip
    assert accepted(cursor, YEAR_2009, BEFORE_2008, "region") == {"phia-bac": 112}
    # what was left is wholly handed on in 2025
    assert accepted(cursor, YEAR_2009, AFTER_2025) == {"ha-noi": 100, "phu-tho-2025": 12}


def test_a_decided_share_divides_a_figure_to_the_last_dong(cursor):
    cursor.execute("update register.successions set share = 0.333 where predecessor_key = 'vinh-phuc' and share is null "
                   "and succession_kind = 'partial'")  # fmt: skip
    report(cursor, {("vinh-phuc", JUNE_2008): 1_000_001, ("ha-noi", JUNE_2008): 10})
    assert accepted(cursor, JUNE_2008, BEFORE_2008) == {"vinh-phuc": 1_000_001, "ha-noi": 10}
    on_new = accepted(cursor, JUNE_2008, AFTER_2025)
    assert on_new == {"ha-noi": 333_010, "phu-tho-2025": 667_001}
    report(cursor, {("vinh-phuc", JUNE_2008): ("missing", 3, 1_000)})
    assert on_map(cursor, JUNE_2008, AFTER_2025) == {"ha-noi": (0, 0, 333), "phu-tho-2025": (0, 3, 667)}


def test_a_unit_that_only_changed_its_name_is_the_same_on_every_map(cursor):
    succeed(cursor, date(2027, 1, 1), ["hue"], "hue-2027", region="mien-trung-tay-nguyen")
    end = date(2027, 3, 31)
    report(cursor, {("hue-2027", end): 3})
    assert accepted(cursor, end, date(2026, 12, 31)) == {"hue": 3}


# Random histories


@dataclass(frozen=True)
class Change:
    """On 1 January of a year: predecessors → successor, whole or in part. An absorbing unit is its own successor's key."""

    year: int
    kind: str
    predecessors: tuple[str, ...]
    successor: str
    share: str | None = None


@dataclass(frozen=True)
class History:
    """Units (half of them in each region), changes in the order of years, and figures by (unit, year)."""

    units: tuple[str, ...]
    changes: tuple[Change, ...]
    figures: dict[tuple[str, int], int]

    def alive(self, year):
        """Units of a year by replaying the changes."""
        there = list(self.units)
        for change in self.changes:
            if change.year <= year and change.kind == "whole":
                there = [u for u in there if u not in change.predecessors]
                if change.successor not in there:
                    there.append(change.successor)
        return there

    def heir(self, unit, year):
        """The unit that in the end has everything of another, by the whole mergers after a year."""
        for change in self.changes:
            if change.year > year and unit in change.predecessors:
                unit = change.successor
        return unit


YEARS = (2030, 2031, 2032, 2033)


@st.composite
def histories(draw, kinds=("whole", "partial")):
    units = tuple("abcdef"[: draw(st.integers(2, 6))])
    changes = []
    for year in YEARS[1:]:
        there = History(units, tuple(changes), {}).alive(year)
        kind = draw(st.sampled_from(("nothing", *kinds)))
        if kind == "whole":
            gone = draw(st.lists(st.sampled_from(there), min_size=1, max_size=4, unique=True))
            staying = [unit for unit in there if unit not in gone]
            changes.append(Change(year, kind, tuple(gone), draw(st.sampled_from([f"{''.join(gone)}-{year}", *staying]))))
        elif kind == "partial" and len(there) > 1:
            giver, taker = draw(st.lists(st.sampled_from(there), min_size=2, max_size=2, unique=True))
            changes.append(Change(year, kind, (giver,), taker, draw(st.sampled_from([None, "0.5", "0.333", "1"]))))
    bare = History(units, tuple(changes), {})
    figures = {(u, y): draw(st.integers(0, 10**13)) for y in YEARS for u in bare.alive(y) if draw(st.booleans())}
    return History(units, tuple(changes), figures)


def enact(cursor, history):
    """Write a history into the register and release its figures at the end of each year."""
    cursor.execute("truncate register.units, register.successions, register.group_members")
    for n, unit in enumerate(history.units):
        row = {"unit_key": unit, "unit_kind": "province", "unit_name": unit, "unit_name_en": unit, "sort_key": unit}
        put(cursor, "register.units", row | {"valid_from": date(2000, 1, 1)}, [{}])
        put(cursor, "register.group_members", {"group_key": ("phia-bac", "phia-nam")[n % 2], "unit_key": unit,
                                               "valid_from": date(2000, 1, 1)}, [{}])  # fmt: skip
    for change in history.changes:
        succeed(cursor, date(change.year, 1, 1), change.predecessors, change.successor, change.kind, change.share)
    report(cursor, {(unit, date(year, 12, 31)): value for (unit, year), value in history.figures.items()})


MAPS = (None, *(date(year, 12, 31) for year in YEARS))
RANDOM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RANDOM
@given(history=histories())
def test_every_map_keeps_every_total_to_the_dong(cursor, history):
    enact(cursor, history)
    asked = [(date(year, 12, 31), geography) for year in YEARS for geography in MAPS]
    for level in ("unit", "region", "nation"):
        for (end, geography), rows in on_maps(cursor, asked, level).items():
            note(f"{end} on the map of {geography} by {level}: {rows}")
            true = sum(value for (_, year), value in history.figures.items() if year == end.year)
            assert sum(amount for amount, _, _ in rows.values()) == true
            if level == "unit":
                there = history.alive((geography or end).year)
                assert all(key in there or key.startswith("not-apportionable:") for key in rows)


@RANDOM
@given(history=histories(kinds=("whole",)))
def test_on_the_newest_map_a_merged_unit_is_the_sum_of_all_whom_it_followed(cursor, history):
    enact(cursor, history)
    for year in YEARS:
        expected = {}
        for (unit, of_year), value in history.figures.items():
            if of_year == year:
                heir = history.heir(unit, year)
                expected[heir] = expected.get(heir, 0) + value
        assert accepted(cursor, date(year, 12, 31), MAPS[-1]) == expected
