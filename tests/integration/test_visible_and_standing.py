"""What is visible at a release and how a submission stands, read in their homes, through which the planner sees the tables."""

import contextlib
from datetime import date, datetime

import pytest
from psycopg2.extras import execute_values
from raw_builder import RawBuilder

from warehouse.address import connect
from warehouse.settings import TIMEZONE

# contribution → opened at, closed at; hand-worked below.
ROWS = {"stays": (1, None), "goes": (1, 2), "comes": (2, None), "passes": (2, 3), "last": (3, None)}
SHOWN = {1: {"stays", "goes"}, 2: {"stays", "comes", "passes"}, 3: {"stays", "comes", "last"}}
MOVED = {
    (1, 1, "stays"), (1, 1, "goes"), (2, -1, "goes"), (2, 1, "comes"), (2, 1, "passes"), (3, -1, "passes"), (3, 1, "last"),
}  # fmt: skip


@pytest.fixture
def cursor(database):
    with contextlib.closing(connect(database)) as connection, connection.cursor() as cursor:
        yield cursor


@pytest.fixture
def released(cursor):
    """Three releases of five contributions and of five reports of the same names."""
    cursor.execute("insert into release.run (as_of, started_at) select now(), now() from generate_series(1, 3)")
    cursor.execute("insert into release.release (run_key, as_of, release_hash) select run_key, as_of, '' from release.run")
    for name, (opened, closed) in ROWS.items():
        why = ("arrival", closed and "revision")
        cursor.execute(
            """insert into release.contribution (unit_key, budget_year, period_start, period_end, fund_code, activity_code,
                indicator_code, measure, effective_from, state, opened_release, closed_release, reason, closed_reason)
            values (%s, 2025, '2025-01-01', '2025-03-31', 'F', 'A', 'I', 'ytd', '2025-01-01', 'accepted', %s, %s, %s, %s)""",
            (name, opened, closed, *why),
        )
        cursor.execute(
            """insert into release.report (unit_key, form_code, period_end, sender_role, is_owed, state, is_late,
                opened_release, closed_release, reason, closed_reason)
            values (%s, 'f', '2025-03-31', 'so', true, 'in_force', false, %s, %s, %s, %s)""",
            (name, opened, closed, *why),
        )
    return cursor


def ask(cursor, statement, *values):
    cursor.execute(statement, values)
    return cursor.fetchall()


@pytest.mark.parametrize("kind", ["contribution", "report"])
def test_a_release_shows_what_was_opened_and_not_closed_by_then(released, kind):
    for number, names in SHOWN.items():
        assert {name for (name,) in ask(released, f"select unit_key from release.visible_{kind}s(%s)", number)} == names
    assert {name for (name,) in ask(released, f"select unit_key from release.open_{kind}")} == SHOWN[3]
    assert ask(released, f"select count(*) from release.visible_{kind}s(0)") == [(0,)]
    moved = ask(released, f"select at_release, sign, unit_key, why from release.moved_{kind}")
    assert {row[:3] for row in moved} == MOVED and len(moved) == len(MOVED)
    assert {(sign, why) for _, sign, _, why in moved} == {(1, "arrival"), (-1, "revision")}


PLANS = {
    "select * from release.visible_contributions(2)": {"contribution_opened", "contribution_closed"},
    "select * from release.visible_reports(2)": {"report_opened", "report_closed"},
    "select * from release.open_contribution": {"contribution_closed"},
    "select * from release.open_report": {"report_closed"},
    "select * from release.moved_contribution where at_release = 2": {"contribution_opened", "contribution_closed"},
    "select * from release.moved_report where at_release between 2 and 3": {"report_opened", "report_closed"},
    "select * from generate_series(1, 3) as n cross join lateral release.visible_contributions(n) as c": {
        "contribution_opened", "contribution_closed"
    },
}  # fmt: skip


@pytest.mark.parametrize("statement", PLANS)
def test_the_planner_sees_the_table_and_its_indexes(released, statement):
    released.execute("set local enable_seqscan = off")
    plan = "\n".join(line for (line,) in ask(released, f"explain (costs off) {statement}"))
    assert "visible_" not in plan, plan
    used = {name for name in ("contribution_opened", "contribution_closed", "report_opened", "report_closed") if name in plan}
    assert used and used <= PLANS[statement], plan
    for column in ("opened_release", "closed_release"):
        assert "visible_" not in statement or column in plan, plan


def test_a_submission_stands_as_the_newest_night_left_it_and_a_night_knows_what_was_known_by_its_moment(database):
    with contextlib.closing(connect(database)) as connection:
        builder = RawBuilder(connection)
        builder.load_forms()
        first, second, third = (builder.submit("kinh-phi", unit, date(2025, 3, 31)) for unit in ("ha-noi", "hue", "son-la"))
        # the third night is one of the past
        nights = [builder.night(datetime(2025, 5, day, tzinfo=TIMEZONE)) for day in (10, 20, 5)]
        with connection, connection.cursor() as cursor:
            execute_values(
                cursor,
                "insert into checks.standing_history (run_key, submission_key, submission_state, n_holds) values %s",
                [
                    (nights[0], first, "in_force", 0), (nights[1], first, "superseded", 0),
                    (nights[0], second, "under_review", 2), (nights[1], second, "in_force", 1),
                    (nights[2], second, "under_review", 3), (nights[2], third, "nil", 0),
                ],
            )  # fmt: skip
            states = "select submission_key, submission_state, n_holds, run_key from checks.submission_state order by 1"
            recorded = "select submission_key, submission_state from checks.standing_recorded order by 1"
            stands = [(first, "superseded", 0, nights[1]), (second, "under_review", 3, nights[2]), (third, "nil", 0, nights[2])]
            assert ask(cursor, states) == stands
            assert ask(cursor, recorded) == [(second, "under_review"), (third, "nil")]
        builder.night(datetime(2025, 5, 30, tzinfo=TIMEZONE))
        with connection, connection.cursor() as cursor:
            assert ask(cursor, states) == stands
            assert ask(cursor, recorded) == [(first, "superseded"), (second, "in_force"), (third, "nil")]
