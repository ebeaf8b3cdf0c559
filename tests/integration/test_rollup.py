"""The roll-up over released rows inserted by hand, with the real register: parts, counts, spans, maps."""

import contextlib
import random
from collections import defaultdict
from datetime import timedelta

import pytest
from released import AS_OF, load_register, make_fact_tables, set_facts, start_run

from khuyencong.figures.rollup import UnknownChoice, rollup
from khuyencong.release.release import open_release
from warehouse.address import connect

Q1, Q2, Q3 = "2025-03-31", "2025-06-30", "2025-09-30"


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        with connection, connection.cursor() as cursor:
            load_register(cursor)
            make_fact_tables(cursor)
        yield connection


def release(connection, contributions, reports, days=0):
    """Release these rows; period_end also sets effective_from where a row says nothing else."""
    for row in contributions:
        row.setdefault("effective_from", row.get("period_end", Q1))
    with connection, connection.cursor() as cursor:
        set_facts(cursor, contributions, reports)
        run_key = start_run(cursor, AS_OF + timedelta(days=days))
    return open_release(connection, run_key, AS_OF + timedelta(days=days))


def one(document):
    assert len(document["rows"]) == 1, document["rows"]
    return document["rows"][0]


def pick(row, *names):
    return tuple(row[name] for name in names)


def missing(**row):
    return {"state": "missing", "value": None, "low": 0, **row}


NOT_THERE = {"state": "missing", "sha256_in_force": None, "period_start": None}
COUNTS = ("n_owed", "n_reported", "n_accepted", "n_disputed", "n_missing", "n_returned", "n_nil", "n_estimated",
          "n_under_review", "n_unbounded")  # fmt: skip


def test_a_national_figure_is_accepted_and_disputed_and_missing(connection):
    release(
        connection,
        [
            {"unit_key": "ha-noi", "value": 100},
            {"unit_key": "hue", "value": 900, "state": "disputed", "low": 20, "high": 70},
            missing(unit_key="son-la", low=5),
            missing(unit_key="lai-chau", low=1, high=4),
        ],
        [
            {"unit_key": "ha-noi", "is_estimated": True},
            {"unit_key": "hue", "sha256_under_review": "sha-9"},
            {"unit_key": "son-la", **NOT_THERE},
            {"unit_key": "lai-chau", **NOT_THERE, "state": "returned"},
        ],
    )
    row = one(rollup(connection, "2025-01..2025-03", indicator="KC-E05"))
    assert pick(row, "unit_key", "unit_name", "fund", "activity", "unit", "additive", "status") == (
        "viet-nam", "Cả nước", "KCDP-T", "A1", "đồng", True, "missing",
    )  # fmt: skip
    assert pick(row, "accepted", "disputed", "disputed_low", "disputed_high", "missing_low", "missing_high") == (
        100, 900, 20, 70, 6, 4,
    )  # fmt: skip
    assert pick(row, "at_least", "at_most") == (126, 174)
    assert pick(row, *COUNTS) == (4, 2, 1, 1, 2, 1, 0, 1, 1, 1)
    assert type(row["accepted"]) is int


def test_an_option_left_out_is_broken_out_and_a_total_counts_each_unit_once(connection):
    release(
        connection,
        [
            {"activity_code": "A1", "value": 10},
            {"activity_code": "A3", "value": 3, "state": "disputed", "low": 0, "high": 5},
            {"activity_code": "A1", "fund_code": "KCDP-X", "value": 1},
            missing(unit_key="hue", activity_code="unallocated"),
            missing(unit_key="hue", activity_code="unallocated", fund_code="KCDP-X"),
        ],
        [{}, {"unit_key": "hue", **NOT_THERE}],
    )
    broken = rollup(connection, "2025-03", indicator="KC-E05", fund="KCDP-T")["rows"]
    assert [pick(r, "activity", "accepted", "n_owed", "n_accepted", "n_disputed", "n_missing") for r in broken] == [
        ("A1", 10, 2, 1, 0, 1),
        ("A3", 0, 2, 0, 1, 1),
        ("unallocated", 0, 2, 1, 0, 1),
    ]
    total = one(rollup(connection, "2025-03", indicator="KC-E05", total=("activity", "fund")))
    assert pick(total, "fund", "activity", "accepted", "disputed") == ("all", "all", 11, 3)
    assert pick(total, "n_owed", "n_reported", "n_accepted", "n_disputed", "n_missing") == (2, 1, 0, 1, 1)


