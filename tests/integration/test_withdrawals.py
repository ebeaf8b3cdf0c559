"""The desk takes a submission out: what breaks a night by its rows is named, taken out by a row, and the night goes on."""

from __future__ import annotations

import contextlib

import psycopg2
import pytest
from small_country import Country, at, money_report

from khuyencong.night.nightly import open_run, run_nightly, run_one_station
from khuyencong.night.transform import TransformError
from khuyencong.review.withdrawals import WithdrawalError, submission_named, withdraw
from warehouse.address import connect
from warehouse.settings import Settings

AS_OF, NEXT, LATER = at("2025-05-10"), at("2025-05-11"), at("2025-05-12")
FIGURES = {"A1": {"plan": 900, "contracted": 300, "implemented": 200, "disbursed": 150, "settled": 100}}


def rows(settings: Settings, query: str) -> list[tuple]:
    with contextlib.closing(psycopg2.connect(settings.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def states(settings: Settings, unit: str) -> dict[int, str]:
    return dict(
        rows(
            settings,
            f"select submission_key, submission_state from facts.fct_submission where unit_key = '{unit}' order by 1",
        )
    )


@pytest.fixture
def country(tmp_path) -> Country:
    made = Country(tmp_path / "country")
    for unit, name in (("ha-noi", "Hà Nội"), ("thanh-hoa", "Thanh Hóa")):
        for quarter, moment in (("2024-12", "2025-01-10"), ("2025-03", "2025-04-10")):
            made.receive(
                f"{unit}/{quarter}.xlsx", money_report(unit, name, quarter, FIGURES, at(moment)), at(moment), unit
            )
    return made


def test_rows_that_fail_a_model_are_named_and_can_be_taken_out_tonight(country, database):
    settings = country.settings(database.dsn)
    run = open_run(settings, AS_OF, AS_OF, "broken")
    for station in ("land", "read", "door"):
        run_one_station(settings, run, station, AS_OF)
    # A report whose budget year is not that of its period once passed the door; its plan then overlaps last year's.
    ((culprit,),) = rows(
        settings, "select submission_key from raw.submission where unit_key = 'thanh-hoa' and period_end = '2025-03-31'"
    )
    with contextlib.closing(connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update raw.submission set budget_year = 2024 where submission_key = %s", (culprit,))
    for station in ("build", "reconcile"):
        run_one_station(settings, run, station, AS_OF)
    with pytest.raises(TransformError, match=rf"for the rows of submission {culprit} \(kinh-phi, thanh-hoa, 03/2025\)"):
        run_one_station(settings, run, "facts", AS_OF)
    assert (
        f"kc withdraw {culprit}" in rows(settings, f"select failed_reason from release.run where run_key = {run}")[0][0]
    )
    with contextlib.closing(connect(database)) as connection:
        withdraw(connection, culprit, "its budget year is last year's", NEXT)
    done = run_nightly(settings, LATER, lambda: LATER)
    assert done["release"]
    assert states(settings, "thanh-hoa")[culprit] == "withdrawn"
    assert rows(
        settings,
        "select unit_key, state from release.report where closed_release is null and period_end = '2025-03-31' order by 1",
    ) == [("ha-noi", "in_force"), ("long-an", "missing"), ("tay-ninh", "missing"), ("thanh-hoa", "missing")]


@pytest.mark.long
def test_no_older_one_comes_back_unless_it_never_went(country, database):
    settings = country.settings(database.dsn)
    better = {"A1": {**FIGURES["A1"], "disbursed": 160}}
    later = at("2025-04-20")
    country.receive("ha-noi/2025-03.xlsx", money_report("ha-noi", "Hà Nội", "2025-03", better, later), later, "ha-noi")
    settings = country.settings(database.dsn)
    run_nightly(settings, AS_OF, lambda: AS_OF)
    before = states(settings, "ha-noi")
    newest = max(before)
    assert before[newest] == "in_force"
    revised_at = at("2025-05-10T22:00")
    worse = money_report("thanh-hoa", "Thanh Hóa", "2025-03", {"A1": {**FIGURES["A1"], "disbursed": 9000}}, revised_at)
    country.receive("thanh-hoa/2025-03.xlsx", worse, revised_at, "thanh-hoa")
    run_nightly(settings, at("2025-05-10T23:00"), lambda: at("2025-05-10T23:00"))
    waiting = [key for key, state in states(settings, "thanh-hoa").items() if state == "under_review"]
    assert len(waiting) == 1
    with contextlib.closing(connect(database)) as connection:
        assert withdraw(connection, newest, "sent by mistake", NEXT)["was_in_force"] is True
        assert withdraw(connection, waiting[0], "a draft", NEXT)["was_in_force"] is False
    for moment in (LATER, at("2025-05-13")):  # and it stays so
        run_nightly(settings, moment, lambda moment=moment: moment)
        now = states(settings, "ha-noi")
        assert now[newest] == "withdrawn"
        assert "in_force" not in [state for key, state in now.items() if key != min(now)]
        stays = states(settings, "thanh-hoa")
        assert (stays.pop(waiting[0]), set(stays.values())) == ("withdrawn", {"in_force"})


def test_who_and_why_are_kept_by_the_database(country, database):
    settings = country.settings(database.dsn)
    run = open_run(settings, AS_OF, AS_OF, "one")
    for station in ("land", "read", "door"):
        run_one_station(settings, run, station, AS_OF)
    ((key,),) = rows(settings, "select min(submission_key) from raw.submission")
    with contextlib.closing(connect(database)) as connection:
        with pytest.raises(WithdrawalError, match="reason"):
            withdraw(connection, key, " ", NEXT)
        ((location,),) = rows(settings, f"select location from raw.receipt where receipt_key = {key}")
        assert submission_named(connection, location) == submission_named(connection, str(key)) == key
        with pytest.raises(WithdrawalError, match="received as"):
            submission_named(connection, "nowhere.xlsx")
        withdraw(connection, key, "twice", NEXT)
        for wrong, sentence in (((999_999, "x"), "no submission"), ((key, "x"), "before")):
            with pytest.raises(WithdrawalError, match=sentence):
                withdraw(connection, *wrong, NEXT)
            connection.rollback()
        for word in ("update {} set reason = 'y'", "delete from {}", "truncate {}"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection, connection.cursor() as cursor:
                cursor.execute(word.format("review.withdrawal"))
        with connection, connection.cursor() as cursor:
            cursor.execute("select withdrawn_by = session_user, reason from review.withdrawal")
            assert cursor.fetchall() == [(True, "twice")]
            cursor.execute("create role clerk_of_files login")
        try:
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection, connection.cursor() as cursor:
                cursor.execute("set role clerk_of_files")
                columns = "(submission_key, reason, withdrawn_at)"
                cursor.execute(f"insert into review.withdrawal {columns} values (%s, 'z', now())", (key,))
        finally:
            with connection, connection.cursor() as cursor:
                cursor.execute("drop role clerk_of_files")
