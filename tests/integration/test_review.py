"""The review on the real database: what is asked, what becomes of each answer, and who may carry whose word."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import CheckViolation, InsufficientPrivilege
from test_gate import Nights

from khuyencong.flags.queue import list_flags
from khuyencong.night.turn import NightInProgress
from khuyencong.review.decision_list import list_decisions
from khuyencong.review.decisions import decide
from khuyencong.review.pages import list_periods, note_shown, open_page, record
from khuyencong.review.reviewers import add_first_reviewers, add_reviewer, list_reviewers
from khuyencong.review.words import LEAVE, RECORD
from warehouse.address import Warehouse, connect
from warehouse.settings import TIMEZONE, Settings

MORNING = datetime(2025, 6, 1, 1, 5, tzinfo=TIMEZONE)
PERIOD = "2025-03"
LOGINS = ("lan_reviews", "minh_reviews", "officer_of_ha_noi", "the_carrier", "nobody_yet", "a_superuser", "new_reviews")
UNITS = ("ha-noi", "hue", "son-la", "cao-bang", "can-tho", "nghe-an")


NAME, JUDGED = "khuyencong_test", "khuyencong_judged"  # dbt's parsed project holds the name, so it is always the same


@pytest.fixture(scope="module")
def judged(cluster: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings whose database, copied to JUDGED, has one wrong report of each of UNITS and the flags of one night."""
    database = dataclasses.replace(cluster, dbname=NAME)
    settings = Settings(home=tmp_path_factory.mktemp("judged"), database_url=database.dsn, inbox=None)
    on_server(cluster, f"drop database if exists {NAME} with (force)", f"create database {NAME} template khuyencong_template",
              f"alter database {NAME} set timezone = 'Asia/Ho_Chi_Minh'")  # fmt: skip
    nights = Nights(database, settings)
    for unit in UNITS:
        nights.money(unit, 1, 5000)
    nights.run(1)
    nights.connection.close()
    on_server(cluster, f"create database {JUDGED} template {NAME}")
    yield settings
    on_server(cluster, f"drop database {JUDGED} with (force)", f"drop database if exists {NAME} with (force)")


@pytest.fixture
def desk(cluster: Warehouse, judged: Settings) -> Iterator[Desk]:
    """A fresh copy of the judged country, with its reviewers."""
    on_server(cluster, f"drop database if exists {NAME} with (force)", f"create database {NAME} template {JUDGED}")
    made = Desk(dataclasses.replace(cluster, dbname=NAME), judged)
    yield made
    made.close()