def test_a_nil_report_is_reported_and_accepted(connection):
    tien_do = {"fund_code": "KCQG", "project_key": "P1", "value": 8}
    release(
        connection,
        [{"unit_key": "hue", **tien_do}],
        [
            {"unit_key": "hue", "form_code": "tien-do"},
            {"unit_key": "son-la", "form_code": "tien-do", "state": "nil"},
        ],
    )
    row = one(rollup(connection, "2025-03", indicator="KC-E05"))
    assert pick(row, "accepted", "n_owed", "n_reported", "n_accepted", "n_nil") == (8, 2, 2, 2, 1)


def test_a_span_not_from_january_is_accepted_only_if_both_ends_are(connection):
    units = ("ha-noi", "hue", "son-la", "lai-chau", "dien-bien")
    release(
        connection,
        [
            {"unit_key": "ha-noi", "value": 10},
            {"unit_key": "ha-noi", "period_end": Q2, "value": 30},
            {"unit_key": "ha-noi", "period_end": Q2, "activity_code": "A2", "value": 4},
            {"unit_key": "hue", "value": 10, "state": "disputed", "low": 2, "high": 5},
            {"unit_key": "hue", "period_end": Q2, "value": 30},
            missing(unit_key="son-la"),
            {"unit_key": "son-la", "period_end": Q2, "value": 50},
            missing(unit_key="lai-chau", activity_code="unallocated", high=7),
            {"unit_key": "lai-chau", "period_end": Q2, "value": 9},
            {"unit_key": "dien-bien", "value": 10},
            missing(unit_key="dien-bien", period_end=Q2, low=10, high=40),
        ],
        [{"unit_key": unit, **(NOT_THERE if unit in ("son-la", "lai-chau") else {})} for unit in units]
        + [{"unit_key": unit, "period_end": Q2, **(NOT_THERE if unit == "dien-bien" else {})} for unit in units],
    )
    rows = rollup(connection, "2025-04..2025-06", indicator="KC-E05", by="unit", total=("activity",))["rows"]
    by_unit = {row["unit_key"]: row for row in rows}
    shown = ("accepted", "disputed", "disputed_low", "disputed_high", "missing_low", "missing_high", "status")
    assert pick(by_unit["ha-noi"], *shown) == (24, 0, 0, 0, 0, 0, "accepted")
    assert pick(by_unit["hue"], *shown) == (0, 20, 25, 28, 0, 0, "disputed")
    assert pick(by_unit["son-la"], *shown) == (0, 0, 0, 0, 0, 50, "missing")
    assert pick(by_unit["lai-chau"], "accepted", "missing_low", "missing_high", "status") == (0, 0, 9, "missing")
    assert pick(by_unit["dien-bien"], *shown) == (0, 0, 0, 0, 0, 30, "missing")
    nation = one(rollup(connection, "2025-04..2025-06", indicator="KC-E05", total=("activity",)))
    assert pick(nation, "n_owed", "n_accepted", "n_disputed", "n_missing") == (5, 1, 1, 3)


def test_a_span_from_a_month_that_nobody_reports_is_not_accepted(connection):
    release(connection, [{"value": 30}], [{}])
    row = one(rollup(connection, "2025-02..2025-03", indicator="KC-E05"))
    assert pick(row, "accepted", "missing_low", "missing_high", "status") == (0, 0, 30, "missing")


SUCCESSION_Q2 = [
    {"unit_key": "long-an", "period_end": Q2, "value": 10},
    {"unit_key": "tay-ninh", "period_end": Q2, "value": 5},
]
SUCCESSION_REPORTS = [
    {"unit_key": "long-an", "period_end": Q2},
    {"unit_key": "tay-ninh", "period_end": Q2},
    {"unit_key": "tay-ninh-2025", "period_end": Q3},
]
INCLUSIVE = [{"unit_key": "tay-ninh-2025", "period_end": Q3, "value": 40}]
SINCE = [
    {"unit_key": "tay-ninh-2025", "period_end": Q3, "period_start": "2025-07-01", "value": 25},
    {"unit_key": "long-an", "period_end": Q3, "state": "carried", "carried_into": "tay-ninh-2025", "value": 10},
    {"unit_key": "tay-ninh", "period_end": Q3, "state": "carried", "carried_into": "tay-ninh-2025", "value": 5},
]


