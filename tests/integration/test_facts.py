"""Facts from small submissions: states, bounds, plans as levels, successions, conservation. One build a scenario."""

import contextlib
from datetime import date, datetime
from decimal import Decimal

import pytest
from raw_builder import RawBuilder

from khuyencong.night.transform import run_dbt
from warehouse.address import connect
from warehouse.settings import TIMEZONE

Q1, Q2, Q3 = date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30)
AS_OF = datetime(2025, 11, 1, 22, 0, tzinfo=TIMEZONE)
MILLION = 1_000_000
# A gate without rules: what is newest stands, as in a night on which no rule fails.
STAND = """
insert into checks.standing_history (run_key, submission_key, submission_state)
select tonight.run_key, s.submission_key,
    case
        when s.door_verdict = 'return' then 'returned' when s.is_withdrawal then 'withdrawal'
        when s.submission_kind = 'cross_check' then 'cross_check'
        when s.is_newest_accepted and s.is_nil then 'nil' when s.is_newest_accepted then 'in_force'
        else 'superseded'
    end
from staging.stg_submission as s cross join release.tonight"""


class Facts:
    """A night over the submissions of a builder, up to facts."""

    def __init__(self, database, settings, connection):
        self.database, self.settings, self.connection = database, settings, connection
        self.builder = RawBuilder(connection)
        self.builder.load_forms()
        self.run_key = self.builder.night(AS_OF)

    def build(self, held=(), after_standing="", unit_tests=False, register=""):
        """Staging, standing, the cells in `held` as (submission, row, column) held, facts with their data tests.

        `register`: statements that change the register's rows before they are used.
        """
        run_dbt(self.database, self.settings, ["staging"], seeds=True, unit_tests=unit_tests)
        if register:
            with self.connection, self.connection.cursor() as cursor:
                cursor.execute(register)
            run_dbt(self.database, self.settings, ["staging"])
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(STAND + ";" + after_standing)
            for submission_key, row_number, column_name in held:
                cursor.execute(
                    """insert into checks.hold (run_key, submission_key, sheet_code, row_number, column_name, rule_id)
                    select %s, submission_key, sheet_code, row_number, column_name, 'R-1' from staging.stg_figure
                    where submission_key = %s and row_number = %s and column_name = %s""",
                    (self.run_key, submission_key, row_number, column_name),
                )
        # mentions are judged by checks, which these nights leave out
        run_dbt(self.database, self.settings, ["facts"], exclude=["fct_mention_verdict"], unit_tests=unit_tests)

    def rows(self, query, *parameters):
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def contributions(self, unit, period_end, indicator, fund="KCDP-T", measure="ytd"):
        """{(activity, project): (state, value, low, high)} in millions of đồng, or as counted."""
        scale = MILLION if indicator in ("KC-E05", "KC-E06", "KC-P02", "KC-P01") else 1
        return {
            (activity, project): (state, *(None if v is None else int(v / scale) for v in amounts))
            for activity, project, state, *amounts in self.rows(
                """select activity_code, project_key, state, value, low, high from facts.fct_contribution
                where unit_key = %s and report_period_end = %s and indicator_code = %s and fund_code = %s
                    and measure = %s and carried_into = ''""",
                unit, period_end, indicator, fund, measure,
            )
        }  # fmt: skip


@pytest.fixture
def facts(database, settings):
    with contextlib.closing(connect(database)) as connection:
        yield Facts(database, settings, connection)


def money(activity, plan=None, implemented=0, disbursed=0, **cells):
    """A line of kinh-phi with the columns of the provincial fund filled."""
    return {
        "activity": activity,
        "cells": {"kcdp_t_plan": plan, "kcdp_t_implemented": implemented, "kcdp_t_disbursed": disbursed, **cells},
    }


def project(code, disbursed=0, activity="A3", **cells):
    return {"activity": activity, "project": code, "cells": {"disbursed": disbursed, **cells}}


def assign(unit, code, amount, effect="assign", activity="A3"):
    return {"unit": unit, "activity": activity, "project": code, "effect": effect, "cells": {"amount": amount}}


