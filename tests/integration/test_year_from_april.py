"""A small country whose budget years begin in April and are called after the year in which they begin: figures by hand.

Money disbursed, million đồng, cumulative since 1 April (a line is a report):

                   plan   2024-09   2025-06   2025-09   2025-12   2026-03
    Hà Nội          400       100        30        80       150       210, later 220
    Thanh Hóa       200        50        20        40        70        90
    Long An          60        20        10      (Tây Ninh mới)
    Tây Ninh         40        10         5      (Tây Ninh mới)
    Tây Ninh mới    100         –         –        35        40        60     from 2025-07-01, since 1 April
    all                       180        65       155       260       360, later 370
"""

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from small_country import Country, at, money_report

from khuyencong.figures.bridge import bridge
from khuyencong.figures.explain import explain
from khuyencong.figures.rollup import rollup
from khuyencong.night.nightly import run_nightly
from khuyencong.release.final import final_release, sign
from warehouse.address import connect

pytestmark = pytest.mark.long

NAMES = {
    "ha-noi": "Hà Nội", "thanh-hoa": "Thanh Hóa", "long-an": "Long An", "tay-ninh": "Tây Ninh", "tay-ninh-2025": "Tây Ninh",
}  # fmt: skip
SENT = {
    "ha-noi": (400, {"2024-09": 100, "2025-06": 30, "2025-09": 80, "2025-12": 150, "2026-03": 210}),
    "thanh-hoa": (200, {"2024-09": 50, "2025-06": 20, "2025-09": 40, "2025-12": 70, "2026-03": 90}),
    "long-an": (60, {"2024-09": 20, "2025-06": 10}),
    "tay-ninh": (40, {"2024-09": 10, "2025-06": 5}),
    "tay-ninh-2025": (100, {"2025-09": 35, "2025-12": 40, "2026-03": 60}),
}
ARRIVES = {
    "2024-09": "2024-10-10", "2025-06": "2025-07-10", "2025-09": "2025-10-10", "2025-12": "2026-01-10", "2026-03": "2026-04-10",
}  # fmt: skip
FIRST_NIGHT, SECOND_NIGHT = at("2026-04-28"), at("2026-05-03")
MARCH = date(2026, 3, 31)