@pytest.mark.parametrize("after", [INCLUSIVE, SINCE], ids=["inclusive", "since"])
def test_whole_mergers_conserve_totals(connection, after):
    release(connection, [dict(row) for row in SUCCESSION_Q2 + after], SUCCESSION_REPORTS)

    def nation(period, **how):
        return one(rollup(connection, period, indicator="KC-E05", **how))

    assert pick(nation("2025-01..2025-09"), "accepted", "n_owed", "n_accepted") == (40, 1, 1)
    assert pick(nation("2025-07..2025-09"), "accepted", "status") == (25, "accepted")
    assert nation("2025-01..2025-09", geography="2025-07-01")["accepted"] == 40
    assert nation("2025-01..2025-06", geography="2025-07-01")["accepted"] == 15
    merged = one(rollup(connection, "2025-01..2025-09", indicator="KC-E05", geography="2025", by="unit"))
    assert pick(merged, "unit_key", "accepted") == ("tay-ninh-2025", 40)
    earlier = one(rollup(connection, "2025-06", indicator="KC-E05", geography="2025", by="unit"))
    assert pick(earlier, "unit_key", "accepted", "n_owed") == ("tay-ninh-2025", 15, 2)
    later = one(rollup(connection, "2025-07..2025-09", indicator="KC-E05", geography="2025", by="unit"))
    assert pick(later, "unit_key", "accepted", "n_owed") == ("tay-ninh-2025", 25, 1)


def test_history_of_a_merged_unit_counts_the_predecessors_that_owed(connection):
    """One of two predecessors did not report: the merged unit's history is open, whatever the other said."""
    release(
        connection,
        [{"unit_key": "long-an", "period_end": Q2, "value": 10}, missing(unit_key="tay-ninh", period_end=Q2, low=2, high=9)],
        [{"unit_key": "long-an", "period_end": Q2}, {"unit_key": "tay-ninh", "period_end": Q2, **NOT_THERE}],
    )
    history = one(rollup(connection, "2025-06", indicator="KC-E05", geography="2025", by="unit"))
    assert pick(history, "unit_key", "accepted", "missing_low", "missing_high", "at_least", "at_most", "status") == (
        "tay-ninh-2025", 10, 2, 9, 12, 19, "missing",
    )  # fmt: skip
    assert pick(history, *COUNTS[:5]) == (2, 1, 1, 0, 1)


def test_under_a_map_older_than_the_report_a_merged_unit_is_not_apportionable(connection):
    release(connection, [dict(row) for row in SUCCESSION_Q2 + SINCE], SUCCESSION_REPORTS)
    rows = rollup(connection, "2025-09", indicator="KC-E05", geography="2025-06-30", by="unit")["rows"]
    assert {row["unit_key"]: row["accepted"] for row in rows} == {
        "not-apportionable:tay-ninh-2025": 25, "long-an": 10, "tay-ninh": 5,
    }  # fmt: skip
    assert {row["unit_name"] for row in rows} == {"Tây Ninh (không tách được)", "Long An", "Tây Ninh"}
    region = one(rollup(connection, "2025-09", indicator="KC-E05", geography="2025-06-30", by="region"))
    assert pick(region, "unit_key", "accepted") == ("phia-nam", 40)


def test_a_unit_whose_predecessors_lie_in_two_regions_stands_apart_on_the_older_map(connection):
    release(connection, [{"unit_key": "lam-dong-2025", "period_end": Q3, "value": 6}], [])
    on_map = one(rollup(connection, "2025-09", indicator="KC-E05", geography="2025-06-30", by="region"))
    assert pick(on_map, "unit_key", "accepted") == ("not-apportionable:lam-dong-2025", 6)
    assert one(rollup(connection, "2025-09", indicator="KC-E05", geography="2025-06-30"))["accepted"] == 6


