"""Final periods: signed by somebody who decided nothing of them, frozen, reopened; the database refuses the rest."""

import contextlib
from datetime import date, timedelta

import psycopg2
import pytest
from histories import Q1, play, play_night
from released import AS_OF, load_register, make_fact_tables

from khuyencong.figures.rollup import rollup
from khuyencong.release.final import FinalError, final_periods, sign
from khuyencong.release.listing import release_show
from warehouse.address import connect

FIRST = ({"hanoi A1 Q1": "5", "hanoi A1 Q2": "8"}, {"hanoi Q1": "in_force", "hanoi Q2": "in_force"})
LATER = ({"hanoi A1 Q1": "held 6", "hanoi A1 Q2": "9"}, {"hanoi Q1": "in_force", "hanoi Q2": "in_force"})
MARCH = date(2025, 3, 31)


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        with connection, connection.cursor() as cursor:
            load_register(cursor)
            make_fact_tables(cursor)
        play(connection, [FIRST])
        yield connection


@pytest.fixture
def as_login(database, connection):
    """A connection as a login that is only a reviewer."""
    opened = []

    def login(name):
        with connection, connection.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(f"create role {name} login in role reviewer")
        other = connect(database)
        opened.append(other)
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute(f"set session authorization {name}")
        other.autocommit = False
        return other

    yield login
    for other in opened:
        other.close()


def decide(connection, period_end=Q1, flag_id="f"):
    """A decision on a figure of the period, by the login of the connection."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, decision, reason, decided_at)
            values (%s, %s, 'r', 'h', 'waive', 'the contract was seen', %s)""",
            (flag_id, f"ha-noi|2025|2025-01-01|{period_end}|KCDP-T|A1|KC-E05|ytd", AS_OF),
        )


def march(connection, **choice):
    (row,) = rollup(connection, "2025-03", **choice)["rows"]
    names = ("accepted", "disputed", "final_release", "accepted_after_final", "disputed_after_final")
    return tuple(row[name] for name in names)


def test_a_final_period_stays_and_what_comes_after_is_shown_beside_it(connection, as_login):
    ana = as_login("ana_signs")
    signed = sign(ana, "finalise", 2025, MARCH, "report 112", AS_OF + timedelta(hours=1))
    assert (signed["release_number"], signed["decided_by"]) == (1, "ana_signs")
    assert march(connection) == (5, 0, 1, 0, 0)
    assert play_night(connection, LATER, 1).release_number == 2
    assert march(connection) == (5, 0, 1, -5, 6)
    assert march(connection, as_of=AS_OF + timedelta(minutes=1)) == (5, 0, None, None, None)
    (june,) = rollup(connection, "2025-06")["rows"]
    assert (june["accepted"], june["final_release"]) == (9, None)
    (shown,) = release_show(connection, 2)["final"]
    assert (shown["period_end"], shown["n_opened_after"], shown["n_closed_after"]) == (MARCH, 1, 1)
    reopened = sign(ana, "reopen", 2025, MARCH, "an audit found more", AS_OF + timedelta(days=2))
    assert (reopened["release_number"], reopened["act"]) == (1, "reopen")
    assert march(connection) == (0, 6, None, None, None)
    assert march(connection, as_of=AS_OF + timedelta(days=1, hours=1)) == (5, 0, 1, -5, 6)
    assert final_periods(connection, 2) == []


def test_what_only_came_after_final_is_a_row_with_nothing_in_it(connection):
    sign(connection, "finalise", 2025, MARCH, "report 112", AS_OF)
    play_night(connection, ({**FIRST[0], "hanoi workers": "3"}, FIRST[1]), 1)
    rows = {row["indicator_code"]: row for row in rollup(connection, "2025-03", by="unit")["rows"]}
    late = rows["KC-A4-02e"]
    assert (late["accepted"], late["n_owed"], late["status"], late["accepted_after_final"]) == (0, 0, "after_final", 3)


def test_nobody_signs_a_period_on_whose_flags_they_decided(connection, as_login):
    decide(connection)
    with pytest.raises(FinalError, match="decided on a flag of period 2025-03"):
        sign(connection, "finalise", 2025, MARCH, "report 112", AS_OF)
    assert sign(connection, "finalise", 2025, date(2025, 6, 30), "report 113", AS_OF)["release_number"] == 1
    assert sign(as_login("binh_signs"), "finalise", 2025, MARCH, "report 112", AS_OF)["decided_by"] == "binh_signs"


def test_the_database_refuses_what_the_command_would_not_send(connection, as_login):
    ana = as_login("ana_signs")
    row = """insert into review.final (budget_year, period_end, act, release_number, reason, decided_at{})
        values (2025, %s, %s, {}, 'x', now(){})"""
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), ana, ana.cursor() as cursor:
        cursor.execute(row.format(", decided_by", 1, ", 'binh_signs'"), (MARCH, "finalise"))
    with ana, ana.cursor() as cursor:
        cursor.execute(row.format("", 77, "") + " returning release_number, decided_by", (MARCH, "finalise"))
        assert cursor.fetchone() == (1, "ana_signs")
    for statement in ("update review.final set reason = 'y'", "delete from review.final", "truncate review.final"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), ana, ana.cursor() as cursor:
            cursor.execute(statement)
        with pytest.raises(psycopg2.errors.RaiseException, match="append-only"), connection, connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    "acts, refused, why",
    [
        ([], ("reopen", MARCH), "not final, so there is nothing to reopen"),
        ([("finalise", MARCH)], ("finalise", MARCH), "final already, at release 1"),
        ([("finalise", MARCH), ("reopen", MARCH)], ("reopen", MARCH), "not final"),
        ([], ("finalise", date(2024, 3, 31)), "holds no figure of period 2024-03"),
    ],
)
def test_signing_what_cannot_be_signed_says_why(connection, acts, refused, why):
    for act, period_end in acts:
        sign(connection, act, 2025, period_end, "a reason", AS_OF)
    with pytest.raises(FinalError, match=why):
        sign(connection, refused[0], 2025, refused[1], "a reason", AS_OF)
    with pytest.raises(FinalError, match="reason"):
        sign(connection, refused[0], 2025, refused[1], " ", AS_OF)
