"""Not one đồng is lost: every sum is the same as reported, on the map of before and on the map of after, and is the truth."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from nation_slice import UNITS

from ingestion.written.periods import month_end
from khuyencong.night.nightly import run_nightly
from samples.nation import open_desk, write_nation
from samples.reports import Desk
from samples.scenario import MILLION
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import Settings

MAPS = (None, date(2024, 12, 31), date(2025, 7, 1))
QUARTERS = (3, 6, 9, 12)
AMOUNTS = ("accepted", "disputed", "disputed_low", "disputed_high", "missing_low", "missing_high", "at_least", "at_most")
# Of these a closed unit's last figures are carried where its successor reports since the succession.
CARRIED_FORMS = ("kinh-phi", "ket-qua")


@dataclass(frozen=True)
class Installed:
    """A released sample nation, what it was written with, and the units that were read (None = all)."""

    connection: object
    desk: Desk
    truth: Path
    ends: tuple[date, ...]
    units: tuple[str, ...] | None


@pytest.fixture(scope="module")
def whole_nation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The clean nation of 2024 to 2026, released once."""
    home = tmp_path_factory.mktemp("longer")
    settings = Settings(home=home, database_url=None, inbox=home / "inbox")
    summary = write_nation(settings.inbox, seed=77, clean=True, years=(2024, 2026))
    run_nightly(settings, summary.as_of, lambda: summary.as_of)
    connection = connect(open_warehouse(settings))
    ends = tuple(month_end(year, month) for year in (2024, 2025, 2026) for month in QUARTERS)
    yield Installed(connection, open_desk(77, (2024, 2026)), settings.inbox / "truth", ends, None)
    connection.close()
    discard_warehouse(settings)


@pytest.fixture(scope="module")
def part_of_nation(slice_installed, slice_inbox: Path) -> Iterator[Installed]:
    settings, _ = slice_installed
    connection = connect(open_warehouse(settings))
    ends = tuple(month_end(2025, month) for month in (6, 9))
    yield Installed(connection, open_desk(2025), slice_inbox / "truth", ends, UNITS)
    connection.close()


@pytest.fixture(params=["slice", pytest.param("nation", marks=pytest.mark.long)])
def installed(request) -> Installed:
    return request.getfixturevalue({"slice": "part_of_nation", "nation": "whole_nation"}[request.param])


def roll_up(installed: Installed, spans: list[tuple[date, date, date | None]], level: str) -> list[tuple[int, str, tuple, list]]:
    """[(span, unit_key, (fund, activity, indicator, measure), amounts)] of the first release, sums only."""
    starts, ends, maps = map(list, zip(*spans, strict=True))
    with installed.connection, installed.connection.cursor() as cursor:
        cursor.execute(
            f"""select span, unit_key, fund_code, activity_code, indicator_code, measure, {", ".join(AMOUNTS)}
            from release.rollup_spans(1, %s::date[], %s::date[], %s::date[], null, null, null, array[%s], array[]::text[])
            where is_additive""",
            (starts, ends, maps, level),
        )
        return [(row[0], row[1], tuple(row[2:6]), list(row[6:])) for row in cursor]


@pytest.mark.parametrize("is_alone", [False, True], ids=["from January", "each quarter alone"])
def test_every_sum_is_the_same_on_every_map_at_every_period(installed: Installed, is_alone: bool) -> None:
    levels = ("unit", "region", "nation")
    ends = installed.ends
    if is_alone:  # what lies behind a quarter is the same arithmetic on every level: the year of the merger shows it
        levels, ends = ("unit",), tuple(end for end in installed.ends if end.year == 2025)
    starts = (date(end.year, end.month - 2 if is_alone else 1, 1) for end in ends)
    asked = [(start, end, on_map) for start, end in zip(starts, ends, strict=True) for on_map in MAPS]
    totals: dict[str, list[dict]] = {}
    for level in levels:
        totals[level] = [defaultdict(lambda: [Decimal(0)] * len(AMOUNTS)) for _ in asked]
        for span, _, key, amounts in roll_up(installed, asked, level):
            sums = totals[level][span - 1]
            sums[key] = [a + b for a, b in zip(sums[key], amounts, strict=True)]
    for n, span in enumerate(asked):
        as_reported = totals["unit"][n - n % len(MAPS)]
        assert len(as_reported) > 100
        for level in levels:
            assert totals[level][n] == as_reported, (span, level)


def test_what_cannot_be_apportioned_has_rows_of_its_own(installed: Installed) -> None:
    before, after = date(2025, 6, 30), date(2025, 9, 30)
    rows = {
        (end, on_map): {unit for _, unit, _, _ in roll_up(installed, [(date(2025, 1, 1), end, on_map)], "unit")}
        for end in (before, after)
        for on_map in MAPS
    }
    merged = {row["successor_key"] for row in installed.desk.nation.register.rows["successions"]
              if row["effective_date"] == "2025-07-01"}  # fmt: skip
    there = {unit for unit in merged if installed.units is None or unit in installed.units}
    closed = {row["predecessor_key"] for row in installed.desk.nation.register.rows["successions"]}
    assert there <= rows[after, None] and not there & rows[before, None]
    assert {"not-apportionable:" + unit for unit in there} <= rows[after, MAPS[1]]
    assert not merged & rows[after, MAPS[1]]
    assert there <= rows[before, MAPS[2]]
    assert not closed & (rows[before, MAPS[2]] | rows[after, MAPS[2]])
    assert not [unit for key in ((before, None), (before, MAPS[1]), (before, MAPS[2]), (after, MAPS[2])) for unit in rows[key]
                if unit.startswith("not-apportionable")]  # fmt: skip