def send(country: Country, unit: str, quarter: str, plan: int, disbursed: int, moment: str) -> None:
    began = 2024 if quarter == "2024-09" else 2025
    figures = {
        "A1": {"plan": plan, "contracted": plan, "implemented": disbursed, "disbursed": disbursed, "settled": disbursed // 2}
    }
    data = money_report(unit, NAMES[unit], quarter, figures, at(moment), since=f"{began}-04-01", budget_year=began)
    country.receive(f"{unit}/{quarter}-{moment}.xlsx", data, at(moment), unit)


@pytest.fixture(scope="module")
def connection(named_database, tmp_path_factory):
    """Two nights: everything above, then the revision of Hà Nội's last report."""
    country = Country(tmp_path_factory.mktemp("april") / "country", forms=("kinh-phi", "tien-do"))
    country.set_parameter("year_starts", "4")
    country.edit("calendar", lambda row: {**row, "period_months": "12", "owed_by": "all"} if row["form_code"] == "tien-do" else row)
    for unit, (plan, quarters) in SENT.items():
        for quarter, disbursed in quarters.items():
            send(country, unit, quarter, plan, disbursed, ARRIVES[quarter])
    database = named_database("khuyencong_april")
    settings = country.settings(database.dsn)
    run_nightly(settings, FIRST_NIGHT, lambda: FIRST_NIGHT)
    send(country, "ha-noi", "2026-03", 400, 220, "2026-05-02")
    run_nightly(settings, SECOND_NIGHT, lambda: SECOND_NIGHT)
    with contextlib.closing(connect(database)) as connection:
        yield connection


def rows(connection, query):
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def money(connection, period, **more):
    """The nation's row of money disbursed by provinces, in million đồng."""
    (row,) = rollup(connection, period, fund="KCDP-T", activity="A1", indicator="KC-E05", **more)["rows"]
    assert (row["disputed"], row["n_missing"], row["measure"]) == (0, 0, "ytd")
    return row


def million(amount):
    return Decimal(amount) / 1_000_000


@pytest.mark.parametrize(
    ("period", "start", "accepted"),
    [
        ("2025-06", "2025-04-01", 30 + 20 + 10 + 5),
        ("2025-04..2025-09", "2025-04-01", 80 + 40 + 35),
        ("2025-12", "2025-04-01", 150 + 70 + 40),
        ("2026-03", "2025-04-01", 220 + 90 + 60),  # the last months of 2025 lie in 2026
        ("2025-10..2025-12", "2025-10-01", 70 + 30 + 5),
        ("2026-01..2026-03", "2026-01-01", 70 + 20 + 20),
        ("2025-07..2026-03", "2025-07-01", 190 + 70 + 45),  # the new province's, less what those before it had spent
    ],
)
def test_figures_are_cumulative_since_april(connection, period, start, accepted):
    row = money(connection, period)
    assert (row["budget_year"], row["period_start"], million(row["accepted"])) == (2025, start, accepted)


def test_the_half_year_is_compared_with_its_plan_and_with_the_half_year_before(connection):
    row = money(connection, "2025-09")
    assert million(row["plan_value"]) == 400 + 200 + 100
    assert row["plan_pct"] == 22.14  # 155 of 700
    assert (million(row["prior_value"]), million(row["same_units_value"])) == (180, 155)
    assert row["growth_pct"] == -13.89  # 155 / 180 - 1


def test_a_plan_is_that_of_its_year(connection):
    plans = [row for row in rollup(connection, "2026-03", fund="KCDP-T", activity="A1")["rows"] if row["measure"] == "plan"]
    assert {(row["budget_year"], row["period_start"], row["period_end"]) for row in plans} == {(2025, "2025-04-01", "2026-03-31")}
    assert {million(row["accepted"]) for row in plans} == {400 + 200 + 100}


def test_what_is_owed_at_the_end_of_the_year_is_owed_in_march(connection):
    owed = rows(
        connection,
        "select distinct form_code, period_end, budget_year from facts.fct_duty where period_end > '2025-01-31' order by 1, 2",
    )
    assert [row[1:] for row in owed if row[0] == "tien-do"] == [(date(2025, 3, 31), 2024), (MARCH, 2025)]
    assert [row[1:] for row in owed if row[0] == "kinh-phi"] == [
        (date(2025, 3, 31), 2024), (date(2025, 6, 30), 2025), (date(2025, 9, 30), 2025), (date(2025, 12, 31), 2025), (MARCH, 2025),
    ]  # fmt: skip


def test_marts_say_the_same(connection):
    (row,) = rows(
        connection,
        """select budget_year, accepted, plan_value, prior_value from marts.mart_national_rollup
        where period_end = '2025-09-30' and indicator_code = 'KC-E05' and fund_code = 'KCDP-T' and measure = 'ytd'""",
    )
    assert (row[0], *map(million, row[1:])) == (2025, 155, 700, 180)
    told = rows(
        connection,
        """select distinct period_end, budget_year, is_after_final, sum(accepted_change) from marts.mart_release_bridge
        where release_number = 2 and indicator_code = 'KC-E05' group by 1, 2, 3""",
    )
    assert told == [(MARCH, 2025, False, 10_000_000)]


@pytest.mark.parametrize(
    ("period", "start"), [(None, date(2025, 4, 1)), ("2026-03", date(2025, 4, 1)), ("2026-01..2026-03", date(2026, 1, 1))]
)
def test_a_revision_is_a_bridge_without_a_residual(connection, period, start):
    (figure,) = bridge(connection, 1, 2, period=period, indicator="KC-E05", fund="KCDP-T")["figures"]
    assert (figure["budget_year"], figure["period_start"], figure["period_end"]) == (2025, start, MARCH)
    assert million(figure["after"]["accepted"] - figure["before"]["accepted"]) == 10
    assert [(part["reason"], million(part["accepted"])) for part in figure["parts"]] == [("revision", 10)]
    assert not any(figure["residual"].values())


def test_a_span_not_from_april_is_explained_by_both_its_ends(connection):
    told = explain(connection, "2026-01..2026-03", "KC-E05", fund="KCDP-T", unit="ha-noi")
    assert sorted((part["sign"], million(part["value"])) for part in told["parts"]) == [(-1, 150), (1, 220)]
    assert million(told["accepted"]) == 70
    whole = explain(connection, "2025-04..2025-06", "KC-E05", fund="KCDP-T", unit="ha-noi")
    assert [(part["sign"], million(part["value"])) for part in whole["parts"]] == [(1, 30)]


def test_nothing_is_held_back_for_its_period(connection):
    assert rows(connection, "select finding_code, cell_address, written from raw.finding where verdict = 'return'") == []
    differs = "select rule_id from checks.chk_verdict where verdict = 'fail' or reason = 'period_differs'"
    assert rows(connection, differs) == []


def test_the_year_s_end_can_be_final(connection):
    signed = sign(connection, "finalise", 2025, MARCH, "report of the year", SECOND_NIGHT)
    assert signed["release_number"] == 2
    assert final_release(connection, MARCH) == 2
    assert money(connection, "2026-03")["final_release"] == 2
    assert money(connection, "2025-12")["final_release"] is None