def put_limits(connection):
    """A rule that keeps disbursement within the plan, as the rules' loader writes it."""
    with connection, connection.cursor() as cursor:
        for rule_id, form, sheet, left, right_form, right_sheet, right, shift in (
            ("L-1", "kinh-phi", "money", "kcdp_t_disbursed", "kinh-phi", "money", "kcdp_t_implemented", "same"),
            ("L-2", "kinh-phi", "money", "kcdp_t_implemented", "kinh-phi", "money", "kcdp_t_plan", "same"),
            ("L-3", "tien-do", "progress", "disbursed", "giao-ke-hoach", "allocation", "amount", "plan_in_force"),
        ):
            cursor.execute(
                """insert into register.rule (rule_id, rule_version, family, judges_form, scope, operator, severity,
                missing_mode, level, valid_from, rule_name, rule_name_en, legal_basis, terms_hash)
                values (%s, 1, 'linear', %s, '{}', '<=', 'block', 'undecided', 1, '2024-01-01', '', '', '', '')""",
                (rule_id, form),
            )
            for number, side, *where, at in (
                (1, "left", form, sheet, left, "same"),
                (2, "right", right_form, right_sheet, right, shift),
            ):
                cursor.execute(
                    """insert into register.rule_term (rule_id, term_number, side, coefficient, role, form_code, sheet_code,
                    column_names, period_shift, line_kind) values (%s, %s, %s, 1, 'term', %s, %s, array[%s], %s, 'detail')""",
                    (rule_id, number, side, *where, at),
                )


def test_states_and_bounds_of_money(facts):
    put_limits(facts.connection)
    submit = facts.builder.submit
    submit("kinh-phi", "son-la", Q1, [money("A1", 100, 20, 10), money("A2", 50, 0, 0)])
    submit("kinh-phi", "dien-bien", Q1, [money("A1", 100, 20, 10)])
    second = submit("kinh-phi", "dien-bien", Q2, [money("A1", 90, 70, 40), money("A2", 30, "#REF!", 5)])
    submit("kinh-phi", "hue", Q1, [money("A1", 7, 1, 1)], door_verdict="return")
    submit("kinh-phi", "ha-noi", Q1, [money("A1", 7, 1, 1)], sender_role="trung-tam")
    facts.build(held=[(second, 8, "kcdp_t_disbursed"), (second, 8, "kcdp_t_plan")])

    assert facts.contributions("son-la", Q1, "KC-E05") == {
        ("A1", ""): ("accepted", 10, None, None),
        ("A2", ""): ("accepted", 0, None, None),
    }
    # the report of the second quarter is missing: from the last accepted figure to the plan in force
    assert facts.contributions("son-la", Q2, "KC-E05") == {
        ("A1", ""): ("missing", None, 10, 100),
        ("A2", ""): ("missing", None, 0, 50),
    }
    # money that has no plan has no bound and one row; the form says nothing of a fund whose column is wholly blank
    assert facts.contributions("son-la", Q2, "KC-F01", "counterpart") == {("unallocated", ""): ("missing", None, 0, None)}
    assert facts.contributions("son-la", Q1, "KC-F01", "counterpart")[("A1", "")][0] == "missing"
    # held: disputed beside its bounds; the plan that would bound it is itself held, so the accepted one does
    assert facts.contributions("dien-bien", Q2, "KC-E05") == {
        ("A1", ""): ("disputed", 40, 10, 100),
        ("A2", ""): ("accepted", 5, None, None),
    }
    assert facts.contributions("dien-bien", Q2, "KC-E06")[("A2", "")] == ("disputed", None, 0, 30)
    assert facts.contributions("dien-bien", Q2, "KC-P02", measure="plan")[("A1", "")] == ("disputed", 90, 100, None)
    assert facts.contributions("hue", Q1, "KC-E05") == {("unallocated", ""): ("missing", None, 0, None)}

    # a plan lasts until the next report that states one; a missing report leaves it in force
    levels = facts.rows(
        """select unit_key, effective_from, effective_to from facts.fct_contribution
        where indicator_code = 'KC-P02' and activity_code = 'A1' and unit_key in ('son-la', 'dien-bien') order by 1, 2"""
    )
    assert levels == [("dien-bien", Q1, Q2), ("dien-bien", Q2, None), ("son-la", Q1, None)]

    reports = facts.rows(
        """select unit_key, state, is_owed, is_late from facts.fct_report
        where form_code = 'kinh-phi' and period_end = %s and unit_key in ('son-la', 'hue', 'ha-noi') order by 1""",
        Q1,
    )
    assert reports == [
        ("ha-noi", "missing", True, True),
        ("hue", "returned", True, True),
        ("son-la", "in_force", True, False),
    ]
    states = dict(facts.rows("select cell_state, count(*) from facts.fct_cell_state group by 1"))
    assert states["held"] == 2 and states["unreadable"] == 1
    assert states["returned"] > 0 and states["check_input"] > 0 and states["label"] > 0
    budget = facts.rows("select effect_code, amount_vnd from facts.fct_budget where unit_key = 'dien-bien' order by 2")
    assert budget[:2] == [("reduce", Decimal(-10 * MILLION)), ("assign", Decimal(30 * MILLION))]


