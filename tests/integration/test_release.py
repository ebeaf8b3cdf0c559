"""Releases over rows inserted by hand: opened only on change, closed and reopened, hashed by content, bridged to zero."""

import contextlib
from datetime import timedelta

import pytest
from released import AS_OF, RULE, load_register, make_fact_tables, put, set_facts, start_run

from khuyencong.figures.bridge import bridge
from khuyencong.release.listing import find_release, release_list, release_show
from khuyencong.release.release import open_release
from warehouse.address import connect


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        with connection, connection.cursor() as cursor:
            load_register(cursor)
            make_fact_tables(cursor)
        yield connection


def night(connection, contributions, reports, number=0, rules=(), **hashes):
    """One night with these facts and these rules in the register; the outcome of its release."""
    as_of = AS_OF + timedelta(days=number)
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from register.rule")
        put(cursor, "register.rule", RULE, list(rules))
        set_facts(cursor, contributions, reports)
        run_key = start_run(cursor, as_of, **hashes)
    return open_release(connection, run_key, as_of)


def opened(connection, release_number):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select unit_key, activity_code, state, value, reason from release.contribution
            where opened_release = %s order by unit_key, activity_code""",
            (release_number,),
        )
        return cursor.fetchall()


def test_a_release_is_opened_only_when_content_changes(connection):
    facts = ([{"value": 5}, {"activity_code": "A2", "value": 7}], [{}])
    first = night(connection, *facts)
    again = night(connection, *facts, number=1)
    assert (first.opened, first.release_number, first.n_opened, first.n_closed) == (True, 1, 3, 0)
    assert (again.opened, again.release_number, again.n_opened, again.n_closed) == (False, 1, 0, 0)
    assert again.release_hash == first.release_hash
    assert len(release_list(connection)) == 1


def test_nothing_at_all_opens_nothing(connection):
    outcome = night(connection, [], [])
    assert (outcome.opened, outcome.release_number) == (False, None)
    with pytest.raises(LookupError, match="kc nightly"):
        find_release(connection)


def test_an_unknown_run_is_our_failure_and_opens_nothing(connection):
    with pytest.raises(LookupError, match="no run 99"):
        open_release(connection, 99, AS_OF)


def test_the_same_state_and_value_stays_open_though_the_submission_is_new(connection):
    night(connection, [{"value": 5}], [{}])
    second = night(connection, [{"value": 5, "cause_reference": "sha-2"}], [{"sha256_in_force": "sha-2"}], 1)
    assert (second.n_opened, second.n_closed) == (1, 1)  # the report alone
    assert opened(connection, second.release_number) == []


def test_a_value_that_comes_back_is_opened_again_and_the_hash_returns(connection):
    first = night(connection, [{"value": 5}], [{}])
    second = night(connection, [{"value": 6}], [{}], 1)
    third = night(connection, [{"value": 5}], [{}], 2)
    assert [first.release_number, second.release_number, third.release_number] == [1, 2, 3]
    assert first.release_hash == third.release_hash != second.release_hash


REASONS = [
    ("arrival", [], [{"state": "missing", "sha256_in_force": None}], [{"value": 5}], [{}], {}),
    ("late", [], [{"state": "missing", "sha256_in_force": None}], [{"value": 5}], [{"is_late": True}], {}),
    ("revision", [{"value": 5}], [{}], [{"value": 6, "cause_reference": "sha-2"}], [{"sha256_in_force": "sha-2"}], {}),
    ("held", [{"value": 5}], [{}], [{"value": 5, "state": "disputed", "low": 0}], [{}], {}),
    ("cleared", [{"value": 5, "state": "disputed", "low": 0}], [{}], [{"value": 5}], [{}], {}),
    ("register", [{"value": 5}], [{}], [{"value": 5000}], [{}], {"register_hash": "new"}),
    ("succession", [], [{}], [{"value": 5, "carried_into": "x", "state": "carried"}], [{}], {}),
    (
        "calendar", [], [],
        [{"state": "missing", "value": None, "low": 0, "cause_reference": "kinh-phi|ha-noi|2025-03-31|so"}],
        [{"state": "missing", "sha256_in_force": None}], {},
    ),
    (  # what came in time and was returned is missing like what never came: nothing of it is in force, so nothing came late
        "calendar", [], [],
        [{"state": "missing", "value": None, "low": 0, "cause_reference": "kinh-phi|ha-noi|2025-03-31|so"}],
        [{"state": "returned", "sha256_in_force": None, "is_late": True}], {},
    ),
]  # fmt: skip


@pytest.mark.parametrize("reason, old, old_reports, new, new_reports, hashes", REASONS, ids=[r[0] for r in REASONS])
def test_each_change_has_one_reason(connection, reason, old, old_reports, new, new_reports, hashes):
    night(connection, [{"activity_code": "A9", "value": 1, "cause_reference": "other"}, *old], old_reports)
    second = night(
        connection, [{"activity_code": "A9", "value": 1, "cause_reference": "other"}, *new], new_reports, 1, **hashes
    )
    assert [row[-1] for row in opened(connection, second.release_number)] == [reason]


def test_a_decision_is_the_reason_when_one_was_made_since(connection):
    night(connection, [{"value": 5, "state": "disputed", "low": 0}], [{}])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, decision, reason, decided_at)
            values ('f', 'k', 'r', 'h', 'waive', 'the contract was seen', %s)""",
            (AS_OF + timedelta(hours=3),),
        )
    second = night(connection, [{"value": 5, "decision_reference": "f"}], [{}], 1)
    assert opened(connection, second.release_number)[0][-1] == "decision"


