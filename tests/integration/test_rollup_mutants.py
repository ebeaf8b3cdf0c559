"""Thirty changes of the roll-up's functions, one at a time: the oracle must notice each."""

from __future__ import annotations

from datetime import date

import pytest
from oracle.comparison import Tally
from oracle.marts import marts_of
from oracle_against import ask, compare_rollups
from oracle_nations import night_of_few
from rollup_mutants import KEEP, MUTANTS, definition

pytestmark = pytest.mark.long
LAST = date(2026, 3, 31)
ROW_KEY = ("unit_key", "as_at", "fund_code", "activity_code", "indicator_code", "measure")
# The quarter after the merger, the year after, a span across the merger, the year's first report, a month whose year before
# nobody reported month by month.
SPANS = [
    (None, date(2025, 9, 30)),
    (None, LAST),
    (date(2025, 6, 30), date(2025, 9, 30)),
    (None, date(2025, 3, 31)),
    (date(2026, 2, 28), LAST),
]


@pytest.fixture(scope="module")
def few(tmp_path_factory, named_database):
    """A connection to the night of a few clean provinces over three years, and what the oracle knows of them."""
    with night_of_few(tmp_path_factory.mktemp("mutants"), named_database("rollup_mutants").dsn, LAST) as night:
        yield night


def test_the_roll_up_itself_is_the_oracles(few):
    assert not compare_rollups(*few, SPANS).different
    assert not kept(*few).different


def test_there_are_twenty_mutants_that_someone_could_see():
    assert len([mutant for mutant in MUTANTS if not mutant.equivalent]) >= 20


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_oracle_notices(few, mutant):
    connection, known = few
    text = definition(connection, mutant.function)
    assert text.count(mutant.old) == mutant.times, "the function has changed: write the mutant anew"
    try:
        execute(connection, text.replace(mutant.old, mutant.new))
        tally = kept(connection, known) if mutant.function == KEEP else first_difference(connection, known)
    finally:
        execute(connection, text)
    if mutant.equivalent:
        assert not tally.different, "the oracle notices it: its argument is wrong"
    else:
        assert tally.different
        print(mutant.name, tally.different[0])


def first_difference(connection, known) -> Tally:
    """What the first span that differs says; all of them where none does."""
    tally = Tally()
    for span in SPANS:
        tally.add(compare_rollups(connection, known, [span]))
        if tally.different:
            break
    return tally


def kept(connection, known) -> Tally:
    """What the rows kept for the marts say, made anew."""
    execute(connection, "select release.keep_rollup(max(run_key)) from release.run")
    rows = ask(connection, "select * from release.rollup_row where level = 'unit'")
    shown = {tuple(row[name] for name in ROW_KEY): row for row in rows}
    true = marts_of(known.books, known.owed)["mart_unit_rollup"]
    tally = Tally()
    tally.compare("release.rollup_row", shown, true, ("accepted", "plan_value", "prior_value", "n_owed"))
    return tally


def execute(connection, sql: str) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