def test_nothing_is_owed_before_a_unit_exists_or_after_it_closed(facts):
    facts.build(unit_tests=True)
    owed = facts.rows(
        """select unit_key, min(period_end), max(period_end) from facts.fct_report
        where unit_key in ('long-an', 'tay-ninh-2025', 'hue') and form_code = 'kinh-phi' group by 1 order by 1"""
    )
    assert owed == [("hue", Q1, Q3), ("long-an", Q1, Q2), ("tay-ninh-2025", Q3, Q3)]
    a10 = facts.rows("select count(*) from facts.fct_contribution where activity_code = 'A10'")
    assert a10 == [(0,)]


def test_successions_of_money_by_activity(facts):
    put_limits(facts.connection)
    submit = facts.builder.submit
    for unit, amount in (("long-an", 10), ("tay-ninh", 5), ("ha-giang", 8), ("tuyen-quang", 4), ("vinh-phuc", 3)):
        submit("kinh-phi", unit, Q2, [money("A1", 100, amount, amount)])
    submit("kinh-phi", "tay-ninh-2025", Q3, [money("A1", 210, 40, 40)])
    submit("kinh-phi", "tuyen-quang-2025", Q3, [money("A1", 90, 6, 6)], period_start=date(2025, 7, 1))
    facts.build()

    # inclusive: nothing is carried and the predecessors' plans end
    assert facts.contributions("tay-ninh-2025", Q3, "KC-E05") == {("A1", ""): ("accepted", 40, None, None)}
    carried = facts.rows(
        """select unit_key, carried_into, state, (value / 1000000)::integer, effective_from, measure
        from facts.fct_contribution
        where carried_into <> '' and fund_code = 'KCDP-T' and indicator_code in ('KC-E05', 'KC-P02')
            and carried_into in ('tay-ninh-2025', 'tuyen-quang-2025')
            and activity_code = 'A1'
        order by measure desc, unit_key"""
    )
    # since: each closed unit's last accepted figure and plan are carried into the successor's period
    assert carried == [
        ("ha-giang", "tuyen-quang-2025", "carried", 8, Q3, "ytd"),
        ("tuyen-quang", "tuyen-quang-2025", "carried", 4, Q3, "ytd"),
        ("ha-giang", "tuyen-quang-2025", "carried", 100, Q3, "plan"),
        ("tuyen-quang", "tuyen-quang-2025", "carried", 100, Q3, "plan"),
    ]
    plans = facts.rows(
        """select unit_key, effective_from, effective_to, carried_into from facts.fct_contribution
        where indicator_code = 'KC-P02' and activity_code = 'A1' and unit_key in ('long-an', 'ha-giang') order by 1, 2"""
    )
    assert plans == [
        ("ha-giang", Q2, Q3, ""),
        ("ha-giang", Q3, None, "tuyen-quang-2025"),
        ("long-an", Q2, Q3, ""),
    ]
    # nothing came from the third one yet: at least what its predecessors had, at most their plans
    assert facts.contributions("phu-tho-2025", Q3, "KC-E05")[("A1", "")] == ("missing", None, 3, 100)
    assert facts.contributions("phu-tho-2025", Q3, "KC-P02", measure="plan")[("A1", "")] == ("missing", None, 100, None)


