"""A night that does not account for everything releases nothing: each way of losing figures, done to a warehouse that was right."""

import contextlib
import re
from datetime import timedelta

import pytest
from released import AS_OF, load_register, make_fact_tables, set_facts, start_run

from khuyencong.release.control_totals import ControlError, count_station
from khuyencong.release.release import open_release
from warehouse.address import connect

HANOI = {"value": 100}
HUE = {"unit_key": "hue", "value": 900, "cause_reference": "sha-hue"}
HANOI_REPORT, HUE_REPORT = {}, {"unit_key": "hue", "sha256_in_force": "sha-hue"}


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        with connection, connection.cursor() as cursor:
            load_register(cursor)
            make_fact_tables(cursor)
            cursor.execute("update register.parameters set parameter_value = 10 where parameter_code = 'unexplained_close_pct'")
            cursor.execute(
                """insert into register.form (form_code, form_name, form_name_en, form_version, valid_from, legal_basis,
                    period_months, is_line_form, nil_allowed, has_document_no)
                values ('kinh-phi', 'x', 'x', '1', '2020-01-01', 'x', '{3}', false, false, false)"""
            )
        yield connection


def tonight(connection, contributions, reports, day=0):
    """Tonight's facts and a run that accounts for them, not yet released."""
    with connection, connection.cursor() as cursor:
        set_facts(cursor, contributions, reports)
        return start_run(cursor, AS_OF + timedelta(days=day))


def release(connection, run_key, day=0):
    return open_release(connection, run_key, AS_OF + timedelta(days=day))


def scalar(connection, query):
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


OPEN = "select count(*) from release.contribution where closed_release is null"


def refused(connection, run_key, day, words):
    """The release is refused with these words, and what was open stays open."""
    before = scalar(connection, OPEN), scalar(connection, "select count(*) from release.release")
    with pytest.raises(ControlError, match=words):
        release(connection, run_key, day)
    connection.rollback()
    assert (scalar(connection, OPEN), scalar(connection, "select count(*) from release.release")) == before


def test_facts_that_were_emptied_after_their_station_release_nothing(connection):
    release(connection, tonight(connection, [HANOI, HUE], [HANOI_REPORT, HUE_REPORT]))
    run_key = tonight(connection, [HANOI, HUE], [HANOI_REPORT, HUE_REPORT], 1)
    with connection, connection.cursor() as cursor:
        cursor.execute("truncate facts.fct_contribution, facts.fct_report")
    refused(connection, run_key, 1, "facts left 2 rows, .* lost or changed in between")


def test_one_amount_that_changed_after_its_station_releases_nothing(connection):
    run_key = tonight(connection, [HANOI, HUE], [HANOI_REPORT, HUE_REPORT])
    with connection, connection.cursor() as cursor:
        cursor.execute("update facts.fct_contribution set value = value + 1 where unit_key = 'hue'")
    refused(connection, run_key, 0, "contributions of tonight")


@pytest.mark.parametrize("station", ["land", "read", "door", "build", "reconcile", "facts"])
def test_a_station_without_totals_or_with_an_open_one_releases_nothing(connection, station):
    run_key = tonight(connection, [HANOI], [HANOI_REPORT])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "update release.control_total set rows_out = rows_out - 1 where run_key = %s and station = %s", (run_key, station)
        )
    refused(connection, run_key, 0, f"Station {station} does not account for all .* Nothing is released")
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from release.control_total where run_key = %s and station = %s", (run_key, station))
    refused(connection, run_key, 0, f"Station {station} left no control totals")


def test_what_nothing_speaks_for_does_not_go(connection):
    """The facts lack Huế's report and nothing arrived: a consistent night all the same, so only this guard sees it."""
    release(connection, tonight(connection, [HANOI, HUE], [HANOI_REPORT, HUE_REPORT]))
    run_key = tonight(connection, [HANOI], [HANOI_REPORT], 1)
    refused(connection, run_key, 1, r"1 accepted figures \(50.0 %\), 900 đồng \(90.0 %\), of 1 units \(kinh-phi\)")
    with connection, connection.cursor() as cursor:
        cursor.execute("update register.parameters set parameter_value = 95 where parameter_code = 'unexplained_close_pct'")
    assert release(connection, run_key, 1).n_closed == 2