def test_units_of_no_region_stand_beside_the_regions(connection):
    release(connection, [{"unit_key": "trung-uong", "fund_code": "KCQG", "value": 2}, {"value": 3, "fund_code": "KCQG"}], [])
    rows = rollup(connection, "2025-03", indicator="KC-E05", by="region")["rows"]
    assert {row["unit_key"]: row["accepted"] for row in rows} == {"trung-uong": 2, "phia-bac": 3}


def test_a_plan_is_the_one_in_force_at_the_end(connection):
    plan = {"indicator_code": "KC-P02", "measure": "plan", "period_end": "2025-12-31"}
    release(
        connection,
        [
            {**plan, "effective_from": Q1, "effective_to": Q2, "line_reference": Q1, "value": 100},
            {**plan, "effective_from": Q2, "line_reference": Q2, "value": 150},
        ],
        [{}, {"period_end": Q2}],
    )
    at = {month: one(rollup(connection, month, indicator="KC-P02")) for month in ("2025-03", "2025-05", "2025-06")}
    assert [row["accepted"] for row in at.values()] == [100, 100, 150]
    assert pick(at["2025-06"], "period_start", "period_end", "n_owed") == ("2025-01-01", "2025-12-31", 1)
    assert rollup(connection, "2025-02", indicator="KC-P02")["rows"] == []


def test_a_plan_that_is_in_no_calendar_owes_the_units_that_it_names(connection):
    plan = {"indicator_code": "KC-P01", "fund_code": "KCQG", "measure": "plan", "period_end": "2025-12-31"}
    release(connection, [{**plan, "effective_from": "2025-01-10", "value": 7},
                         {**plan, "unit_key": "hue", "effective_from": "2025-01-10", "value": 8}], [])  # fmt: skip
    assert pick(one(rollup(connection, "2025-03", indicator="KC-P01")), "accepted", *COUNTS[:5]) == (15, 2, 2, 2, 0, 0)


def test_only_sums_are_added_over_units(connection):
    count = {"indicator_code": "KC-A4-02e", "fund_code": "KCQG", "activity_code": "A4"}
    income = {"indicator_code": "KC-O02", "fund_code": "KCDP", "activity_code": "unallocated", "measure": "stock"}
    release(
        connection,
        [
            {**count, "value": 4}, {**count, "unit_key": "hue", "value": 6},
            {**income, "value": 7.5}, {**income, "unit_key": "hue", "value": 8},
        ],
        [{"form_code": "ket-qua"}, {"unit_key": "hue", "form_code": "ket-qua"}],
    )  # fmt: skip
    for row in rollup(connection, "2025-03")["rows"]:
        assert pick(row, "additive", "accepted", "at_least", "n_owed", "n_accepted") == (False, None, None, 2, 2)
    by_unit = rollup(connection, "2025-03", by="unit")["rows"]
    assert {(r["unit_key"], r["indicator_code"]): r["accepted"] for r in by_unit} == {
        ("ha-noi", "KC-A4-02e"): 4, ("hue", "KC-A4-02e"): 6, ("ha-noi", "KC-O02"): 7.5, ("hue", "KC-O02"): 8,
    }  # fmt: skip


def test_establishments_are_counted_once_over_projects_and_units(connection):
    one_of = {"indicator_code": "KC-B01", "fund_code": "KCQG", "value": 1, "period_end": Q2}
    release(
        connection,
        [
            {**one_of, "establishment_key": "E1", "project_key": "P1"},
            {**one_of, "establishment_key": "E1", "project_key": "P2"},
            {**one_of, "establishment_key": "E1", "unit_key": "hue", "project_key": "P3"},
            {**one_of, "establishment_key": "E2", "unit_key": "hue", "project_key": "P3"},
        ],
        [],
    )
    assert pick(one(rollup(connection, "2025-06", indicator="KC-B01")), "additive", "accepted") == (False, 2)
    by_unit = rollup(connection, "2025-06", indicator="KC-B01", by="unit")["rows"]
    assert [row["accepted"] for row in by_unit] == [1, 2]


def test_as_of_reads_the_release_that_was_known_then(connection):
    release(connection, [{"value": 1}], [{}])
    release(connection, [{"value": 2}], [{}], days=5)
    assert one(rollup(connection, "2025-03"))["accepted"] == 2
    then = rollup(connection, "2025-03", as_of=AS_OF + timedelta(days=2))
    assert (then["release"], one(then)["accepted"]) == (1, 1)
    with pytest.raises(LookupError, match="no release"):
        rollup(connection, "2025-03", as_of=AS_OF - timedelta(days=1))