R, EDITED, OTHER = {"rule_id": "R"}, {"rule_id": "R", "terms_hash": "2"}, {"rule_id": "S"}
HELD, FREE = {"value": 5, "state": "disputed", "low": 0, "held_by": "R"}, {"value": 5}


@pytest.mark.parametrize(
    "reason, old, old_rules, new, new_rules",
    [
        ("rule", FREE, [R], HELD, [EDITED]),  # its rule was edited
        ("rule", FREE, [], HELD, [R]),  # its rule is new
        ("rule", HELD, [R], FREE, [EDITED]),
        ("rule", HELD, [R], FREE, []),  # the rule that held it is gone
        ("held", FREE, [R], HELD, [R, OTHER]),  # another rule is new: no input of this figure
        ("cleared", HELD, [R], FREE, [R, OTHER]),
    ],
)
def test_only_an_edit_of_a_rule_that_holds_the_figure_is_its_reason(connection, reason, old, old_rules, new, new_rules):
    night(connection, [old], [{}], rules=old_rules)
    second = night(connection, [new], [{}], 1, rules=new_rules, rules_hash="new")
    assert [row[-1] for row in opened(connection, second.release_number)] == [reason]


def test_only_the_figures_of_a_register_row_that_changed_change_by_the_register(connection):
    night(connection, [{"value": 5}, {"unit_key": "hue", "value": 5}], [{}, {"unit_key": "hue"}])
    with connection, connection.cursor() as cursor:
        cursor.execute("update register.units set unit_name = 'Thừa Thiên Huế' where unit_key = 'hue'")
    second = night(
        connection,
        [{"value": 5, "state": "disputed", "low": 0}, {"unit_key": "hue", "value": 6}],
        [{}, {"unit_key": "hue"}], 1, register_hash="new",
    )  # fmt: skip
    assert [(row[0], row[-1]) for row in opened(connection, second.release_number)] == [
        ("ha-noi", "held"), ("hue", "register")
    ]  # fmt: skip


def test_a_bound_follows_the_plan_that_it_is_made_from(connection):
    gap = {"state": "missing", "value": None, "low": 0, "cause_reference": "kinh-phi|ha-noi|2025-06-30|so",
           "period_end": "2025-06-30"}  # fmt: skip
    plan = {"indicator_code": "KC-P02", "measure": "plan", "period_end": "2025-12-31"}
    there, not_there = {}, {"period_end": "2025-06-30", "state": "missing", "sha256_in_force": None}
    night(connection, [{**gap, "high": 10}, {**plan, "value": 10}], [there, not_there])
    second = night(
        connection,
        [{**gap, "high": 12}, {**plan, "value": 12, "cause_reference": "sha-2"}],
        [{"sha256_in_force": "sha-2"}, not_there], 1, register_hash="new",
    )  # fmt: skip
    assert [row[-1] for row in opened(connection, second.release_number)] == ["revision", "revision"]