def on_server(server: Warehouse, *statements: str) -> None:
    with contextlib.closing(connect(server, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


class Desk:
    """Reviewers before the flags of UNITS."""

    def __init__(self, database: Warehouse, settings: Settings) -> None:
        self.nights, self.settings, self.opened = Nights(database, settings), settings, []
        self.nights.seeded = True
        self.nights.builder.numbers = itertools.count(1000)
        self.rows = self.nights.rows
        self.forget_logins()
        add_reviewer(self.nights.connection, "lan_reviews")
        add_reviewer(self.nights.connection, "minh_reviews")
        add_reviewer(self.nights.connection, "officer_of_ha_noi", unit="ha-noi")
        self.say("create role the_carrier login in role answer_carrier", "create role nobody_yet login",
                 "create role a_superuser login superuser", "grant reviewer to a_superuser",
                 "update release.run set state = 'done'")  # fmt: skip
        self.at_once(6)

    def night(self, day: int) -> None:
        """A night of June that is done."""
        self.nights.run(day)
        self.say("update release.run set state = 'done'")

    def say(self, *statements: str) -> None:
        with self.nights.connection, self.nights.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def at_once(self, n: int) -> None:
        self.say(f"update register.parameters set parameter_value = {n} where parameter_code = 'review_flags_at_once'")

    def logged_in(self, login: str) -> Any:
        self.opened.append(connect(dataclasses.replace(self.nights.database, user=login, password=None)))
        return self.opened[-1]

    def flags(self) -> dict[str, str]:
        """unit → its open flag."""
        return {flag["unit_key"]: flag["flag_id"] for flag in list_flags(self.nights.connection)}

    def outcomes(self, page: str = "p") -> dict[str, str | None]:
        """unit → outcome of its question on a page."""
        return dict(self.rows(
            """select unit_key, outcome from review.request inner join checks.flag using (flag_id)
            where asked_from = %s order by request_key""", page
        ))  # fmt: skip

    def n_decisions(self) -> int:
        return self.rows("select count(*) from review.decision")[0][0]

    def forget_logins(self) -> None:
        self.say(*(f"drop role if exists {login}" for login in LOGINS))

    def close(self) -> None:
        for connection in self.opened:
            connection.close()
        self.forget_logins()
        self.nights.connection.close()


def answer(fields: dict[str, Any], by: str | None = "lan_reviews", option: str = RECORD) -> dict[str, Any]:
    """What ReviewPage returns."""
    return {"options": [option], "fields": fields, "answered_by": by, "answered_at": "2025-06-01T09:00:00+07:00"}


def fields_for(flag_id: str, **given: Any) -> dict[str, Any]:
    return {f"{name}_{flag_id}": value for name, value in given.items()}


def test_a_page_is_asked_and_each_answer_becomes_what_it_says(desk: Desk) -> None:
    assert list_periods(desk.settings, MORNING) == [PERIOD]
    page = open_page(desk.settings, "p", PERIOD, MORNING)
    flags = desk.flags()
    assert page.answer_until == MORNING + timedelta(hours=20) and not page.is_shown
    assert [name for name in page.fields if name.startswith("choice_")] == [
        f"choice_{flag['flag_id']}" for flag in list_flags(desk.nights.connection)
    ], "in the order of the queue"
    assert "5.000.000.000 đồng" in page.body and "Hà Nội" in page.body and "Kinh phí!" in page.body
    assert list_periods(desk.settings, MORNING) == [], "all flags are before the reviewers"
    assert {flag["last_asked"] for flag in list_flags(desk.nights.connection)} == {"open"}

    [(cell,)] = {
        (place,) for place, figure in enumerate(desk.rows(
            "select shown from review.request where flag_id = %s", flags["cao-bang"])[0][0], 1)
        if figure["figure_key"].endswith("|KC-E06|ytd||") or "KC-E06" in figure["figure_key"]
    }  # fmt: skip
    recorded = record(desk.settings, "p", answer({
        **fields_for(flags["ha-noi"], choice="confirm", reason="đã gọi Sở"),
        **fields_for(flags["hue"], choice="waive", reason="thanh toán trước"),
        **fields_for(flags["cao-bang"], choice="correct", value="50 triệu đồng", cell=str(cell), reason="sai đơn vị"),
        **fields_for(flags["son-la"], choice="still_held", reason="chờ Sở trả lời"),
        **fields_for(flags["can-tho"], choice="waive", reason="  "),
        **fields_for(flags["nghe-an"], choice="correct", value="năm chục", cell="1", reason="x"),
    }), MORNING)  # fmt: skip
    assert [recorded[word] for word in ("decided", "still_held", "timed_out", "refused")] == [3, 1, 0, 2]
    assert set(recorded["sentences"]) == {flags["can-tho"], flags["nghe-an"]}
    assert "lý do" in recorded["sentences"][flags["can-tho"]] and "năm chục" in recorded["sentences"][flags["nghe-an"]]
    assert desk.outcomes() == {"ha-noi": "decided", "hue": "decided", "cao-bang": "decided", "son-la": "still_held",
                               "can-tho": "refused", "nghe-an": "refused"}  # fmt: skip

    rows = list_decisions(desk.nights.connection)
    assert {(row["unit_key"], row["decision"], row["corrected_value"]) for row in rows} == {
        ("ha-noi", "confirm", None), ("hue", "waive", None), ("cao-bang", "correct", Decimal(50_000_000))
    }  # fmt: skip
    owner = desk.nights.database.user
    assert {(row["decided_by"], row["carried_by"], row["carried_from"]) for row in rows} == {("lan_reviews", owner, "p")}
    listed = [row for row in list_reviewers(desk.nights.connection) if row["login"] in LOGINS]  # others: of other tests
    reviewers = {row["login"]: (row["n_decisions"], row["units"]) for row in listed}
    assert reviewers == {"lan_reviews": (3, []), "minh_reviews": (0, []), "officer_of_ha_noi": (0, ["ha-noi"])}

    before = desk.n_decisions()
    assert record(desk.settings, "p", answer(fields_for(flags["son-la"], choice="waive", reason="x")), MORNING)["decided"] == 0
    assert desk.n_decisions() == before, "recorded again, nothing changes"

    # What was refused is asked again at once, with why and with what was typed; what was left as it is, in the next night.
    again = open_page(desk.settings, "q", PERIOD, MORNING)
    assert desk.outcomes("q") == {"can-tho": None, "nghe-an": None}
    assert "năm chục" in again.body and again.fields[f"reason_{flags['nghe-an']}"]["value"] == "x"
    record(desk.settings, "q", answer({}, option=LEAVE), MORNING)

    desk.night(2)
    open_page(desk.settings, "r", PERIOD, MORNING + timedelta(days=1))
    assert set(desk.outcomes("r")) == {"son-la", "can-tho", "nghe-an"}, "what was decided is not asked again"
    state = {row["unit_key"]: row["outcome"] for row in list_decisions(desk.nights.connection)}
    assert state == {"ha-noi": "kept_out", "hue": "accepted", "cao-bang": "accepted_as_corrected"}


def test_nobody_answered_is_still_held_and_never_a_decision(desk: Desk) -> None:
    open_page(desk.settings, "p", PERIOD, MORNING)
    flags = desk.flags()
    everything = {name: value for flag_id in flags.values()
                  for name, value in fields_for(flag_id, choice="waive", reason="đã gõ nhưng chưa gửi").items()}  # fmt: skip
    held = desk.nights.held()
    recorded = record(desk.settings, "p", answer(everything, by=None), MORNING)
    assert recorded["timed_out"] == len(UNITS) and desk.n_decisions() == 0
    assert set(desk.outcomes().values()) == {"timed_out"}
    assert list_periods(desk.settings, MORNING) == [], "not again in the same night"
    desk.night(2)
    assert desk.nights.held() == held
    assert list_periods(desk.settings, MORNING + timedelta(days=1)) == [PERIOD]
    assert {(flag["n_asked"], flag["last_asked"]) for flag in list_flags(desk.nights.connection)} == {(1, "timed_out")}

    # The other option decides nothing either, whatever stands in the fields.
    open_page(desk.settings, "q", PERIOD, MORNING + timedelta(days=1))
    assert record(desk.settings, "q", answer(everything, option=LEAVE), MORNING)["still_held"] == len(UNITS)
    assert desk.n_decisions() == 0

    # A page whose task is gone is ended by the next one that asks, and what it left is asked again.
    desk.night(3)
    open_page(desk.settings, "r", PERIOD, MORNING + timedelta(days=2))
    desk.night(4)
    assert list_periods(desk.settings, MORNING + timedelta(days=3)) == [PERIOD]
    assert set(desk.outcomes("r").values()) == {"timed_out"}


def test_few_at_once_and_a_flag_on_one_page_only(desk: Desk) -> None:
    desk.at_once(2)
    first = open_page(desk.settings, "p", PERIOD, MORNING)
    assert len(desk.outcomes("p")) == 2 and "Còn **4**" in first.body
    assert open_page(desk.settings, "q", PERIOD, MORNING) is None, "the desk is full"
    again = open_page(desk.settings, "p", PERIOD, MORNING + timedelta(hours=1))
    assert list(again.fields) == list(first.fields) and again.answer_until == first.answer_until and not again.is_shown
    note_shown(desk.settings, "p", MORNING)
    assert open_page(desk.settings, "p", PERIOD, MORNING).is_shown, "a try after the first waits for the page that is there"
    assert record(desk.settings, "p", answer({}), MORNING)["still_held"] == 2
    open_page(desk.settings, "q", PERIOD, MORNING)
    assert not set(desk.outcomes("q")) & set(desk.outcomes("p")), "the next of the queue"

    # Cleared by somebody: Airflow shows the old text, so the old questions are asked.
    cleared = open_page(desk.settings, "p", PERIOD, MORNING + timedelta(hours=1))
    assert list(cleared.fields) == list(first.fields) and not cleared.is_shown
    # Whose task is gone: pages past their time take no places.
    late = open_page(desk.settings, "late", PERIOD, MORNING.replace(hour=23, minute=30))
    assert late.answer_until == MORNING.replace(hour=23, minute=59, second=59), "no page outlives its day"


def test_what_changed_meanwhile_is_refused_and_the_rest_recorded(desk: Desk) -> None:
    open_page(desk.settings, "p", PERIOD, MORNING)
    flags = desk.flags()
    decide(desk.logged_in("minh_reviews"), flags["hue"], "confirm", "đã xem", decided_at=MORNING)
    desk.nights.money("son-la", 2, 60)  # corrected by the province: the flag closes
    desk.night(2)
    changed = "unit_key = 'nghe-an' and column_name = 'kcdp_t_implemented'"
    desk.say(f"update staging.stg_figure set value = value + 1 where {changed}")
    fields = {name: value for flag_id in flags.values() for name, value in fields_for(flag_id, choice="waive", reason="x").items()}
    recorded = record(desk.settings, "p", answer(fields, by="officer_of_ha_noi"), MORNING)
    codes = dict(desk.rows("select unit_key, refusal_code from review.request inner join checks.flag using (flag_id)"))
    assert codes == {"ha-noi": "own_submission", "hue": "decided_meanwhile", "son-la": "flag_closed", "nghe-an": "flag_changed",
                     "cao-bang": None, "can-tho": None}  # fmt: skip
    assert recorded["decided"] == 2 and "minh_reviews" in recorded["sentences"][flags["hue"]]
    assert desk.rows("select answer ->> 'reason', answered_by from review.request where refusal_code = 'flag_changed'") == [
        ("x", "officer_of_ha_noi")
    ]


@pytest.mark.parametrize("login", ["nobody_yet", "no_such_login", "a_superuser", "the_carrier", "desk'; drop table x --", ""])
def test_who_is_no_reviewer_decides_nothing_and_is_told_what_to_do(desk: Desk, login: str) -> None:
    open_page(desk.settings, "p", PERIOD, MORNING)
    flag = desk.flags()["hue"]
    recorded = record(desk.settings, "p", answer(fields_for(flag, choice="waive", reason="x"), by=login), MORNING)
    assert recorded["refused"] == 1 and desk.n_decisions() == 0
    assert f"kc reviewer add {login}" in recorded["sentences"][flag]


def test_the_owner_of_the_warehouse_is_nobody_in_airflow(desk: Desk) -> None:
    open_page(desk.settings, "p", PERIOD, MORNING)
    flag = desk.flags()["hue"]
    record(desk.settings, "p", answer(fields_for(flag, choice="waive", reason="x"), by=desk.nights.database.user), MORNING)
    assert desk.outcomes()["hue"] == "refused" and desk.n_decisions() == 0


CARRIED = """insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, reason,
        decided_at, decided_by, carried_from)
    select flag_figure.flag_id, figure_key, rule_id, terms_hash, figure.value, 'waive', 'x', '2025-06-01 12:00', '{by}', {page}
    from checks.flag_figure
    inner join checks.flag using (flag_id)
    inner join register.rule using (rule_id)
    inner join staging.stg_figure as figure using (figure_key)
    where flag.unit_key = '{unit}' and figure.submission_key = flag_figure.submission_key"""


def test_only_airflow_carries_only_what_was_asked_only_for_reviewers(desk: Desk) -> None:
    desk.at_once(5)
    open_page(desk.settings, "p", PERIOD, MORNING)
    [left_out] = set(UNITS) - set(desk.outcomes())
    asked = "hue" if left_out != "hue" else "can-tho"
    carrier, lan = desk.logged_in("the_carrier"), desk.logged_in("lan_reviews")

    def refused(connection: Any, match: str, statement: str = CARRIED, **words: str) -> None:
        words = {"by": "lan_reviews", "page": "'p'", "unit": asked, **words}
        with pytest.raises((InsufficientPrivilege, CheckViolation), match=match), connection, connection.cursor() as cursor:
            cursor.execute(statement.format(**words))
        assert desk.n_decisions() == 0

    for by in ("minh_reviews", "lan_reviews"):
        refused(lan, "permission denied", by=by)  # a reviewer cannot claim another's name, nor a page
    refused(desk.logged_in("nobody_yet"), "permission denied")
    refused(carrier, "is no reviewer", page="null")  # a word that comes from no page would be the carrier's own
    refused(desk.nights.connection, "as nobody else", page="null")  # the owner's too
    refused(carrier, "is no reviewer", by="nobody_yet")
    refused(carrier, "is no reviewer", by="the_carrier")
    refused(carrier, "is no reviewer", by="a_superuser")
    refused(carrier, "does not ask", unit=left_out)
    refused(carrier, "does not ask", page="'another page'")
    refused(carrier, "no longer what was shown", CARRIED.replace("figure.value", "figure.value + 1"))
    refused(carrier, "no longer what was shown", CARRIED.replace(" terms_hash", " 'other terms'"))
    add_reviewer(desk.nights.connection, "officer_of_ha_noi", unit=asked)
    refused(carrier, "sent this submission", by="officer_of_ha_noi")
    desk.say("alter role lan_reviews nologin")
    refused(carrier, "is no reviewer")  # who left the desk
    desk.say("alter role lan_reviews login")

    with carrier, carrier.cursor() as cursor:
        cursor.execute(CARRIED.format(by="lan_reviews", page="'p'", unit=asked))
    kept = set(desk.rows("select decided_by, carried_by, carried_from from review.decision"))
    assert kept == {("lan_reviews", "the_carrier", "p")}

    for statement in (
        "update review.decision set decided_by = 'minh_reviews'", "delete from review.decision",
        "insert into review.decision_lapse (decision_key, run_key, reason) values (1, 1, 'rule_changed')",
        "insert into review.login_unit values ('x', 'hue')", "update checks.flag set closed_run = 1", "delete from review.request",
        "update review.request set flag_id = 'another'", "update review.request set evidence_hash = ''",
    ):  # fmt: skip
        with pytest.raises(InsufficientPrivilege), carrier, carrier.cursor() as cursor:
            cursor.execute(statement)
    record(desk.settings, "p", answer({}), MORNING)
    for statement in ("update review.request set outcome = 'decided'", "delete from review.request", "truncate review.request"):
        with pytest.raises(InsufficientPrivilege):
            desk.say(statement)


def test_the_carrier_can_do_the_whole_of_it_with_its_own_login(desk: Desk) -> None:
    url = dataclasses.replace(desk.nights.database, user="the_carrier", password=None).dsn
    as_carrier = dataclasses.replace(desk.settings, database_url=url)
    assert list_periods(as_carrier, MORNING) == [PERIOD]
    page = open_page(as_carrier, "p", PERIOD, MORNING)
    assert len(page.fields) >= 3 * len(UNITS)
    flag = desk.flags()["hue"]
    assert record(as_carrier, "p", answer(fields_for(flag, choice="waive", reason="x")), MORNING)["decided"] == 1
    assert {row["carried_by"] for row in list_decisions(desk.nights.connection)} == {"the_carrier"}


def test_nothing_is_asked_or_recorded_while_a_night_is_at_work(desk: Desk) -> None:
    open_page(desk.settings, "p", PERIOD, MORNING)
    desk.say("update release.run set state = 'running', scheduled_as = 'scheduled__1', started_at = '2025-06-01 01:00+07'")
    for call in (lambda: list_periods(desk.settings, MORNING), lambda: open_page(desk.settings, "q", PERIOD, MORNING),
                 lambda: record(desk.settings, "p", answer({}), MORNING)):  # fmt: skip
        with pytest.raises(NightInProgress):
            call()
    desk.say("update release.run set state = 'done'")
    with psycopg2.connect(desk.nights.database.dsn) as lock, lock.cursor() as cursor:
        from khuyencong.night.turn import NIGHT_LOCK

        cursor.execute("select pg_advisory_lock(%s)", (NIGHT_LOCK,))
        with pytest.raises(NightInProgress):
            list_periods(desk.settings, MORNING)
    lock.close()
    assert record(desk.settings, "p", answer({}), MORNING)["still_held"] == len(UNITS)


def test_odd_answers_lose_nothing_and_fail_nothing(desk: Desk) -> None:
    open_page(desk.settings, "p", PERIOD, MORNING)
    flags = desk.flags()
    odd = {
        **fields_for(flags["hue"], choice="waive", reason="a\0b\ud800 'quoted' \u202e"),
        **fields_for(flags["son-la"], choice=["waive"], reason="x"),
        **fields_for(flags["ha-noi"], choice="correct", value=float("inf"), cell=1, reason="x"),
        **fields_for(flags["cao-bang"], choice={"waive": True}, reason={"x": 1}),
        **fields_for("not asked", choice="waive", reason="x"),
    }
    recorded = record(desk.settings, "p", answer(odd), MORNING)
    assert (recorded["decided"], recorded["refused"], recorded["still_held"]) == (1, 3, 2)
    assert json.loads(json.dumps(recorded)) == recorded
    assert desk.rows("select distinct reason from review.decision") == [("ab? 'quoted' \u202e",)]


def test_a_reviewer_is_added_by_name_and_comes_back_only_when_told_so(desk: Desk) -> None:
    connection = desk.nights.connection
    names = lambda: {row["login"] for row in list_reviewers(connection)} & set(LOGINS)  # noqa: E731
    desk.say("alter role lan_reviews nologin")
    add_first_reviewers(connection, ["lan_reviews", "minh_reviews", "new_reviews"])
    assert names() == {"minh_reviews", "officer_of_ha_noi", "new_reviews"}, "a known login keeps the rights that it has"
    add_reviewer(connection, "lan_reviews")
    assert "lan_reviews" in names()
    for name in ("a_superuser", desk.nights.database.user, " ", "x" * 64):
        with pytest.raises(ValueError):
            add_reviewer(connection, name)
