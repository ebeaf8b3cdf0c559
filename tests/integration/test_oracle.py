"""Every number that people read, against an oracle that adds up what the sample nation's model means (tests/oracle)."""

import contextlib
import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
from oracle.bridge import bridged
from oracle.marts import marts_of
from oracle.spoilt import Spoilt
from oracle_against import (
    EXEMPT,
    all_totals,
    compare_marts,
    compare_rollups,
    from_january,
    numeric_columns,
    spans_of,
)
from oracle_nations import SEED, UNITS, KnownNation, know, know_nation, night_of_few

from khuyencong.night.nightly import run_nightly
from samples.errors import plant
from samples.folder import write_documents
from samples.nation import all_documents, open_desk
from warehouse.address import connect
from warehouse.opening import discard_warehouse, find_warehouse
from warehouse.settings import TIMEZONE, Settings

LAST = date(2026, 3, 31)
# Before the merger, inside its year, at its end, and a year after; the marts and the long tests have every month-end.
SOME = (date(2025, 3, 31), date(2025, 9, 30), date(2025, 12, 31), LAST)
# Spans over the merger and after it.
ACROSS = (
    (date(2025, 6, 30), date(2025, 9, 30)), (date(2025, 3, 31), date(2025, 12, 31)), (date(2026, 3, 31), date(2026, 6, 30)),
)  # fmt: skip


@pytest.fixture(scope="module")
def few(tmp_path_factory, named_database):
    """A connection to the night of a few clean provinces over three years, and what the oracle knows of them."""
    with night_of_few(tmp_path_factory.mktemp("few"), named_database("oracle").dsn, LAST) as night:
        yield night


def test_no_column_of_numbers_of_a_mart_lacks_an_oracle(few):
    """Bridge and held figures of a first clean night have no row; their numbers are those of the tests of bridges and holds."""
    connection, known = few
    true = marts_of(known.books, known.owed) | bridged(known.books.reports[:1], known.books.reports, 0)
    columns = numeric_columns(connection)
    assert columns.keys() == true.keys()
    without_rows = {"mart_held_figures"}  # the nation of six units has holds
    lacking = {
        f"{mart}.{column}"
        for mart, names in columns.items()
        for column in names
        if mart not in without_rows and column not in {*EXEMPT, *next(iter(true[mart].values()))}
    }
    assert not lacking


def test_every_number_of_every_mart(few):
    tally = compare_marts(*few)
    print(tally.report())
    assert not tally.different, tally.report()


def test_every_number_of_the_roll_up_on_three_maps(few):
    tally = compare_rollups(*few, [(None, end) for end in SOME])
    tally.add(compare_rollups(*few, [(date(2025, 6, 30), date(2025, 9, 30))], all_totals()))
    print(tally.report())
    assert not tally.different, tally.report()


@pytest.mark.long
def test_every_number_of_the_whole_nation_over_three_years(tmp_path):
    known = know_nation(tmp_path, (2024, 2026))
    with night_of(known) as connection:
        tally = compare_marts(connection, known)
        tally.add(compare_rollups(connection, known, from_january(known)))
        tally.add(compare_rollups(connection, known, ACROSS))
        tally.add(compare_rollups(connection, known, [(None, end) for end in SOME], all_totals()))
    print(tally.report())
    assert not tally.different, tally.report()


@pytest.mark.long
def test_every_number_that_no_planted_error_can_touch(tmp_path):
    """Units, with all that they were merged with, and their forms from before the period of their first error on."""
    desk = open_desk(SEED)
    documents = list(all_documents(desk))
    known = know(Settings(home=tmp_path / "kc", database_url=None, inbox=tmp_path / "inbox"), desk, documents)
    spoilt = Spoilt(plant(desk, documents), desk.nation, known.books.territory)
    write_documents(known.settings.inbox, documents, desk.nation.scenario.as_of)

    def keeps(unit: str, form: str, end: date) -> bool:
        return not spoilt.touches(unit, form, end)

    tables = marts_of(known.books, known.owed)
    with night_of(known) as connection:
        tally = compare_marts(connection, known, {"mart_unit_rollup": tables["mart_unit_rollup"]}, keeps)
        tally.add(compare_marts(connection, known, {"mart_regional_rollup": tables["mart_regional_rollup"]}, keeps))
        tally.add(
            compare_marts(
                connection,
                known,
                {"mart_reporting": tables["mart_reporting"]},
                lambda *place: place not in spoilt.reports,
            )
        )
        tally.add(compare_marts(connection, known, {"mart_held_figures": {}}, keeps))
        tally.add(compare_rollups(connection, known, from_january(known), keeps=keeps))
    print(tally.report())
    assert not tally.different, tally.report()
    assert sum(tally.cells.values()) > 1_000_000


@pytest.mark.long
def test_every_number_of_two_nights_their_bridge_and_every_span(tmp_path):
    """The first night ends with January, when all of the year before has come; the second brings three months."""
    known = know_nation(tmp_path, (2024, 2026), LAST, UNITS)
    first = datetime.combine(date(2026, 1, 31), time(22), TIMEZONE)
    with night_of(dataclasses.replace(known, as_of=first)) as connection:
        run_nightly(known.settings, known.as_of, lambda: known.as_of)
        reports = [report for report in known.books.reports if report.received_at <= first]
        tables = bridged(reports, known.books.reports, known.books.n_carried)
        tally = compare_marts(connection, known, tables)
        tally.add(
            compare_marts(
                connection, known, {"mart_unit_rollup": marts_of(known.books, known.owed)["mart_unit_rollup"]}
            )
        )
        tally.add(compare_rollups(connection, known, [*from_january(known), *spans_of(known)]))
    print(tally.report())
    assert not tally.different, tally.report()


@contextlib.contextmanager
def night_of(known: KnownNation) -> Iterator:
    """A connection to an installation after its night; the installation is gone afterwards."""
    try:
        run_nightly(known.settings, known.as_of, lambda: known.as_of)
        with contextlib.closing(connect(find_warehouse(known.settings))) as connection:
            yield connection
    finally:
        discard_warehouse(known.settings)