def test_choices_that_do_not_exist_are_refused(connection):
    release(connection, [{"value": 1}], [{}])
    for wrong in ({"fund": "KCXX"}, {"indicator": "E05"}, {"by": "xã"}, {"total": ("unit",)}, {"geography": "cũ"}):
        with pytest.raises(UnknownChoice, match=next(str(v[0] if isinstance(v, tuple) else v) for v in wrong.values())):
            rollup(connection, "2025-03", **wrong)


@pytest.mark.parametrize("seed", range(4))
def test_units_regions_and_nation_agree(connection, seed):
    draw = random.Random(seed)
    units = ["ha-noi", "long-an", "tay-ninh", "lam-dong", "binh-thuan", "trung-uong", "hue", "ca-mau"]
    states = ["accepted", "accepted", "accepted", "disputed", "missing"]
    rows, reports = [], []
    for unit in units:
        for end in (Q1, Q2):
            there = draw.random() < 0.8
            reports.append({"unit_key": unit, "period_end": end, **({} if there else NOT_THERE)})
            for activity in ("A1", "A2", "A3"):
                state = draw.choice(states) if there else "missing"
                low = draw.randrange(9)
                rows.append({
                    "unit_key": unit, "period_end": end, "activity_code": activity, "state": state,
                    "value": None if state == "missing" else draw.randrange(10**12), "low": low,
                    "high": draw.choice([None, low + draw.randrange(9)]),
                })  # fmt: skip
    release(connection, rows, reports)
    added = ("accepted", "disputed", "disputed_low", "disputed_high", "missing_low", "missing_high", "at_least", "at_most",
             *COUNTS)  # fmt: skip
    for period in ("2025-01..2025-06", "2025-04..2025-06"):
        for total in ((), ("activity",)):
            for geography in ("as-reported", "2025"):
                sums = []
                for by in ("unit", "region", "nation"):
                    by_row = defaultdict(lambda: [0] * len(added))
                    for row in rollup(connection, period, by=by, total=total, geography=geography)["rows"]:
                        key = (row["fund"], row["activity"], row["indicator_code"])
                        by_row[key] = [a + row[name] for a, name in zip(by_row[key], added, strict=True)]
                        assert row["n_owed"] == row["n_accepted"] + row["n_disputed"] + row["n_missing"]
                        assert row["n_returned"] <= row["n_missing"]
                    sums.append(dict(by_row))
                assert sums[0] == sums[1] == sums[2]


F, M, NO_CODE = {"dimension_key": "age=15-24;sex=F"}, {"dimension_key": "age=25-;sex=M"}, {}


def by_codes(rows, *names):
    """(sex, what is asked for) of rows that are broken out by sex."""
    return {row["codes"]["sex"]: pick(row, *names) for row in rows}


def test_own_dimensions_are_added_up_filtered_and_broken_out(connection):
    release(
        connection,
        [
            {"value": 5, **F}, {"value": 7, **M}, {"value": 11, **NO_CODE},
            {"unit_key": "hue", "value": 3, "dimension_key": "age=25-;sex=F"},
            missing(unit_key="son-la", low=2, **F), missing(unit_key="lai-chau", low=4, high=9),
            missing(unit_key="hue", indicator_code="KC-E02", low=4),
        ],
        [{"unit_key": "ha-noi"}, {"unit_key": "hue"}, {"unit_key": "son-la", **NOT_THERE}, {"unit_key": "lai-chau", **NOT_THERE}],
    )  # fmt: skip
    asked = {"period": "2025-03", "indicator": "KC-E05"}
    amounts = ("accepted", "missing_low", "missing_high", "n_unbounded")
    whole = one(rollup(connection, **asked))
    assert pick(whole, *amounts) == (26, 6, 9, 1)
    assert "codes" not in whole
    # what is missing without a code may be of any: nought at least, its own bound at most
    women = one(rollup(connection, **asked, where=("sex=F",)))
    assert (pick(women, *amounts), women["codes"]) == ((8, 2, 9, 1), {"sex": "F"})
    both = one(rollup(connection, **asked, where=("sex=F", "age=15-24")))
    assert pick(both, *amounts) == (5, 2, 9, 1)
    assert pick(one(rollup(connection, **asked, where=("sex=",))), *amounts) == (11, 4, 9, 0)
    # broken out, it stands alone, so that the parts add up
    parts = rollup(connection, **asked, by_code=("sex",))["rows"]
    assert by_codes(parts, *amounts) == {"": (11, 4, 9, 0), "F": (8, 2, 0, 1), "M": (7, 0, 0, 0)}
    crossed = rollup(connection, **asked, where=("sex=F",), by_code=("age",))["rows"]
    assert [(row["codes"], row["accepted"]) for row in crossed] == [
        ({"age": "", "sex": "F"}, 0), ({"age": "15-24", "sex": "F"}, 5), ({"age": "25-", "sex": "F"}, 3),
    ]  # fmt: skip
    assert rollup(connection, "2025-03", indicator="KC-E02", where=("sex=F",))["rows"] == []
    by_unit = rollup(connection, **asked, by="unit", where=("sex=F",))["rows"]
    assert {row["unit_key"]: row["accepted"] for row in by_unit} == {"ha-noi": 5, "hue": 3, "lai-chau": 0, "son-la": 0}


