"""The gate, the flags and the decisions on small figures, night after night."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from judging import MODELS as JUDGING
from raw_builder import RawBuilder, month_end

from expectations.rulebook.loading import load_rules_into
from khuyencong.flags.queue import list_flags
from khuyencong.flags.raising import raise_flags
from khuyencong.gate.gate import run_gate
from khuyencong.gate.steps import begin_steps
from khuyencong.night.transform import run_dbt
from khuyencong.review.decisions import DecisionError, decide
from warehouse.address import Warehouse, connect
from warehouse.settings import TIMEZONE, Settings

MODELS = [*JUDGING, "chk_suspect"]
QUARTER = month_end(2025, 3)


class Nights:
    """Nights of staging, checks, gate and flags over one database."""

    def __init__(self, database: Warehouse, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.connection = connect(database)
        self.builder = RawBuilder(self.connection)
        self.builder.load_forms()
        load_rules_into(self.connection, settings)
        self.seeded = False

    def run(self, day: int, month: int = 6) -> Any:
        """One night; returns the gate's counts."""
        as_of = datetime(2025, month, day, tzinfo=TIMEZONE)
        run_key = self.builder.night(as_of)
        begin_steps(self.connection, as_of, lambda unit, other: False)
        run_dbt(self.database, self.settings, MODELS, seeds=not self.seeded)
        self.seeded = True
        checks = [name for name in MODELS if name.startswith("chk_")]
        counts = run_gate(self.connection, run_key, as_of, lambda: run_dbt(self.database, self.settings, checks))
        raise_flags(self.connection, run_key, as_of)
        return counts

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def state(self, submission_key: int) -> str:
        """The last recorded state of a submission."""
        return self.rows(
            "select submission_state from checks.submission_state where submission_key = %s", submission_key
        )[0][0]

    def held(self) -> set[tuple[int, str]]:
        """Held cells of the last night: (submission, column)."""
        return set(self.rows(
            """select submission_key, column_name from checks.hold
            where run_key = (select run_key from release.tonight)"""
        ))  # fmt: skip

    def money(self, unit: str, day: int, implemented: object = 50, **more: Any) -> int:
        """A money report of two activities; the plan of each is 100."""
        lines = [
            {"activity": "A1", "cells": {"kcdp_t_plan": 100, "kcdp_t_implemented": implemented}},
            {"activity": "A2", "cells": {"kcdp_t_plan": 100, "kcdp_t_implemented": 7}},
        ]
        received = datetime(2025, 4, day, tzinfo=TIMEZONE)
        return self.builder.submit("kinh-phi", unit, QUARTER, more.pop("lines", lines), received_at=received, **more)


@pytest.fixture
def nights(database: Warehouse, settings: Settings) -> Any:
    made = Nights(database, settings)
    yield made
    made.connection.close()


def test_what_is_in_force_and_what_is_held(nights: Nights) -> None:
    good, bad = nights.money("ha-noi", 1), nights.money("cao-bang", 1, 5000)
    leaving, losing = nights.money("son-la", 1), nights.money("hue", 1)
    late_error = nights.money("nghe-an", 1, 5000)
    nights.run(1)
    assert {nights.state(key) for key in (good, bad, leaving, losing, late_error)} == {"in_force"}
    terms = ("kcdp_t_implemented", "kcdp_t_plan")
    assert nights.held() == {(key, column) for key in (bad, late_error) for column in terms}
    flags = dict(nights.rows("select submission_key, explanation_vi from checks.flag where closed_run is null"))
    assert set(flags) == {bad, late_error}
    assert "5.000.000.000" in flags[bad] and "99.500.000 – 100.500.000" in flags[bad] and "Kinh phí!" in flags[bad]

    worse = nights.money("ha-noi", 2, 9000)
    gone = nights.money("son-la", 2, is_withdrawal=True, lines=[])
    shorter = nights.money(
        "hue", 2, lines=[{"activity": "A1", "cells": {"kcdp_t_plan": 100, "kcdp_t_implemented": 50}}])  # fmt: skip
    repaired = nights.money("nghe-an", 2, 60)
    nights.run(2)
    assert (nights.state(good), nights.state(worse)) == ("in_force", "under_review")
    assert (nights.state(leaving), nights.state(gone)) == ("withdrawn", "withdrawal")
    assert (nights.state(losing), nights.state(shorter)) == ("in_force", "under_review")
    assert (nights.state(late_error), nights.state(repaired)) == ("superseded", "in_force")
    history = nights.rows("select count(*) from checks.standing_history")
    again = nights.run(3)
    assert again.rounds == 1
    ages = {row["unit_key"]: row["days_open"] for row in list_flags(nights.connection, status="all")}
    assert (ages["cao-bang"], ages["ha-noi"], ages["nghe-an"]) == (2, 1, 1), "days since first raised, or until it was gone"
    assert nights.rows("select count(*) from checks.standing_history") == history