SECOND_MERGERS = """
insert into register.units (unit_key, unit_kind, unit_name, unit_name_en, sort_key, valid_from) values
    ('x', 'province', 'X', 'X', 'x', '2025-10-01'), ('y', 'province', 'Y', 'Y', 'y', '2025-10-01');
insert into register.successions (predecessor_key, successor_key, effective_date, succession_kind) values
    ('thai-nguyen-2025', 'x', '2025-10-01', 'whole'), ('lao-cai-2025', 'y', '2025-10-01', 'whole'),
    ('lai-chau', 'son-la', '2025-07-01', 'whole'), ('cao-bang', 'dien-bien', '2025-07-01', 'whole');
update register.units set valid_to = '2025-09-30' where unit_key in ('thai-nguyen-2025', 'lao-cai-2025');
update register.units set valid_to = '2025-06-30' where unit_key in ('lai-chau', 'cao-bang')"""


@pytest.mark.long
def test_mergers_one_after_another_and_units_that_take_in_others(facts):
    put_limits(facts.connection)
    facts.run_key = facts.builder.night(datetime(2026, 2, 15, 22, 0, tzinfo=TIMEZONE))
    submit, q4 = facts.builder.submit, date(2025, 12, 31)
    july, october = date(2025, 7, 1), date(2025, 10, 1)
    for unit, amount in (("bac-kan", 10), ("thai-nguyen", 4), ("lao-cai", 3), ("yen-bai", 2), ("lai-chau", 3), ("son-la", 5),
                         ("cao-bang", 6), ("dien-bien", 1)):  # fmt: skip
        submit("kinh-phi", unit, Q2, [money("A1", 10 * amount, amount, amount)])
    submit("kinh-phi", "thai-nguyen-2025", Q3, [money("A1", 300, 20, 20)])
    submit("kinh-phi", "x", q4, [money("A1", 100, 7, 7)], period_start=october)
    submit("kinh-phi", "lao-cai-2025", Q3, [money("A1", 300, 1, 1)], period_start=july)
    submit("kinh-phi", "y", q4, [money("A1", 100, 5, 5)], period_start=october)
    submit("kinh-phi", "dien-bien", Q3, [money("A1", 90, 20, 20)])
    facts.build(register=SECOND_MERGERS)

    carried = facts.rows(
        """select carried_into, unit_key, (value / 1000000)::integer from facts.fct_contribution
        where period_end = %s and carried_into <> '' and indicator_code = 'KC-E05' and fund_code = 'KCDP-T'
            and activity_code = 'A1' and state = 'carried' order by 1, 2""",
        q4,
    )
    # the one in between contained its predecessors, so only its own last figure is carried; or it did not, so all are
    assert carried == [("x", "thai-nguyen-2025", 20), ("y", "lao-cai", 3), ("y", "lao-cai-2025", 1), ("y", "yen-bai", 2)]
    levels = facts.rows(
        """select unit_key, (value / 1000000)::integer from facts.fct_contribution
        where indicator_code = 'KC-P02' and activity_code = 'A1' and effective_from <= %s
            and coalesce(effective_to > %s, true) and (carried_into = 'y' or unit_key = 'y') order by 1""",
        q4, q4,
    )  # fmt: skip
    assert levels == [("lao-cai", 30), ("lao-cai-2025", 300), ("y", 100), ("yen-bai", 20)]
    # nothing came from a unit that took in another: at least what both had, at most both plans, and both stay planned
    assert facts.contributions("son-la", Q3, "KC-E05")[("A1", "")] == ("missing", None, 8, 80)
    plans = facts.rows(
        """select unit_key, (value / 1000000)::integer from facts.fct_contribution
        where indicator_code = 'KC-P02' and activity_code = 'A1' and effective_from <= %s
            and coalesce(effective_to > %s, true) and unit_key in ('son-la', 'lai-chau', 'dien-bien', 'cao-bang') order by 1""",
        Q3, Q3,
    )  # fmt: skip
    assert plans == [("dien-bien", 90), ("lai-chau", 30), ("son-la", 50)]