def test_every_sum_is_the_truth_as_it_was_printed(installed: Installed) -> None:
    """Each true figure rounded to the digits in which its office writes it; closed units carried; plans as decided by then."""
    true = defaultdict(Decimal)
    for end in installed.ends:
        for row in true_rows(installed, end):
            true[end, row["fund_code"], row["indicator_code"], row["measure"]] += printed(installed.desk, row)
    asked = [(date(end.year, 1, 1), end, None) for end in installed.ends]
    accepted = defaultdict(Decimal)
    # a decision of the centre names all units, also those of which the slice has no report
    decided = {(code, fund) for code, fund, form, _ in installed.desk.nation.register.sources if form == "giao-ke-hoach"}
    for span, unit, (fund, _, indicator, measure), amounts in roll_up(installed, asked, "unit"):
        if installed.units is None or unit in installed.units or (indicator, fund) in decided:
            accepted[asked[span - 1][1], fund, indicator, measure] += amounts[0]
    assert len({key[2] for key in true}) > 40
    differing = {key: (true.get(key, 0), accepted.get(key, 0)) for key in true | accepted
                 if true.get(key, 0) != accepted.get(key, 0)}  # fmt: skip
    assert differing == {}


@pytest.mark.long
def test_growth_compares_a_merged_unit_with_all_whom_it_followed(whole_nation: Installed) -> None:
    """Also where it reports since the merger, and what came before is carried beside its own row."""
    with whole_nation.connection, whole_nation.connection.cursor() as cursor:
        cursor.execute(
            """select now.period_end, now.n_same_units, now.same_units_value = now.accepted, now.prior_value = before.accepted
            from marts.mart_national_rollup as now
            inner join marts.mart_national_rollup as before
                using (fund_code, activity_code, indicator_code, measure)
            where before.period_end = (now.period_end - interval '1 year')::date and now.indicator_code = 'KC-E05'
                and now.fund_code = 'KCDP-T' and now.activity_code in ('A1', 'A3', 'A4') and now.accepted <> 0"""
        )
        compared = cursor.fetchall()
    assert len(compared) == 24  # three activities, eight quarters that have a year before
    for end, n_units, is_all_now, is_all_before in compared:
        assert (n_units, is_all_now, is_all_before) == (63 if end < date(2025, 7, 1) else 34, True, True), end


def true_rows(installed: Installed, end: date) -> Iterator[dict[str, str]]:
    """Rows of the truth that the national figures of a period should contain, each from its source of record."""
    register = installed.desk.nation.register
    sources = {(code, fund, form) for code, fund, form, _ in register.sources}
    sums = {code for code, row in register.indicators.items() if row["aggregation"] == "sum" and row["is_formula"] != "yes"}
    closed = {  # predecessor of a unit that reports since → the end of its last report
        unit: str(month_end(merger[0].year, merger[0].month - 1))
        for successor in installed.desk.nation.scenario["since"]
        if (merger := register.merged_in(successor, end.year)) and end > merger[0]
        for unit in merger[1]
    }
    with (installed.truth / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            is_wanted = row["indicator_code"] in sums and (installed.units is None or row["unit_key"] in installed.units)
            if not is_wanted or (row["indicator_code"], row["fund_code"], row["form_code"]) not in sources:
                continue
            if row["form_code"] == "giao-ke-hoach":
                is_there = row["report_period_end"] <= str(end) and row["budget_year"] == str(end.year)
            elif row["unit_key"] in closed and row["form_code"] in CARRIED_FORMS and row["measure"] != "stock":
                is_there = row["report_period_end"] == closed[row["unit_key"]]
            else:
                is_there = row["report_period_end"] == str(end)
            if is_there:
                yield row


def printed(desk: Desk, row: dict[str, str]) -> Decimal:
    """A true figure as its office prints it: money in its unit to its decimals, counts as they are."""
    unit = desk.nation.register.indicators[row["indicator_code"]]["unit"]
    value = Decimal(row["value"])
    if unit == "tỷ đồng":
        step = Decimal(100 * MILLION)
    elif unit != "triệu đồng":
        return value
    else:
        habit = desk.habits[0][1] if row["form_code"] == "giao-ke-hoach" else desk.habit(row["unit_key"])
        # the results form names each line's unit of measure, so money in it is written in millions
        factor, decimals = (MILLION, habit.decimals or 1) if row["form_code"] == "ket-qua" else (habit.factor, habit.decimals)
        step = Decimal(factor).scaleb(-decimals)
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