def test_what_is_not_added_up_is_not_added_up_over_dimensions(connection):
    average = {"indicator_code": "KC-A4-02e", "fund_code": "KCQG", "activity_code": "A4", "value": 4}
    firm = {"indicator_code": "KC-B01", "fund_code": "KCQG", "value": 1, "establishment_key": "E1"}
    release(
        connection,
        [
            {**average, **F}, {**average, **M}, {**firm, **F}, {**firm, **M, "project_key": "P2"},
            {**firm, "establishment_key": "E2", **F},
        ],
        [],
    )  # fmt: skip
    asked = {"period": "2025-03", "by": "unit", "indicator": "KC-A4-02e"}
    assert one(rollup(connection, **asked))["accepted"] is None
    assert by_codes(rollup(connection, **asked, by_code=("sex",))["rows"], "accepted") == {"F": (4,), "M": (4,)}
    # an establishment is one, whatever codes its lines have
    asked["indicator"] = "KC-B01"
    assert one(rollup(connection, **asked))["accepted"] == 2
    assert by_codes(rollup(connection, **asked, by_code=("sex",))["rows"], "accepted") == {"F": (2,), "M": (1,)}


def test_a_span_and_the_year_before_keep_to_the_codes(connection):
    release(
        connection,
        [
            {"value": 5, **F}, {"value": 9, "period_end": Q2, **F}, {"value": 1, **M}, {"value": 2, "period_end": Q2, **M},
            {"value": 4, "budget_year": 2024, "period_start": "2024-01-01", "period_end": "2024-06-30", **F},
            {"value": 8, "budget_year": 2024, "period_start": "2024-01-01", "period_end": "2024-06-30", **M},
        ],
        [{}, {"period_end": Q2}, {"period_end": "2024-06-30", "period_start": "2024-01-01"}],
    )  # fmt: skip
    assert one(rollup(connection, "2025-04..2025-06"))["accepted"] == 5
    spring = one(rollup(connection, "2025-04..2025-06", where=("sex=F",)))
    assert spring["accepted"] == 4
    parts = rollup(connection, "2025-06", by_code=("sex",))["rows"]
    assert by_codes(parts, "accepted", "prior_value", "growth_pct") == {"F": (9, 4, 125), "M": (2, 8, -75)}


def test_codes_that_do_not_exist_are_refused_with_those_that_do(connection):
    release(connection, [{"value": 1, **F}, {"value": 1, **M}], [{}])
    known = r"Release 1 has: age \(15-24, 25-\); sex \(F, M\)\."
    for wrong in ({"where": ("sex=X",)}, {"where": ("race=F",)}, {"where": ("sex",)}, {"by_code": ("race",)}):
        with pytest.raises(UnknownChoice, match=known):
            rollup(connection, "2025-03", **wrong)
    for wrong in ({"where": ("sex=F", "sex=M")}, {"where": ("sex=F",), "by_code": ("sex",)}):
        with pytest.raises(UnknownChoice, match="'sex' is"):
            rollup(connection, "2025-03", **wrong)
