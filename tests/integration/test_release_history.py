"""The release layer over random histories of nights: every night is read back as it was released, every difference has reasons."""

import contextlib
import random
from datetime import timedelta

import pytest
from histories import histories, play, play_night
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from released import AS_OF, load_register, make_fact_tables

from khuyencong.figures.bridge import AMOUNTS, bridge
from khuyencong.figures.rollup import rollup
from warehouse.address import connect

HISTORIES = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
MORE = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))

# What a row says: its key and its content. What is only carried along (a report's days_late) may stay as it was opened.
CONTRIBUTION_SAYS = (
    "unit_key", "budget_year", "period_start", "period_end", "fund_code", "activity_code", "indicator_code", "measure",
    "project_key", "establishment_key", "dimension_key", "line_reference", "effective_from", "carried_into", "state", "value",
    "low", "high", "effective_to",
)  # fmt: skip
REPORT_SAYS = (
    "unit_key", "form_code", "period_end", "sender_role", "document_no", "is_owed", "state", "is_late", "is_estimated",
    "sha256_in_force", "sha256_under_review",
)  # fmt: skip

COMES_BACK = [({"hanoi A1 Q1": "5"}, {}), ({"hanoi A1 Q1": "6"}, {}), ({}, {}), ({"hanoi A1 Q1": "5"}, {})]
HELD_AND_CLEARED = [
    ({"hanoi A1 Q1": "5", "hanoi A1 Q2": "8"}, {"hanoi Q1": "in_force", "hanoi Q2": "in_force"}),
    ({"hanoi A1 Q1": "held 5", "hanoi A1 Q2": "8"}, {"hanoi Q1": "in_force", "hanoi Q2": "in_force"}),
    ({"hanoi A1 Q1": "5", "hanoi A1 Q2": "missing 5-9"}, {"hanoi Q1": "in_force", "hanoi Q2": "missing"}),
]
MERGED = [
    ({"longan A1 Q2": "7"}, {"longan Q2": "in_force"}),
    ({"longan A1 Q2": "7", "longan A1 Q3": "carried 7", "tayninh A1 Q3": "4"}, {"tayninh Q3": "in_force"}),
    ({"longan A1 Q2": "9", "longan A1 Q3": "carried 9", "tayninh A1 Q3": "held 4"}, {"tayninh Q3": "in_force"}),
]
PLAN_RAISED = [
    ({"hanoi plan": "5", "hanoi A1 Q2": "3"}, {}),
    ({"hanoi plan": "6", "hanoi plan from June": "9", "hanoi A1 Q2": "3"}, {}),
]
ONE_FIRM_TWICE = [
    ({"firm X at hanoi": "1", "firm Y at hanoi": "1"}, {}),
    ({"firm X at hanoi": "1", "firm X again": "1", "firm X at hue": "held 1"}, {}),
    ({"firm X again": "1"}, {}),
]


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        with connection, connection.cursor() as cursor:
            load_register(cursor)
            make_fact_tables(cursor)
        yield connection


def rows_of(connection, table, columns, where="true"):
    names = ", ".join(columns)
    with connection, connection.cursor() as cursor:
        cursor.execute(f"select {names} from {table} where {where} order by {names}")
        return cursor.fetchall()


def printed(connection, as_of=None):
    """What `kc rollup` prints, counts included, for a quarter, a span not from January and a map."""
    choices = [
        {"period": "2025-03"}, {"period": "2025-04..2025-06", "by": "unit"}, {"period": "2025-09", "geography": "2025"},
        {"period": "2025-06", "by": "region", "total": ("fund", "activity")},
    ]  # fmt: skip
    return [rollup(connection, as_of=as_of, **choice)["rows"] for choice in choices]


def every_night_is_read_back(connection, history, seed):
    shuffle, nights = random.Random(seed), []
    play(connection, [])
    for number, one_night in enumerate(history):
        outcome = play_night(connection, one_night, number, shuffle)
        facts = rows_of(connection, "facts.fct_contribution", CONTRIBUTION_SAYS)
        reports = rows_of(connection, "facts.fct_report", REPORT_SAYS)
        content = sorted(one_night[0].items()), sorted(one_night[1].items())
        shown = printed(connection) if outcome.release_number else None
        nights.append((number, outcome, facts, reports, content, shown))
    for number, outcome, facts, reports, _, shown in nights:
        if outcome.release_number is None:
            assert not facts and not reports
            continue
        n = outcome.release_number
        then = f"opened_release <= {n} and (closed_release is null or closed_release > {n})"
        assert rows_of(connection, "release.contribution", CONTRIBUTION_SAYS, then) == facts
        assert rows_of(connection, "release.report", REPORT_SAYS, then) == reports
        assert rows_of(connection, f"release.content_hash({n}) as h", ("h",)) == [(outcome.release_hash,)]
        assert printed(connection, AS_OF + timedelta(days=number, hours=1)) == shown
    # a release is opened exactly where the content is another, and its hash knows nothing but content
    for before, after in zip(nights, nights[1:], strict=False):
        assert after[1].opened == (before[2:4] != after[2:4])
        assert (before[1].release_hash == after[1].release_hash) == (before[2:4] == after[2:4])


