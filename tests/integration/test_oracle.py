"""Every number that people read, against an oracle that adds up what the sample nation's model means (tests/oracle)."""

import contextlib
import dataclasses

import pytest
from oracle.marts import marts_of
from oracle_against import (
    EXEMPT,
    all_totals,
    compare_marts,
    compare_rollups,
    from_january,
    numeric_columns,
    spans_of,
)
from oracle_nations import UNITS, know_nation

from khuyencong.nightly import run_nightly
from khuyencong.warehouse import connect, discard_warehouse, find_warehouse


@pytest.fixture(scope="module")
def few(tmp_path_factory, named_database):
    """A connection to the night of a few clean provinces over three years, and what the oracle knows of them."""
    known = know_nation(tmp_path_factory.mktemp("few"), (2024, 2026), UNITS)
    known = dataclasses.replace(known, settings=dataclasses.replace(known.settings, database_url=named_database("oracle").dsn))
    run_nightly(known.settings, known.as_of, lambda: known.as_of)
    with contextlib.closing(connect(find_warehouse(known.settings))) as connection:
        yield connection, known


def test_no_column_of_numbers_of_a_mart_lacks_an_oracle(few):
    connection, known = few
    true = marts_of(known.books, known.owed)
    lacking = {
        f"{mart}.{column}"
        for mart, columns in numeric_columns(connection).items()
        for column in columns
        if column not in EXEMPT and column not in set().union(*(row.keys() for row in true.get(mart, {}).values()))
    }
    assert not lacking


def test_every_number_of_every_mart(few):
    tally = compare_marts(*few)
    print(tally.report())
    assert not tally.different, tally.report()


def test_every_number_of_the_roll_up_on_three_maps(few):
    tally = compare_rollups(*few, from_january(few[1]))
    print(tally.report())
    assert not tally.different, tally.report()


def test_every_number_of_totals_and_of_spans_that_do_not_begin_in_january(few):
    _, known = few
    newest = known.books.periods[-1]
    tally = compare_rollups(*few, [(None, newest)], all_totals())
    tally.add(compare_rollups(*few, list(spans_of(known))))
    print(tally.report())
    assert not tally.different, tally.report()


@pytest.mark.long
def test_every_number_of_the_whole_nation_over_three_years(tmp_path):
    known = know_nation(tmp_path, (2024, 2026))
    try:
        run_nightly(known.settings, known.as_of, lambda: known.as_of)
        with contextlib.closing(connect(find_warehouse(known.settings))) as connection:
            tally = compare_marts(connection, known)
            tally.add(compare_rollups(connection, known, from_january(known)))
            tally.add(compare_rollups(connection, known, list(spans_of(known))))
    finally:
        discard_warehouse(known.settings)
    print(tally.report())
    assert not tally.different, tally.report()
