"""Waive, block correction, signing, revoking on a country of four provinces: what is shown before, and what the nights then say.

The country was worked out by hand. Each province has contracted 240 million đồng by June (90 + 150), implemented 100, disbursed
80, settled 15. Hà Nội writes these in thousand đồng, so a thousand times too much; Tây Ninh has disbursed 95 of 90 contracted
in one activity. The rules hold all of Hà Nội's and the two of Tây Ninh.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from small_country import Country, at, money_report
from thirty_nights import NAMES, figures

from khuyencong.flags.queue import list_flags
from khuyencong.night.nightly import run_nightly
from khuyencong.review.decision_list import list_decisions
from khuyencong.review.decisions import DecisionError, decide
from khuyencong.review.ends import revoke, sign, words_to_end
from khuyencong.review.pages import open_page, record
from khuyencong.review.plan import plan_word
from khuyencong.review.reviewers import add_reviewer
from khuyencong.review.words import RECORD
from warehouse.address import Warehouse, connect
from warehouse.migrate import migrate
from warehouse.settings import Settings

KC = Path(sys.executable).parent / "kc"
NAME, JUDGED = "khuyencong_test", "khuyencong_words"
LOGINS = ("lan_words", "minh_words", "officer_words", "nobody_words")
MILLION = 10**6
FIRST, SECOND, THIRD = "2025-06-26", "2025-06-27", "2025-06-28"
SAID, SAID_AGAIN = at(f"{FIRST}T23:00"), at(f"{SECOND}T23:00")

# The nation in June, million đồng: contracted, implemented, disbursed, settled; three provinces, then with Hà Nội's figures as
# written, then as meant. Of Tây Ninh's 90 contracted and 95 disbursed in one activity the rules hold both.
HELD = {"KC-E02": (630, 240_090), "KC-E06": (300, 100_000), "KC-E05": (190, 80_095), "KC-E07": (45, 15_000)}
WAIVED = {"KC-E02": (240_630, 90), "KC-E06": (100_300, 0), "KC-E05": (80_190, 95), "KC-E07": (15_045, 0)}
CORRECTED = {"KC-E02": (870, 90), "KC-E06": (400, 0), "KC-E05": (270, 95), "KC-E07": (60, 0)}
BOTH_WAIVED = {"KC-E02": (960, 0), "KC-E05": (365, 0)}


def on_server(server: Warehouse, *statements: str) -> None:
    with contextlib.closing(connect(server, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def a_thousand_times(said: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {code: {k: v if k == "plan" else 1000 * v for k, v in row.items()} for code, row in said.items()}


@pytest.fixture(scope="module")
def judged(cluster: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a country after its first night; its database is kept as JUDGED."""
    country = Country(tmp_path_factory.mktemp("words") / "country")
    country.set_parameter("sign_share_pct", "10")
    for unit, second in (
        ("thanh-hoa", figures(60, 50)), ("long-an", figures(60, 50)), ("tay-ninh", figures(60, 95)),
        ("ha-noi", a_thousand_times(figures(60, 50))),
    ):  # fmt: skip
        for quarter, said, moment in (("2025-03", figures(50, 40), "2025-04-10T09:00"), ("2025-06", second, "2025-06-20T09:00")):
            data = money_report(unit, NAMES[unit], quarter, said, at(moment))
            country.receive(f"{unit}/{quarter}.xlsx", data, at(moment), f"bao-cao@{unit}.example")
    database = dataclasses.replace(cluster, dbname=NAME)
    on_server(cluster, f"drop database if exists {NAME} with (force)", f"drop database if exists {JUDGED} with (force)",
              f"create database {NAME}")  # fmt: skip
    migrate(database)
    settings = country.settings(database.dsn)
    run_nightly(settings, at(FIRST), lambda: at(FIRST))
    on_server(cluster, f"create database {JUDGED} template {NAME}")
    yield settings
    on_server(cluster, f"drop database {JUDGED} with (force)", f"drop database if exists {NAME} with (force)")