def test_a_row_that_stayed_open_under_older_bytes_goes_with_its_report(connection):
    same = {"value": 5, "report_period_end": "2025-03-31"}
    night(connection, [same], [{}])
    night(connection, [{**same, "cause_reference": "sha-2"}], [{"sha256_in_force": "sha-2"}], 1)
    night(connection, [], [{"sha256_in_force": "sha-3"}], 2)
    with connection, connection.cursor() as cursor:
        cursor.execute("select cause_reference, closed_reason, closed_cause_reference from release.contribution")
        assert cursor.fetchall() == [("sha-1", "revision", "sha-3")]


def test_a_withdrawal_is_a_revision(connection):
    night(connection, [{"value": 5}], [{}])
    second = night(
        connection,
        [{"state": "missing", "value": None, "low": 0, "cause_reference": "kinh-phi|ha-noi|2025-03-31|so"}],
        [{"state": "missing", "sha256_in_force": None}], 1,
    )  # fmt: skip
    assert [row[-1] for row in opened(connection, second.release_number)] == ["revision"]


def test_a_night_run_again_for_an_earlier_moment_is_not_what_was_known_later(connection):
    for number, value in ((0, 5), (5, 6), (3, 7)):
        night(connection, [{"value": value}], [{}], number)
    known = {day: find_release(connection, AS_OF + timedelta(days=day, hours=1))["release"] for day in (0, 3, 4, 5, 9)}
    assert known == {0: 1, 3: 3, 4: 3, 5: 2, 9: 2}


def test_show_tells_states_and_reasons(connection):
    night(connection, [{"value": 5}, {"activity_code": "A2", "state": "disputed", "value": 9, "low": 0}], [{}])
    shown = release_show(connection, 1)
    assert shown["contributions"] == [{"state": "accepted", "n_rows": 1}, {"state": "disputed", "n_rows": 1}]
    assert shown["reasons"] == [{"reason": "arrival", "n_opened": 2, "n_closed": 0}]
    assert find_release(connection, AS_OF + timedelta(days=3))["release"] == 1
    assert release_list(connection)[0]["n_opened"] == 2
    assert release_show(connection, 7) is None
    with pytest.raises(LookupError, match="release 7"):
        find_release(connection, release=7)


def test_bridge_refuses_what_it_cannot_compare(connection):
    night(connection, [{"value": 5}], [{}])
    with pytest.raises(ValueError, match="Release 1 is older than release 2: give the older one first"):
        bridge(connection, 2, 1)
    with pytest.raises(LookupError, match="no release 2"):
        bridge(connection, 1, 2)
    assert bridge(connection, 1, 1)["figures"] == []


def test_a_bridge_gives_each_difference_to_its_reason_and_submission(connection):
    hue = {"unit_key": "hue", "cause_reference": "sha-h"}
    night(connection, [{"value": 5}, {**hue, "value": 7}], [{}, {"unit_key": "hue", "sha256_in_force": "sha-h"}])
    revised = {"value": 6, "cause_reference": "sha-2"}, {"sha256_in_force": "sha-2"}
    night(connection, [revised[0], {**hue, "value": 7}], [revised[1], {"unit_key": "hue", "sha256_in_force": "sha-h"}], 1)
    night(
        connection,
        [revised[0], {**hue, "value": 7, "state": "disputed", "low": 2, "high": 9, "held_by": "R"}],
        [revised[1], {"unit_key": "hue", "sha256_in_force": "sha-h"}], 2,
    )  # fmt: skip
    (figure,) = bridge(connection, 1, 3)["figures"]
    assert (figure["before"]["accepted"], figure["after"]["accepted"], figure["after"]["disputed"]) == (12, 6, 7)
    amounts = {part["reason"]: (part["accepted"], part["disputed"], part["disputed_low"]) for part in figure["parts"]}
    assert amounts == {"held": (-7, 7, 2), "revision": (1, 0, 0)}
    hanoi, hue_figure = bridge(connection, 1, 3, by="submission")["figures"]
    assert [(p["reason"], p["cause_reference"], p["accepted"]) for p in hanoi["parts"]] == [("revision", "sha-2", 1)]
    assert [(p["reason"], p["cause_reference"], p["accepted"]) for p in hue_figure["parts"]] == [("held", "sha-h", -7)]
    assert [f["unit_key"] for f in bridge(connection, 1, 3, by="unit", unit="hue")["figures"]] == ["hue"]
    assert bridge(connection, 1, 3, fund="KCQG")["figures"] == []