@pytest.mark.parametrize("unit, is_released", [("hue", True), ("ha-noi", False)])
def test_what_arrived_from_the_unit_speaks_for_what_goes(connection, unit, is_released):
    release(connection, tonight(connection, [HANOI, HUE], [HANOI_REPORT, HUE_REPORT]))
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into raw.receipt (source_code, location, received_at, sha256, byte_count, file_extension, state)
            values ('s', 'l', %s, 'x', 1, 'xlsx', 'read') returning receipt_key""",
            (AS_OF + timedelta(hours=12),),
        )
        cursor.execute(
            """insert into raw.submission (receipt_key, form_code, form_version, unit_key, sender_role, budget_year, period_start,
                period_end, money_unit, money_factor, received_at, sha256)
            values (%s, 'kinh-phi', '1', %s, 'so', 2025, '2025-01-01', '2025-03-31', 'đồng', 1, %s, 'x')""",
            (cursor.fetchone()[0], unit, AS_OF + timedelta(hours=12)),
        )
    run_key = tonight(connection, [HANOI], [HANOI_REPORT], 1)
    if is_released:
        assert release(connection, run_key, 1).n_closed == 2
    else:
        refused(connection, run_key, 1, "nothing speaks for it")


FAULTS = [
    ("a column of the nation", "update release.rollup_row set accepted = accepted + 1 where level = 'nation'", "accepted"),
    ("a unit that is lost", "delete from release.rollup_row where level = 'unit' and unit_key = 'hue'", "of the units"),
    ("a region that is doubled", """insert into release.rollup_row select * from release.rollup_row
        where level = 'region' and unit_key = 'phia-bac'""", "of the regions"),
    ("a plan that is lost", "update release.rollup_row set plan_value = null where indicator_code = 'KC-E05'", "plan decided"),
    ("a plan that is counted twice", """update release.rollup_row set plan_value = plan_value * 2
        where indicator_code = 'KC-E05'""", "plan decided"),
    ("a unit in no state", "update release.rollup_row set n_accepted = n_accepted - 1 where n_accepted > 0", "those that owe"),
]  # fmt: skip


@pytest.mark.parametrize("name, damage, words", FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_roll_up_that_contradicts_itself_releases_nothing(connection, name, damage, words):
    """The function that keeps the roll-up is made to err; the release that it belongs to is not opened."""
    plan = {"indicator_code": "KC-P02", "measure": "plan", "period_end": "2025-12-31", "value": 500}
    run_key = tonight(connection, [HANOI, HUE, plan, {**HUE, **plan, "value": 700}], [HANOI_REPORT, HUE_REPORT])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"""alter function release.keep_rollup rename to keep_right_rollup;
            create function release.keep_rollup(p_run bigint) returns bigint language plpgsql as $$
            begin
                perform release.keep_right_rollup(p_run);
                {damage};
                return 0;
            end $$"""
        )
    refused(connection, run_key, 0, words)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "drop function release.keep_rollup; alter function release.keep_right_rollup rename to keep_rollup"
        )
    assert release(connection, run_key).n_opened == 6
    assert scalar(
        connection, "select sum(plan_value) from release.rollup_row where level = 'nation' and indicator_code = 'KC-E05'"
    ) == 1200


RECEIPT = """insert into raw.receipt (source_code, location, received_at, first_seen_run, sha256, byte_count, file_extension, state)
    select 'inbox', 'a.xlsx', as_of, run_key, 'x', 1, 'xlsx', 'read' from release.tonight"""
SUBMISSION = """insert into raw.submission (receipt_key, form_code, form_version, unit_key, sender_role, budget_year, period_start,
        period_end, money_unit, money_factor, received_at, sha256, door_run, door_verdict)
    select receipt_key, 'kinh-phi', '1', 'hue', 'so', 2025, '2025-01-01', '2025-03-31', 'đồng', 1, received_at, 'x',
        first_seen_run, 'accept' from raw.receipt"""
LINE = """insert into raw.line (submission_key, sheet_code, row_number, line_kind) select submission_key, 's', 3, 'detail'
    from raw.submission"""
CELL = """insert into raw.cell (submission_key, sheet_code, row_number, column_name, reading, value)
    select submission_key, 's', 3, 'c', 'number', 12 from raw.submission"""
ATTEMPT = """insert into raw.source_attempt (source_code, transport, run_key, attempted_at, outcome, n_tries, n_seen, n_new,
        n_waiting, n_failed) select 'inbox', 'folder', run_key, as_of, 'done', 1, 1, 1, 0, 0 from release.tonight"""
HOLD = """insert into checks.hold (run_key, submission_key, sheet_code, row_number, column_name, rule_id)
    select door_run, submission_key, 's', 3, 'c', 'R' from raw.submission"""
MADE = """
    create table staging.stg_figure as select submission_key, sheet_code, row_number, column_name, 'k' as figure_key, value
    from raw.cell;
    create table checks.chk_verdict_figure as select 'R' as rule_id, submission_key, submission_key as figure_submission_key,
        sheet_code, row_number, column_name, value as reported_value
    from raw.cell"""

OPENED = [
    ("land", "delete from raw.source_attempt", "0 rows and 0 came in, 1 rows .* source inbox"),
    ("land", "update raw.source_attempt set n_new = 2", "2 rows .* 1 rows .* source inbox"),
    ("door", "update raw.submission set door_run = null", "1 rows and 12 came in, 0 rows and 0"),
    ("door", "update raw.submission set door_verdict = 'return'", "1 rows and 12 came in, 0 rows and 0"),
    ("reconcile", "update staging.stg_figure set value = 13", "1 rows and 12 came in, 1 rows and 13"),
    ("reconcile", "delete from staging.stg_figure", "1 rows and 12 came in, 0 rows and 0"),
]


@pytest.mark.parametrize("station, damage, words", OPENED)
def test_the_totals_of_a_station_close_and_open(connection, station, damage, words):
    tonight(connection, [], [])
    with connection, connection.cursor() as cursor:
        for statement in (ATTEMPT, RECEIPT, SUBMISSION, LINE, CELL, HOLD, MADE):
            cursor.execute(statement)
    with connection, connection.cursor() as cursor:
        assert [each.is_closed for each in count_station(cursor, station)] == [True]
        cursor.execute(damage)
        [control] = count_station(cursor, station)
        assert not control.is_closed
        assert re.search(words, control.sentence), control.sentence
