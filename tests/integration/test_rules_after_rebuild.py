"""What `kc rules` says is the same after a night and after its rebuild, and whether files came night by night or all at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from small_country import Country, at, money_report
from thirty_nights import NAMES, figures

from khuyencong.desk.rule_report import rule_report
from khuyencong.flags.queue import list_flags
from khuyencong.night.nightly import run_nightly
from khuyencong.review.decisions import decide
from khuyencong.review.withdrawals import withdraw
from warehouse.address import connect, from_url
from warehouse.settings import Settings

GOOD = figures(50, 40)
HALF = figures(80, 60)
# A thousand times too much in each cell: it waits beside the one in force, and is far from all others while it is guessed to stand.
WORSE = {activity: {stage: 1000 * amount for stage, amount in amounts.items()} for activity, amounts in HALF.items()}
VERDICTS = """
    select v.submission_key, v.rule_id, v.scope_key, v.verdict, v.closeness, v.reason, v.left_low, v.left_high, v.right_value,
        v.right_low, v.right_high, v.difference
    from checks.chk_verdict as v"""
FAILING = "select submission_key, rule_id, scope_key from checks.chk_failing"
FIGURES = "select submission_key, rule_id, scope_key, figure_submission_key, row_number, column_name from checks.chk_verdict_figure"
SENT = (
    ("ha-noi", "2025-03", "2025-04-10", GOOD), ("thanh-hoa", "2025-03", "2025-04-10", GOOD),
    ("long-an", "2025-03", "2025-04-11", figures(50, 95)), ("tay-ninh", "2025-03", "2025-04-11", GOOD),
    # two versions, then a worse one; the second replaces the first
    ("ha-noi", "2025-03", "2025-04-14", figures(55, 40)), ("ha-noi", "2025-06", "2025-07-10", HALF),
    ("thanh-hoa", "2025-06", "2025-07-10", HALF), ("long-an", "2025-06", "2025-07-11", HALF),
    ("tay-ninh", "2025-06", "2025-07-11", figures(90, 70)), ("tay-ninh", "2025-06", "2025-07-14", WORSE),
    ("thanh-hoa", "2025-06", "2025-07-15", None),
)  # fmt: skip
EVENINGS = ("2025-04-12", "2025-04-20", "2025-07-12", "2025-07-20")


def send(country: Country, since: str, until: str) -> None:
    for unit, quarter, day, said in SENT:
        if since < day <= until:
            data = money_report(unit, NAMES[unit], quarter, said or HALF, at(day), is_withdrawal=said is None)
            country.receive(f"{unit}/{quarter}-{day}.xlsx", data, at(day), f"bao-cao@{unit}.example")


@pytest.fixture
def country(tmp_path) -> Country:
    made = Country(tmp_path / "country")
    # so few units are a crowd here
    begins = "{sheet: money, indicators: [KC-E02, KC-E05, KC-E06], role: figure, measure: ytd, since: previous, "
    ends = "per: [indicator_code, fund_code],\n       exponent: 0.5, width: 4, floor: 0.05, least_factor: 2, min_observations: "
    made.edit_rule("thoi-gian.yml", f"{begins}{ends}12", f"{begins}{ends}2")
    return made


def said(settings: Settings) -> dict[str, Any]:
    """Every verdict with its bounds, what is wanted of those that fail, and what `kc rules` prints, without the run's number."""
    with contextlib.closing(connect(from_url(settings.database_url))) as connection:
        report = rule_report(connection, settings)
        with connection, connection.cursor() as cursor:
            found: dict[str, Any] = {}
            for name, query in (("verdicts", VERDICTS), ("failing", FAILING), ("figures", FIGURES)):
                cursor.execute(query)
                found[name] = sorted(cursor.fetchall(), key=str)
    return {"rules": report["rules"], **found}


def named(settings: Settings) -> set[tuple[Any, ...]]:
    """Every verdict with its bounds, by what its report is about instead of by its key."""
    query = VERDICTS.replace("v.submission_key", "s.sha256, state.submission_state") + """
        inner join raw.submission as s on v.submission_key = s.submission_key
        inner join checks.submission_state as state on v.submission_key = state.submission_key"""
    with contextlib.closing(psycopg2.connect(settings.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return set(cursor.fetchall())


def night(settings: Settings, day: str, *, is_rebuild: bool = False) -> None:
    run_nightly(settings, at(day), lambda: at(day), is_rebuild=is_rebuild)


def assert_same_after_rebuild(settings: Settings, day: str) -> None:
    before = said(settings)
    assert before["verdicts"]
    night(settings, day, is_rebuild=True)
    after = said(settings)
    for name, rows in before.items():
        assert [row for row in rows if row not in after[name]] == [], f"only after the night: {name}"
        assert [row for row in after[name] if row not in rows] == [], f"only after its rebuild: {name}"


@pytest.mark.long
def test_the_rules_say_the_same_after_a_night_and_after_its_rebuild(country: Country, database) -> None:
    settings = country.settings(database.dsn)
    send(country, "", EVENINGS[-1])
    night(settings, EVENINGS[-1])
    assert {state for _, state, *_ in named(settings)} == {"in_force", "under_review"}, "what was replaced is judged no more"
    assert_same_after_rebuild(settings, EVENINGS[-1])
    with contextlib.closing(connect(database)) as connection:
        flag, *_ = list_flags(connection, unit="long-an", period="2025-03", severity="block", status="open")
        decide(connection, flag["flag_id"], "waive", "seen in the contract", decided_at=at("2025-07-21"))
        with connection, connection.cursor() as cursor:
            cursor.execute(
                """select submission_key from checks.submission_state inner join raw.submission using (submission_key)
                where unit_key = 'ha-noi' and period_end = '2025-06-30' and submission_state = 'in_force'"""
            )
            ((taken_out,),) = cursor.fetchall()
        withdraw(connection, taken_out, "sent by mistake", withdrawn_at=at("2025-07-21"))
    night(settings, "2025-07-22")
    assert taken_out not in {row[0] for row in said(settings)["verdicts"]}
    assert_same_after_rebuild(settings, "2025-07-22")


@pytest.mark.long
def test_the_rules_say_the_same_whether_files_came_night_by_night_or_all_at_once(
    country: Country, named_database: Callable[[str], Any]
) -> None:
    by_night = country.settings(named_database("by_night").dsn)
    since = ""
    for evening in EVENINGS:
        send(country, since, evening)
        night(by_night, evening)
        since = evening
    at_once = country.settings(named_database("at_once").dsn)
    night(at_once, EVENINGS[-1])
    assert named(at_once) == named(by_night)
    assert_same_after_rebuild(by_night, EVENINGS[-1])