def bridges_leave_nothing(connection, history, by, period):
    outcomes = play(connection, history)
    newest = max((o.release_number or 0 for o in outcomes), default=0)
    for a in range(1, newest + 1):
        for b in range(a, newest + 1):
            document = bridge(connection, a, b, by=by, period=period)
            for figure in document["figures"]:
                assert figure["residual"] == dict.fromkeys(AMOUNTS, 0), (a, b, figure)
                assert figure["parts"], (a, b, figure)
            assert a != b or not document["figures"]


def described(history_strategy):
    return given(history=history_strategy, seed=st.integers(0, 9))


@HISTORIES
@example(history=COMES_BACK, seed=0)
@example(history=HELD_AND_CLEARED, seed=0)
@example(history=MERGED, seed=0)
@described(histories)
def test_every_night_is_read_back_as_it_was_released(connection, history, seed):
    every_night_is_read_back(connection, history, seed)


@HISTORIES
@example(history=ONE_FIRM_TWICE, by="nation", period=None)
@example(history=ONE_FIRM_TWICE, by="unit", period=None)
@example(history=PLAN_RAISED, by="nation", period=None)
@example(history=MERGED, by="region", period="2025-07..2025-09")
@example(history=HELD_AND_CLEARED, by="unit", period="2025-04..2025-06")
@given(
    history=histories,
    by=st.sampled_from(["nation", "region", "unit"]),
    period=st.sampled_from([None, "2025-04..2025-06", "2025-07..2025-09"]),
)
def test_a_bridge_leaves_nothing_between_any_two_releases(connection, history, by, period):
    bridges_leave_nothing(connection, history, by, period)


@pytest.mark.long
@MORE
@described(histories)
def test_every_night_of_many_histories_is_read_back(connection, history, seed):
    every_night_is_read_back(connection, history, seed)


@pytest.mark.long
@MORE
@given(
    history=histories,
    by=st.sampled_from(["nation", "region", "unit"]),
    period=st.sampled_from([None, "2025-04..2025-06", "2025-07..2025-09"]),
)
def test_bridges_of_many_histories_leave_nothing(connection, history, by, period):
    bridges_leave_nothing(connection, history, by, period)


def test_an_earlier_night_is_read_with_the_register_of_its_time(connection):
    """A region, what an indicator adds to, who is asked: edited later, they change nothing that was released before."""
    one_night = {"hanoi A1 Q1": "5", "hanoi A1 Q2": "8", "firm X at hanoi": "1"}, {"hanoi Q1": "in_force", "hanoi Q2": "missing"}
    play(connection, [one_night])
    shown = printed(connection)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """update register.group_members set group_key = 'phia-nam' where unit_key = 'ha-noi';
            update register.funds set valid_to = '2025-01-31' where fund_code = 'KCDP-T';
            update register.indicators set unit = 'tỷ', aggregation = 'none' where indicator_code = 'KC-B01'"""
        )
    assert printed(connection) == shown  # the register counts from the next night
    unchanged = play_night(connection, one_night, 1)
    assert not unchanged.opened
    edited = printed(connection)
    assert edited != shown
    assert printed(connection, AS_OF + timedelta(hours=1)) == shown
    play_night(connection, ({**one_night[0], "hanoi A1 Q1": "6"}, one_night[1]), 2)
    assert printed(connection, AS_OF + timedelta(days=1, hours=1)) == edited
    assert printed(connection, AS_OF + timedelta(hours=1)) == shown


@pytest.mark.parametrize("period", [None, "2025-04..2025-06"])
def test_a_unit_that_moves_to_another_region_takes_its_figures_with_it(connection, period):
    one_night = {"hanoi A1 Q1": "5", "hanoi A1 Q2": "8", "firm X at hanoi": "1"}, {"hanoi Q1": "in_force", "hanoi Q2": "in_force"}
    play(connection, [one_night])
    with connection, connection.cursor() as cursor:
        cursor.execute("update register.group_members set group_key = 'phia-nam' where unit_key = 'ha-noi'")
    play_night(connection, ({**one_night[0], "hanoi A1 Q2": "9"}, one_night[1]), 1)
    figures = bridge(connection, 1, 2, by="region", period=period)["figures"]
    assert {figure["unit_key"] for figure in figures} == {"phia-bac", "phia-nam"}
    for figure in figures:
        assert figure["residual"] == dict.fromkeys(AMOUNTS, 0), figure
    assert "register" in {part["reason"] for figure in figures for part in figure["parts"]}
    for by in ("nation", "unit"):
        parts = [part for figure in bridge(connection, 1, 2, by=by, period=period)["figures"] for part in figure["parts"]]
        assert {part["reason"] for part in parts} == {"arrival"}
