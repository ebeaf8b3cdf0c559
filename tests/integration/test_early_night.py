"""Most of the plan money arrives in the morning: the night is asked for once that day, by what lies in landing unread."""

import contextlib
from datetime import date

from released import load_register, put
from small_country import Country, at, money_report

from ingestion.landing.pulling import pull
from ingestion.transports import read_sources
from khuyencong.night.early import early_night, waiting_reports
from khuyencong.night.nightly import run_nightly
from warehouse.address import connect
from warehouse.statements import read_statement

PLANS = {"ha-noi": ("Hà Nội", 100), "thanh-hoa": ("Thanh Hóa", 70), "long-an": ("Long An", 20), "tay-ninh": ("Tây Ninh", 10)}


def report(country, unit_key, quarter, received):
    name, plan = PLANS[unit_key]
    figures = {"A1": {"plan": plan, "contracted": 5, "implemented": 4, "disbursed": 3, "settled": 2}}
    received_at = at(received)
    country.receive(
        f"{unit_key}/kinh-phi-{quarter}.xlsx", money_report(unit_key, name, quarter, figures, received_at), received_at, unit_key
    )


def test_the_night_is_asked_for_when_the_share_passes_and_once_a_day(database, tmp_path):
    country = Country(tmp_path)
    settings = country.settings(database.dsn)
    with contextlib.closing(connect(database)) as connection:

        def asked(moment):
            for source in read_sources(settings, is_sample=True):
                pull(connection, source, None, at(moment), at(moment))
            return early_night(connection, settings, at(moment))

        report(country, "ha-noi", "2025-03", "2025-04-10")
        assert asked("2025-04-10") is None  # no night has said yet what is owed
        for unit_key in ("thanh-hoa", "long-an", "tay-ninh"):
            report(country, unit_key, "2025-03", "2025-04-10")
        run_nightly(settings, at("2025-07-02T01:00"), lambda: at("2025-07-02T01:00"))

        report(country, "ha-noi", "2025-06", "2025-07-10T09:00")
        report(country, "thanh-hoa", "2025-03", "2025-07-10T09:00")  # an old quarter again: no part of this share
        assert asked("2025-07-10T09:30") is None  # 100 of 200
        report(country, "long-an", "2025-06", "2025-07-10T10:00")
        assert asked("2025-07-10T10:30") is None  # 120 of 200
        report(country, "thanh-hoa", "2025-06", "2025-07-10T11:00")
        share = asked("2025-07-10T11:30")
        assert (share.period_end.isoformat(), share.before_pct, share.now_pct) == ("2025-06-30", 0, 95)
        assert asked("2025-07-10T12:00") is None
        assert {report[0] for report in waiting_reports(connection, settings, at("2025-07-10T12:00"))} == {
            "ha-noi", "thanh-hoa", "long-an",
        }  # fmt: skip
        with connection, connection.cursor() as cursor:
            cursor.execute("select early_date::text, share_pct from release.early_night")
            assert cursor.fetchall() == [("2025-07-10", 95)]
            cursor.execute("select count(*) from raw.submission where received_at >= '2025-07-10'")
            assert cursor.fetchone() == (0,)  # asking read the files and wrote nothing


def test_after_a_merger_a_report_weighs_the_plans_in_force_of_all_that_it_answers_for(database):
    """Plans by hand. Before: Long An 300, Tây Ninh 40 and 60 in a level that was replaced. After: 300 + 60 + 7 of its own."""
    plan = {
        "budget_year": 2025, "period_start": "2025-01-01", "period_end": "2025-12-31", "activity_code": "A1", "measure": "plan",
        "state": "accepted", "opened_release": 1, "reason": "arrival",
    }  # fmt: skip
    nation, local = {"fund_code": "KCQG", "indicator_code": "KC-P01"}, {"fund_code": "KCDP-T", "indicator_code": "KC-P02"}
    plans = [
        {**nation, "unit_key": "long-an", "value": 300, "effective_from": "2025-01-06"},
        {**local, "unit_key": "tay-ninh", "value": 40, "effective_from": "2025-03-31", "effective_to": "2025-06-30"},
        {**local, "unit_key": "tay-ninh", "value": 60, "effective_from": "2025-06-30"},
        {**local, "unit_key": "tay-ninh-2025", "value": 7, "effective_from": "2025-09-30"},
        {**local, "unit_key": "ha-noi", "value": 1000, "effective_from": "2025-01-06"},
        {**local, "unit_key": "ha-noi", "value": 5, "effective_from": "2025-01-06", "state": "disputed"},
    ]
    owed = [("tay-ninh", "2025-03-31"), ("tay-ninh", "2025-06-30"), ("long-an", "2025-06-30"), ("tay-ninh-2025", "2025-09-30")]
    with contextlib.closing(connect(database)) as connection, connection, connection.cursor() as cursor:
        load_register(cursor)
        cursor.execute(
            """insert into release.run (as_of, started_at) values (now(), now());
            insert into release.release (run_key, as_of, release_hash) select max(run_key), now(), '' from release.run;
            create table facts.fct_duty (period_end date, unit_key text, form_code text, n_reported integer,
                n_under_review integer, budget_year integer, due_date date)"""
        )
        put(cursor, "release.contribution", plan, plans)
        put(
            cursor, "facts.fct_duty", {"form_code": "kinh-phi", "n_reported": 0, "n_under_review": 0, "budget_year": 2025},
            [{"unit_key": unit, "period_end": end, "due_date": end} for unit, end in owed],
        )  # fmt: skip
        owed = read_statement("khuyencong.night", "owed_reports")
        cursor.execute(owed, {"due_from": date(2025, 1, 1), "due_until": date(2025, 12, 31)})
        assert {(row[1], row[0].isoformat()): row[4] for row in cursor} == {
            ("tay-ninh", "2025-03-31"): 40, ("tay-ninh", "2025-06-30"): 60, ("long-an", "2025-06-30"): 300,
            ("tay-ninh-2025", "2025-09-30"): 300 + 60 + 7,
        }  # fmt: skip