class Desk:
    """Two reviewers, an officer of Hà Nội who reviews too, and somebody who does not, before the flags of the country."""

    def __init__(self, database: Warehouse, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.opened: list[Any] = []
        self.owner = self.logged_in(database.user)
        self.forget_logins()
        for login in LOGINS[:3]:
            add_reviewer(self.owner, login, unit="ha-noi" if login == "officer_words" else None)
        self.rows("create role nobody_words login")
        self.lan, self.minh = self.logged_in("lan_words"), self.logged_in("minh_words")
        self.flags = {row["unit_key"]: row["flag_id"] for row in list_flags(self.owner, severity="block")}

    def logged_in(self, login: str) -> Any:
        self.opened.append(connect(dataclasses.replace(self.database, user=login, password=None)))
        return self.opened[-1]

    def rows(self, query: str, *values: Any, connection: Any = None) -> list[tuple[Any, ...]]:
        connection = connection or self.owner
        with connection, connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def nation(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Indicator → accepted and disputed money of June in million đồng, added up here, row by row of the open release."""
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for code, state, value in self.rows(
            """select indicator_code, state, value from release.contribution
            where closed_release is null and period_end = '2025-06-30' and fund_code = 'KCDP-T' and measure = 'ytd'"""
        ):
            if state in ("accepted", "carried", "disputed"):
                sums[code][state == "disputed"] += value or 0
        return {code: (accepted / MILLION, disputed / MILLION) for code, (accepted, disputed) in sums.items() if accepted}

    def shown(self, unit: str, word: str, **more: Any) -> tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]]:
        """What a word is said to do: indicator → (accepted, disputed) in million đồng, before and after, of rows of June."""
        with self.owner, self.owner.cursor() as cursor:
            plan = plan_word(cursor, self.flags[unit], word, **more)
        rows = [move for move in plan.nation if move.measure == "ytd"]
        assert {move.period_end.isoformat() for move in rows} <= {"2025-06-30"}
        return tuple(
            {move.indicator_code: (getattr(move, f"accepted_{when}") / MILLION, getattr(move, f"disputed_{when}") / MILLION)
             for move in rows} for when in ("before", "after")
        )  # fmt: skip

    def state(self, unit: str) -> list[str]:
        """What became of the words on a unit's flag, one a group, oldest first."""
        return [state for _, state in self.rows(
            """select group_key, min(word_state) from review.decision_state where flag_id = %s
            group by group_key order by group_key""", self.flags[unit])]  # fmt: skip

    def sign(self, connection: Any, unit: str, moment: datetime = SAID) -> None:
        [(group,)] = self.rows(
            "select distinct group_key from review.decision_state where flag_id = %s and word_state = 'pending'", self.flags[unit]
        )
        with connection, connection.cursor() as cursor:
            sign(cursor, [group], "đã gọi Sở", signed_at=moment)

    def night(self, day: str) -> None:
        run_nightly(self.settings, at(day), lambda: at(day))

    def kc(self, *arguments: object) -> tuple[int, str, str]:
        environment = {**os.environ, "KC_HOME": str(self.settings.home), "KC_DATABASE_URL": self.database.dsn}
        done = subprocess.run([str(KC), *map(str, arguments)], env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def forget_logins(self) -> None:
        for login in LOGINS:
            self.rows(f"drop role if exists {login}")

    def close(self) -> None:
        for connection in self.opened[1:]:
            connection.close()
        self.forget_logins()
        self.owner.close()


@pytest.fixture
def desk(cluster: Warehouse, judged: Settings) -> Iterator[Desk]:
    on_server(cluster, f"drop database if exists {NAME} with (force)", f"create database {NAME} template {JUDGED}")
    made = Desk(dataclasses.replace(cluster, dbname=NAME), judged)
    yield made
    made.close()


def test_the_effect_is_shown_before_anything_is_recorded(desk: Desk) -> None:
    assert desk.nation() == HELD, "the country as it was worked out by hand"
    assert desk.shown("ha-noi", "waive") == (HELD, WAIVED)
    assert desk.shown("ha-noi", "apply", is_block=True) == (HELD, CORRECTED)
    assert desk.shown("ha-noi", "confirm") == ({}, {})
    both = set(BOTH_WAIVED)
    before, after = desk.shown("tay-ninh", "waive")
    assert set(before) == both and after == {
        code: (HELD[code][0] + (90 if code == "KC-E02" else 95), HELD[code][1] - (90 if code == "KC-E02" else 95)) for code in both
    }
    # 80 disbursed is the truth: the two figures are accepted, 90 contracted as it was written
    _, after = desk.shown("tay-ninh", "correct", value="80 triệu đồng", cell="N16")
    assert after == {"KC-E02": (720, 240_000), "KC-E05": (270, 80_000)}
    assert desk.rows("select count(*) from review.decision") == [(0,)]


def test_a_word_that_moves_the_nation_far_waits_for_a_second_name(desk: Desk) -> None:
    flag = desk.flags["ha-noi"]
    decide(desk.lan, flag, "waive", "Sở xác nhận", decided_at=SAID)
    assert desk.state("ha-noi") == ["pending"]
    [(share, limit)] = desk.rows("select round(share_pct), limit_pct from review.signature_needed")
    assert (share, limit) == (round(Decimal(80_000 * 100) / 190), 10), "the row that moves most: disbursed"
    in_force = "select count(*) from review.decision_in_force"
    desk.rows("update release.run set as_of = '2025-12-31'")
    assert desk.rows(in_force) == [(0,)], "without effect, whenever the night"

    refused = [
        (desk.lan, "own_word"), (desk.logged_in("officer_words"), "own_submission"), (desk.logged_in("nobody_words"), "permission"),
    ]  # fmt: skip
    for connection, why in refused:
        with pytest.raises((DecisionError, psycopg2.errors.InsufficientPrivilege)) as refusal:
            desk.sign(connection, "ha-noi")
        assert why in (getattr(refusal.value, "code", ""), str(refusal.value)[:10])
    direct = """insert into review.signature (group_key, reason, signed_at{more})
        select distinct group_key, 'x', now(){value} from review.decision"""
    for connection, statement in (
        (desk.lan, direct.format(more="", value="")),
        (desk.minh, direct.format(more=", signed_by", value=", 'officer_words'")),
        (desk.minh, "update review.decision set group_key = 0"),
        (desk.minh, "delete from review.signature_needed"),
        (desk.owner, "delete from review.signature_needed"),
        (desk.owner, direct.format(more=", signed_by", value=", 'minh_words'")),
    ):
        with pytest.raises(psycopg2.Error):
            desk.rows(statement, connection=connection)
    assert desk.state("ha-noi") == ["pending"]

    desk.sign(desk.minh, "ha-noi")
    assert desk.state("ha-noi") == ["counts"] and desk.rows(in_force) != [(0,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="signed, ended"):
        desk.rows(direct.format(more="", value=""), connection=desk.minh)
    [row] = {(row["outcome"], row["decided_by"], row["signed_by"]) for row in list_decisions(desk.owner, flag=flag)}
    assert row[1:] == ("lan_words", "minh_words")
    for statement in ("update review.signature set reason = 'x'", "delete from review.signature", "truncate review.signature"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            desk.rows(statement)


ONE_CELL = """insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, reason,
        decided_at)
    select flag_figure.flag_id, figure_key, rule_id, terms_hash, figure.value, 'waive', 'x', '2025-06-26 23:00'
    from checks.flag_figure
    inner join register.rule using (rule_id)
    inner join staging.stg_figure as figure using (figure_key)
    where flag_figure.flag_id = '{flag}' and figure.submission_key = flag_figure.submission_key
        and figure.column_name = 'kcdp_t_{column}' and figure.activity_code = '{activity}'"""


def test_a_direct_insert_is_weighed_as_well_and_pieces_are_one_word(desk: Desk) -> None:
    flag = desk.flags["ha-noi"]
    # contracted, beside 630: 90 000 are 14 286 %, and 150 000 alone 23 810 %; both are 38 095 %
    desk.rows("update register.parameters set parameter_value = 25000 where parameter_code = 'sign_share_pct'")
    for activity in ("A1", "A3"):
        desk.rows(ONE_CELL.format(flag=flag, column="contracted", activity=activity), connection=desk.lan)
    assert desk.state("ha-noi") == ["counts", "pending"]
    assert desk.rows("select round(share_pct) from review.signature_needed") == [(38_095,)]
    desk.rows("update register.parameters set parameter_value = 10 where parameter_code = 'sign_share_pct'")
    desk.rows(ONE_CELL.format(flag=desk.flags["tay-ninh"], column="disbursed", activity="A1"), connection=desk.lan)
    assert desk.state("tay-ninh") == ["pending"]


def test_two_words_are_said_and_a_word_ends_for_good(desk: Desk) -> None:
    flag = desk.flags["tay-ninh"]
    desk.rows("update register.parameters set parameter_value = 1000 where parameter_code = 'sign_share_pct'")
    decide(desk.lan, flag, "waive", "trả trước", decided_at=SAID)
    assert desk.state("tay-ninh") == ["counts"]
    code, out, _ = desk.kc("decide", flag[:6], "correct", "--cell", "N16", "--value", "80 triệu đồng", "--dry-run")
    assert code == 0 and "lan_words said waive on 2025-06-26" in out and "takes its place on 1 of its figures" in out
    with desk.minh, desk.minh.cursor() as cursor:
        [(_, keys)] = words_to_end(cursor, flag)
        assert desk.shown("tay-ninh", "revoke")[1]["KC-E02"] == HELD["KC-E02"], "as it was before the waiver"
        assert revoke(cursor, keys, "Sở chưa xác nhận", revoked_at=SAID) == len(keys)
    assert desk.state("tay-ninh") == ["revoked"]
    assert {row["outcome"] for row in list_decisions(desk.owner, flag=flag)} == {"revoked"}
    with pytest.raises(DecisionError, match="can be ended"), desk.owner, desk.owner.cursor() as cursor:
        words_to_end(cursor, flag)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="ended already"):
        desk.rows("""insert into review.revocation (decision_key, reason, revoked_at)
            select decision_key, 'x', now() from review.decision""")
    # an earlier word does not come back when a later one that took its place ends
    for said, word in ((SAID, "waive"), (SAID_AGAIN, "confirm")):
        decide(desk.lan, flag, word, "x", decided_at=said)
    with desk.minh, desk.minh.cursor() as cursor:
        revoke(cursor, [key for word, keys in words_to_end(cursor, flag) for key in keys], "x", revoked_at=SAID_AGAIN)
    assert desk.state("tay-ninh") == ["revoked", "replaced", "revoked"]
    desk.rows("update release.run set as_of = '2025-12-31'")
    assert desk.rows("select count(*) from review.decision_in_force") == [(0,)]


def test_what_is_typed_wrong_is_the_typists_error(desk: Desk) -> None:
    flag, look = desk.flags["tay-ninh"], "--dry-run"
    for arguments, sentence in (
        ((flag, "correct", "--value", "tám mươi", "--cell", "N16", look), "cannot be read"),
        ((flag, "correct", "--value", "80", "--cell", "N16", look), "80 triệu đồng"),
        ((flag, "correct", "--value", "80 kg", "--cell", "N16", look), "kg"),
        ((desk.flags["ha-noi"], "correct", "--value", "80 triệu", look), "Name one (--cell)"),
        ((flag, "correct", "--value", "80 triệu", "--cell", "Z99", look), "names no cell 'Z99'"),
        ((desk.flags["ha-noi"], "apply", look), "add --block"),
        ((flag, "sign", look), "waits for a signature"),
        ((flag, "revoke", look), "can be ended"),
        ((flag, "waive"), "needs its reason"),
        ((flag, "guess", look), "one of"),
        (("zzz", "waive", look), "no flag 'zzz'"),
        (("", "waive", look), "no flag"),
        ((flag, "waive", look, "--login", "no_such_login"), "cannot log in"),
    ):  # fmt: skip
        code, out, error = desk.kc("decide", *arguments)
        assert (code, out) == (2, ""), (arguments, out, error)
        assert sentence in error and "failure" not in error and len(error) < 500, (arguments, error)
    desk.rows("update checks.flag set alternatives = '[]' where flag_id = %s", flag)
    code, _, error = desk.kc("decide", flag, "apply", "--dry-run")
    assert code == 2 and "proposes no correction" in error
    desk.rows(
        """insert into checks.flag select (jsonb_populate_record(flag, jsonb_build_object('flag_id', %s::text))).* from checks.flag
        where flag_id = %s""", flag[:4] + "00000000", flag)  # fmt: skip
    code, _, error = desk.kc("decide", flag[:4], "confirm", "--dry-run")
    assert code == 2 and "begins 2 flags" in error and flag in error and "tay-ninh" in error
    understood = (("80,5", "80,5 triệu đồng  (= 80.500.000 đồng)"), ("80.500.000", "80,5 triệu đồng"), ("0", "→ 0 triệu đồng"))
    for value, shown in understood:
        code, out, error = desk.kc("decide", flag, "correct", "--value", value, "--cell", "Kinh phí!N16", "--dry-run")
        assert code == 0 and shown in out, (value, out, error)
        assert all(len(line) <= 80 for line in out.splitlines()), out


def test_the_command_gives_one_document_and_waits_for_nobody(desk: Desk) -> None:
    flag = desk.flags["ha-noi"]
    code, out, _ = desk.kc("decide", flag[:5], "apply", "--block", "--reason", "Sở xác nhận", "--login", "lan_words", "--json")
    document = json.loads(out)
    assert code == 0 and document["is_recorded"] and document["is_pending"], "38 % of the contracted money"
    moved = {row["indicator_code"]: (row["accepted_before"], row["accepted_after"]) for row in document["nation"]}
    assert moved["KC-E02"] == (630 * MILLION, 870 * MILLION)
    assert all(cell["reported"] == 1000 * cell["corrected"] for cell in document["cells"])
    code, out, _ = desk.kc("decide", flag, "sign", "--reason", "đã gọi", "--login", "minh_words")
    assert code == 0 and "Signed." in out and "lan_words said correct" in out
    assert desk.rows("select distinct decided_by, signed_by, word_state from review.decision_state") == [
        ("lan_words", "minh_words", "counts")
    ]
    code, out, _ = desk.kc("decide", flag, "waive", "--dry-run", "--json")
    document = json.loads(out)
    assert not document["is_recorded"] and document["engine_proposes"]["n_cells"] == len(
        desk.rows("select distinct figure_key from review.decision")
    )
    assert desk.kc("decide", flag, "revoke", "--reason", "nhầm")[0] == 0
    assert desk.state("ha-noi") == ["revoked"]


def answered(page: Any, by: str, **choices: str) -> dict[str, Any]:
    fields = {}
    for flag_id, choice in choices.items():
        fields |= {f"choice_{flag_id.removeprefix('f')}": choice, f"reason_{flag_id.removeprefix('f')}": "đã xem"}
    return {"options": [RECORD], "fields": fields, "answered_by": by, "answered_at": "2025-06-27T00:00:00+07:00"}


@pytest.mark.long
def test_waive_apply_sign_and_revoke_through_two_nights(desk: Desk) -> None:
    """By own login and by Airflow's sheet; what each was said to do is what the release of the next night says."""
    ha_noi, tay_ninh = desk.flags["ha-noi"], desk.flags["tay-ninh"]
    desk.rows("update release.run set state = 'done'")
    # the first evening: a waiver by own login, signed on a page; another that nobody signs
    decide(desk.lan, ha_noi, "waive", "Sở xác nhận", decided_at=SAID)
    decide(desk.lan, tay_ninh, "waive", "trả trước", decided_at=SAID)
    assert desk.state("tay-ninh") == ["pending"], "90 beside 630 contracted"
    assert desk.shown("ha-noi", "sign") == (HELD, WAIVED)
    page = open_page(desk.settings, "p", "2025-06", SAID)
    choices = page.fields[f"choice_{ha_noi}"]["schema"]["enum"]
    assert {"sign", "revoke", "apply"} <= set(choices) and "240.630.000.000" in page.body and "lan\\_words: waive" in page.body
    own = record(desk.settings, "p", answered(page, "lan_words", **{f"f{ha_noi}": "sign"}), SAID)
    assert own["refused"] == 1 and "người khác" in own["sentences"][ha_noi]
    page = open_page(desk.settings, "q", "2025-06", SAID)
    signed = record(desk.settings, "q", answered(page, "minh_words", **{f"f{ha_noi}": "sign"}), SAID)
    assert signed["decided"] == 1 and desk.state("ha-noi") == ["counts"]
    desk.night(SECOND)
    assert desk.nation() == WAIVED, "signed: freed; not signed: without effect"

    # the second evening: the waiver is revoked on a page, the engine's proposal applied there and signed by own login
    assert desk.shown("ha-noi", "revoke") == (WAIVED, HELD)
    page = open_page(desk.settings, "r", "2025-06", SAID_AGAIN)
    assert f"choice_{ha_noi}" not in page.fields and page.fields["revoke_word"]["schema"]["enum"] == [None, ha_noi]
    both = answered(page, "minh_words", **{f"f{tay_ninh}": "revoke"})
    both["fields"] |= {"revoke_word": ha_noi, "revoke_reason": "Sở nói lại"}
    assert record(desk.settings, "r", both, SAID_AGAIN)["decided"] == 2
    assert desk.state("ha-noi") == desk.state("tay-ninh") == ["revoked"]
    assert record(desk.settings, "r", both, SAID_AGAIN)["refused"] == 0, "recorded again, nothing changes"
    page = open_page(desk.settings, "s", "2025-06", SAID_AGAIN)
    applied = record(desk.settings, "s", answered(page, "lan_words", **{f"f{ha_noi}": "apply"}), SAID_AGAIN)
    assert applied["decided"] == 1 and "chờ" in applied["notes"][ha_noi]
    assert desk.shown("ha-noi", "sign") == (HELD, CORRECTED), "the revoked waiver is out of it already"
    desk.sign(desk.minh, "ha-noi", SAID_AGAIN)
    desk.night(THIRD)
    assert desk.nation() == CORRECTED
    corrected = desk.rows(
        """select bool_and(is_corrected) from release.contribution where closed_release is null and unit_key = 'ha-noi'
            and period_end = '2025-06-30' and measure = 'ytd' and value <> 0 and fund_code = 'KCDP-T'"""
    )
    assert corrected == [(True,)]
    assert {row["outcome"] for row in list_decisions(desk.owner, flag=ha_noi)} == {"revoked", "accepted_as_corrected"}
    reasons = desk.rows("select distinct reason from release.contribution where opened_release = (select max(release_number) from"
                        " release.release) and unit_key = 'ha-noi' and measure = 'ytd'")  # fmt: skip
    assert reasons == [("decision",)]
    # the flag is closed, and its word can still be ended
    assert desk.shown("ha-noi", "revoke")[1]["KC-E02"] == HELD["KC-E02"]