def test_a_disputed_figure_is_no_evidence_against_a_later_report(nights: Nights) -> None:
    wrong = nights.money("ha-noi", 1, 5000)
    lines = [{"activity": "A1", "cells": {"kcdp_t_plan": 100, "kcdp_t_implemented": 60}}]
    later = nights.builder.submit(
        "kinh-phi", "ha-noi", month_end(2025, 6), lines, received_at=datetime(2025, 5, 30, tzinfo=TIMEZONE)
    )
    nights.run(1)
    assert {key for key, _ in nights.held()} == {wrong}
    said = nights.rows(
        """select verdict, reason from checks.chk_verdict
        where submission_key = %s and rule_id = 'TG-01' and activity_code = 'A1' and indicator_code = 'KC-E06'
            and fund_code = 'KCDP-T'""",
        later,
    )
    assert said == [("undecided", "counterpart_disputed")]


def test_decisions_waive_correct_and_lapse(nights: Nights) -> None:
    waived, corrected = nights.money("ha-noi", 1, 5000), nights.money("cao-bang", 1, 6000)
    nights.run(1)
    flag = dict(nights.rows("select submission_key, flag_id from checks.flag"))
    now = datetime(2025, 6, 1, 12, tzinfo=TIMEZONE)
    with pytest.raises(DecisionError, match="one figure"):
        decide(nights.connection, flag[corrected], "correct", "đã đối chiếu", Decimal(60_000_000), decided_at=now)
    key = nights.rows(
        "select figure_key from checks.flag_figure where flag_id = %s and column_name = 'kcdp_t_implemented'",
        flag[corrected],
    )[0][0]
    decide(
        nights.connection, flag[corrected], "correct", "đã đối chiếu", Decimal(60_000_000), decided_at=now, figure_key=key
    )
    decide(nights.connection, flag[waived], "waive", "có quyết định bổ sung", decided_at=now)
    nights.run(2)
    assert nights.held() == set()
    assert nights.rows("select count(*) from review.decision_in_force where decision = 'waive'")[0][0] >= 1

    revised = nights.money("ha-noi", 3, 60)
    nights.run(3)
    assert nights.state(revised) == "in_force"
    assert nights.rows("select distinct reason from review.decision_lapse") == [("value_changed",)]
    nights.money("ha-noi", 4, 5000)
    nights.run(4)
    assert nights.state(revised) == "in_force", "the waiver ended for good: the old value is held again, so it waits"


def test_a_decision_is_refused_with_its_reason(nights: Nights) -> None:
    nights.money("ha-noi", 1, 5000)
    nights.run(1)
    flag = nights.rows("select flag_id from checks.flag")[0][0]
    now = datetime(2025, 6, 1, 12, tzinfo=TIMEZONE)
    for decision, reason, value, sentence in (
        ("guess", "x", None, "one of"), ("waive", " ", None, "needs its reason"), ("correct", "x", None, "needs it"),
        ("confirm", "x", Decimal(1), "belongs to"),
    ):  # fmt: skip
        with pytest.raises(DecisionError, match=sentence):
            decide(nights.connection, flag, decision, reason, value, decided_at=now)
    with pytest.raises(DecisionError, match="no flag"):
        decide(nights.connection, "nothing", "confirm", "x", decided_at=now)
    with pytest.raises(DecisionError, match="belongs to `waive`"):
        decide(nights.connection, flag, "confirm", "x", until=date(2025, 7, 1), decided_at=now)
