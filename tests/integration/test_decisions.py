"""Who may decide, tried with plain SQL under different logins, and how decisions end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from test_gate import QUARTER, Nights, nights  # noqa: F401

from khuyencong.review.decision_list import list_decisions
from khuyencong.review.decisions import DecisionError, decide
from warehouse.address import Warehouse, connect
from warehouse.settings import TIMEZONE

LOGINS = {
    "lan_reviews": "reviewer", "officer_of_ha_noi": "reviewer", "mail_of_hue": "reviewer", "the_loader": "loader",
    "the_transformer": "transformer", "the_analyst": "bi_reader", "nobody_yet": None,
}  # fmt: skip
INSERT = """insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, reason,
        decided_at)
    select flag_figure.flag_id, figure_key, rule_id, {terms}, {value}, 'waive', 'checked', '2025-06-01 12:00'
    from checks.flag_figure
    inner join checks.flag using (flag_id)
    inner join register.rule using (rule_id)
    inner join staging.stg_figure as figure using (figure_key)
    where unit_key_of_flag and figure.submission_key = flag_figure.submission_key"""
NOON = datetime(2025, 6, 1, 12, tzinfo=TIMEZONE)


@pytest.fixture
def logged_in(database: Warehouse, nights: Nights) -> Iterator[Callable[[str], Any]]:  # noqa: F811
    """A connection of one of LOGINS, which are made and dropped around the test."""
    opened = []
    nights.rows("select 1")
    with nights.connection, nights.connection.cursor() as cursor:
        for login, role in LOGINS.items():
            cursor.execute(f"drop role if exists {login}")
            cursor.execute(f"create role {login} login" + (f" in role {role}" if role else ""))

    def open_as(login: str) -> Any:
        opened.append(connect(dataclasses.replace(database, user=login, password=None)))
        return opened[-1]

    yield open_as
    for connection in opened:
        connection.close()
    with nights.connection, nights.connection.cursor() as cursor:
        for login in LOGINS:
            cursor.execute(f"drop role {login}")


def say(connection: Any, statement: str) -> int:
    """One statement in a transaction of its own; the rows it touched."""
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def insert(unit: str, terms: str = "terms_hash", value: str = "figure.value") -> str:
    return INSERT.format(terms=terms, value=value).replace("unit_key_of_flag", f"flag.unit_key = '{unit}'")


def test_the_database_keeps_duties_apart(nights: Nights, logged_in: Callable[[str], Any]) -> None:  # noqa: F811
    for unit in ("ha-noi", "hue", "son-la"):
        nights.money(unit, 1, 5000)
    nights.rows("update raw.receipt set sender = 'mail_of_hue' where claimed_unit_key = 'hue' returning 1")
    nights.rows("insert into review.login_unit (login, unit_key) values ('officer_of_ha_noi', 'ha-noi') returning 1")
    nights.run(1)

    lan, officer, mail = logged_in("lan_reviews"), logged_in("officer_of_ha_noi"), logged_in("mail_of_hue")
    for connection, unit in ((officer, "ha-noi"), (mail, "hue")):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="nobody decides on their own"):
            say(connection, insert(unit))
    for login in ("the_loader", "the_transformer", "the_analyst", "nobody_yet"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="permission denied"):
            say(logged_in(login), insert("son-la"))

    forged = (
        insert("hue").replace("decided_at)", "decided_at, decided_by)").replace("12:00'", "12:00', 'mail_of_hue'"),
        insert("hue").replace("decided_at)", "decided_at, recorded_at)").replace("12:00'", "12:00', '2025-06-01'"),
        insert("hue", terms="'other terms'"),
        insert("hue", value="7"),
        "set session authorization mail_of_hue",
        "insert into review.login_unit values ('mail_of_hue', 'son-la')",
        "delete from review.login_unit",
        "insert into review.decision_lapse (decision_key, run_key, reason) values (1, 1, 'rule_changed')",
        "alter table review.decision disable trigger all",
        "set session_replication_role = replica",
    )
    for statement in forged:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            say(lan, statement)
    assert nights.rows("select count(*) from review.decision") == [(0,)]

    assert say(officer, insert("hue")) > 0, "a reviewer decides on what another unit sent"
    assert say(lan, insert("ha-noi")) > 0
    assert set(nights.rows("select distinct decided_by, unit_key from review.decision inner join checks.flag using (flag_id)")) == {
        ("officer_of_ha_noi", "hue"), ("lan_reviews", "ha-noi")
    }  # fmt: skip
    assert nights.rows("select bool_and(submission_key > 0 and recorded_at > now() - interval '1 h') from review.decision") == [
        (True,)
    ]

    rewriting = (
        "update review.decision set reason = 'another'", "delete from review.decision", "truncate review.decision cascade",
    )  # fmt: skip
    for statement in rewriting:
        for connection in (lan, officer, nights.connection):  # the owner of the warehouse too
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                say(connection, statement)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="as nobody else"):
        say(nights.connection, forged[0].replace("'hue'", "'son-la'").replace("mail_of_hue", "lan_reviews"))

    flag = nights.rows("select flag_id from checks.flag where unit_key = 'ha-noi'")[0][0]
    with pytest.raises(DecisionError, match="nobody decides on their own"):
        decide(officer, flag, "confirm", "x", decided_at=NOON)
    assert decide(lan, flag, "confirm", "seen in the contract", decided_at=NOON) > 0
    assert {row["decided_by"] for row in list_decisions(lan, unit="ha-noi")} == {"lan_reviews"}


def outcomes(nights: Nights, unit: str) -> set[tuple[str, str]]:  # noqa: F811
    return {(row["state"], row["outcome"]) for row in list_decisions(nights.connection, unit=unit)}


def test_decisions_end_for_good(nights: Nights) -> None:  # noqa: F811
    first = {unit: nights.money(unit, 1, 5000) for unit in ("ha-noi", "cao-bang", "hue", "can-tho")}
    nights.money("son-la", 1), nights.money("nghe-an", 1)
    first |= {unit: nights.money(unit, 2, 5000) for unit in ("son-la", "nghe-an")}
    nights.run(1)
    assert (nights.state(first["son-la"]), nights.state(first["nghe-an"])) == ("under_review", "under_review")
    flags = dict(nights.rows("select unit_key, flag_id from checks.flag where closed_run is null"))
    for unit, word in (("ha-noi", "waive"), ("cao-bang", "waive"), ("hue", "waive"), ("can-tho", "confirm"), ("son-la", "waive"),
                       ("nghe-an", "confirm")):  # fmt: skip
        until = date(2025, 6, 2) if unit == "ha-noi" else None
        decide(nights.connection, flags[unit], word, "đã kiểm tra", until=until, decided_at=NOON)
    assert outcomes(nights, "hue") == {("active", "waiting")}

    withdrawn = nights.money("cao-bang", 2, is_withdrawal=True, lines=[])
    nights.run(2)
    assert nights.state(withdrawn) == "withdrawal"
    assert nights.state(first["son-la"]) == "in_force", "the waiver lets it in"
    assert outcomes(nights, "ha-noi") == outcomes(nights, "hue") == outcomes(nights, "son-la") == {("active", "accepted")}
    assert outcomes(nights, "can-tho") == {("active", "kept_out")}
    assert outcomes(nights, "nghe-an") == {("active", "not_in_force")}
    assert outcomes(nights, "cao-bang") == {("lapsed", "value_changed")}

    again = nights.money("cao-bang", 3, 5000)
    nights.run(3)
    assert (again, "kcdp_t_implemented") in nights.held(), "withdrawn and sent again: the waiver does not come back"
    assert outcomes(nights, "ha-noi") == {("lapsed", "until_passed")}
    assert (first["ha-noi"], "kcdp_t_implemented") in nights.held()
    assert (first["hue"], "kcdp_t_implemented") not in nights.held()

    terms = nights.rows("select rule_id, terms_hash from register.rule")
    nights.rows("update register.rule set terms_hash = 'others' returning 1")
    nights.run(4)
    assert outcomes(nights, "hue") == outcomes(nights, "can-tho") == {("lapsed", "rule_changed")}
    with nights.connection, nights.connection.cursor() as cursor:
        cursor.executemany("update register.rule set terms_hash = %s where rule_id = %s", [(h, r) for r, h in terms])
    nights.run(5)
    assert outcomes(nights, "hue") == {("lapsed", "rule_changed")}, "the old terms came back; the waiver did not"
    assert (first["hue"], "kcdp_t_implemented") in nights.held()
    reasons = {row[0] for row in nights.rows("select reason from review.decision_lapse")}
    assert reasons == {"value_changed", "rule_changed", "until_passed"}


def test_a_correction_keeps_the_rounding_of_the_digits_in_whose_place_it_stands(nights: Nights) -> None:  # noqa: F811
    """50,4 + 7,4 + 0,4 = 58,2, printed to one decimal: from 58,05 to 58,35, as a total of 58,4 may be. Exactly 50,4 would not."""
    lines = [
        {"activity": code, "cells": {"kcdp_t_plan": 100, "kcdp_t_implemented": value}}
        for code, value in (("A1", "5040.4"), ("A2", "7.4"), ("A3", "0.4"))
    ]
    lines.append({"kind": "total", "cells": {"kcdp_t_plan": 300, "kcdp_t_implemented": "58.4"}})
    nights.money("ha-noi", 1, lines=lines)
    nights.run(1)
    assert nights.held() != set()
    [flag] = {flag for (flag,) in nights.rows("select flag_id from checks.flag where closed_run is null and severity = 'block'")}
    [(key,)] = nights.rows(
        """select distinct figure_key from staging.stg_figure where column_name = 'kcdp_t_implemented' and activity_code = 'A1'
            and line_kind = 'detail'"""
    )
    decide(nights.connection, flag, "correct", "thừa hai chữ số", Decimal("50400000"), decided_at=NOON, figure_key=key)
    nights.run(2)
    assert nights.held() == set()
    ends = nights.rows("select corrected_low, corrected_value, corrected_high from checks.chk_correction")
    assert ends == [(Decimal("50350000"), Decimal("50400000"), Decimal("50450000"))]


def test_another_form_under_the_same_key_neither_ends_a_correction_nor_takes_it(nights: Nights) -> None:  # noqa: F811
    """The Treasury says a number of the same project, activity and stage: 40 beside one, the same wrong 4000 beside the other."""
    for unit, paid in (("ha-noi", 40), ("hue", 4000)):
        cells = {"plan": 100, "contracted": 90, "implemented": 50, "disbursed": 4000}
        nights.builder.submit("tien-do", unit, QUARTER, [{"activity": "A3", "project": f"P-{unit}", "cells": cells}])
        nights.builder.submit(
            "kho-bac", "trung-uong", QUARTER, sender_role="kho-bac", document_no=unit,
            lines=[{"unit": unit, "activity": "A3", "project": f"P-{unit}", "cells": {"disbursed": paid}}],
        )  # fmt: skip
    nights.run(1)
    paid_by = nights.rows("select figure_key, count(distinct form_code) from staging.stg_figure where column_name = 'disbursed'"
                          " and line_kind = 'detail' group by 1")  # fmt: skip
    assert [forms for _, forms in paid_by] == [2, 2], "two forms, one key"
    for key, _ in paid_by:
        [(flag,)] = nights.rows(
            """select distinct flag_id from checks.flag_figure inner join checks.flag using (flag_id)
                where figure_key = %s and form_code = 'tien-do' and closed_run is null""", key,
        )  # fmt: skip
        decide(nights.connection, flag, "correct", "thừa hai số không", Decimal(40_000_000), decided_at=NOON, figure_key=key)
    nights.run(2)
    assert nights.rows("select * from review.decision_lapse") == []
    corrected = "select form_code, corrected_value from checks.chk_correction inner join raw.submission using (submission_key)"
    assert nights.rows(corrected) == [("tien-do", Decimal(40_000_000))] * 2
    assert {row["outcome"] for row in list_decisions(nights.connection)} <= {"accepted_as_corrected", "correction_fails"}