def test_projects_pass_to_the_successor_one_by_one(facts):
    put_limits(facts.connection)
    submit = facts.builder.submit
    submit(
        "giao-ke-hoach", "trung-uong", date(2025, 1, 31),
        [assign("long-an", "P1", 100), assign("tay-ninh", "P2", 60), assign("tay-ninh", "P3", 50), assign("hue", "P4", 30),
         assign("hue", "P5", 20)],
        sender_role="cuc", document_no="01", document_date=date(2025, 1, 10),
    )  # fmt: skip
    submit(
        "giao-ke-hoach", "trung-uong", date(2025, 8, 31), [assign("hue", "P5", 20, "withdraw")],
        sender_role="cuc", document_no="02", document_date=date(2025, 8, 10),
    )  # fmt: skip
    submit("tien-do", "long-an", Q2, [project("P1", 10)])
    submit("tien-do", "tay-ninh", Q2, [project("P2", 20), project("P3", 30)])
    submit("tien-do", "hue", Q2, [project("P4", 4), project("P5", 5)])
    submit("tien-do", "tay-ninh-2025", Q3, [project("P1", 70)])
    submit("tien-do", "hue", Q3, [])
    facts.build()

    assert facts.contributions("tay-ninh-2025", Q3, "KC-E05", "KCQG") == {("A3", "P1"): ("accepted", 70, None, None)}
    carried = facts.rows(
        """select unit_key, project_key, state, (value / 1000000)::integer from facts.fct_contribution
        where carried_into = 'tay-ninh-2025' and indicator_code = 'KC-E05' and fund_code = 'KCQG' order by project_key"""
    )
    assert carried == [("tay-ninh", "P2", "carried", 20), ("tay-ninh", "P3", "carried", 30)]
    # a project left out though it is assigned and not closed is missing; one that was withdrawn is not
    assert facts.contributions("hue", Q3, "KC-E05", "KCQG") == {("A3", "P4"): ("missing", None, 4, 30)}
    assert facts.contributions("hue", Q1, "KC-E05", "KCQG") == {
        ("A3", "P4"): ("missing", None, 0, 30), ("A3", "P5"): ("missing", None, 0, 20),
    }  # fmt: skip
    plan = facts.rows(
        """select sum(value) / 1000000 from facts.fct_contribution
        where indicator_code = 'KC-P01' and unit_key = 'hue' and effective_from <= '2025-09-30'"""
    )
    assert plan == [(30,)]


def test_a_correction_counts_only_when_no_rule_holds_it(facts):
    key = facts.builder.submit("kinh-phi", "hue", Q1, [money("A1", 7, 1, 1), money("A2", 7, 2, 2)])
    facts.build(
        held=[(key, 9, "kcdp_t_disbursed")],
        after_standing="""
        insert into register.rule (rule_id, rule_version, family, judges_form, scope, operator, severity, missing_mode, level,
            valid_from, rule_name, rule_name_en, legal_basis, terms_hash)
        values ('R-1', 1, 'linear', 'kinh-phi', '{}', '<=', 'block', 'undecided', 1, '2024-01-01', '', '', '', 'h');
        insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision,
            corrected_value, reason, decided_at)
        select 'flag-1', figure_key, 'R-1', 'h', value, 'correct', 5000000, 'the contract was seen', '2025-10-01'
        from staging.stg_figure where column_name = 'kcdp_t_disbursed' and row_number in (8, 9);""",
    )
    assert facts.contributions("hue", Q1, "KC-E05") == {
        ("A1", ""): ("accepted", 5, None, None),
        ("A2", ""): ("disputed", 2, 0, None),
    }
    assert facts.rows("select activity_code from facts.fct_contribution where is_corrected") == [("A1",)]
