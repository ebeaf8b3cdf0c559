"""A whole money report in a wrong unit is held the first time it comes, also in a first quarter; a right one never is.

Reports of the sample nation are written again by openpyxl with every amount a power of ten too large or too small. What must come
out is known without the product: no contribution of such a report is accepted, and every one of the others is.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from first_quarter import AFTER, BEFORE, LATER, REPORT, Fate, fates, night, send_again, send_quarter, write_history
from rescaled import POWERS

from khuyencong.flags.queue import list_flags
from khuyencong.flags.undecided import undecided_verdicts
from khuyencong.review.decisions import Word, write_decision
from khuyencong.review.ends import sign
from khuyencong.review.reviewers import add_reviewer
from warehouse.address import Warehouse, connect
from warehouse.settings import Settings

# eight that report in the quarter, one of which followed two others
UNITS = (
    "cao-bang", "ha-noi", "hue", "lai-chau", "nghe-an", "son-la", "thanh-hoa", "tay-ninh-2025", "long-an", "tay-ninh",
)  # fmt: skip
POWER_OF = dict(zip(("ha-noi", "hue", "lai-chau", "nghe-an", "son-la", "tay-ninh-2025"), POWERS, strict=True))
RIGHT = ("cao-bang", "thanh-hoa")
LOGINS = ("lan_scale", "minh_scale")
TREASURY = "trung-uong/kho-bac-2026-03-0103.csv"


@dataclass
class Quarter:
    """The installation after its night, the files as they should have been, what became of the reports, and the flags."""

    settings: Settings
    database: Warehouse
    whole: Path
    fates: dict[str, Fate]
    flags: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def quarter(named_database, tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """Eight reports of one night, each of six in another wrong unit."""
    home = tmp_path_factory.mktemp("wrong_scale")
    database = named_database("wrong_scale")
    settings = Settings(home=home / "kc", database_url=database.dsn, inbox=home / "inbox")
    reporting = write_history(home / "whole", settings.inbox, UNITS)
    assert set(reporting) == {*POWER_OF, *RIGHT}
    night(settings, BEFORE)
    send_quarter(home / "whole", settings.inbox, {**POWER_OF, **dict.fromkeys(RIGHT, 0)})
    night(settings, AFTER)
    with contextlib.closing(connect(database)) as connection:
        flags = {unit: list_flags(connection, unit=unit, period="2026-03") for unit in reporting}
    return Quarter(settings, database, home / "whole", fates(database), flags)


def test_no_figure_of_a_report_in_a_wrong_unit_is_accepted_and_all_of_a_right_one(quarter: Quarter) -> None:
    for unit, power in POWER_OF.items():
        found = quarter.fates[unit]
        assert found.report_state == "in_force", unit
        assert found.states.get("accepted", 0) == 0 and found.states["disputed"] > 100, (unit, power, found)
    for unit in RIGHT:
        found = quarter.fates[unit]
        assert found.states.get("disputed", 0) == 0 and found.states["accepted"] > 100, (unit, found)
        assert found.held_by == {} and quarter.flags[unit] == [], unit


def test_it_is_one_flag_that_says_what_it_looks_like(quarter: Quarter) -> None:
    for unit in POWER_OF:
        [flag] = [each for each in quarter.flags[unit] if each["form_code"] == "kinh-phi"]
        assert flag["severity"] == "block" and flag["mechanism"] == "unit_report", unit
        assert flag["explanation_vi"].startswith("[KP-19] ") and flag["explanation_en"].startswith("[KP-19] "), unit
        assert "kế hoạch được giao: báo cáo " in flag["explanation_vi"]
    by_unit = {unit: quarter.flags[unit][0]["explanation_vi"] for unit in POWER_OF}
    # who writes in million đồng, and who in đồng
    assert "lớn hơn 1.000 lần" in by_unit["nghe-an"] and "nhỏ hơn 1.000.000 lần" in by_unit["hue"]
    assert "có vẻ ghi theo nghìn đồng, biểu ghi đơn vị tính là triệu đồng" in by_unit["nghe-an"]


def test_whoever_knows_better_says_so_and_what_is_sent_again_repairs_itself(quarter: Quarter) -> None:
    """The proposal applied, a report waived, another sent again, and a third that a later source calls right; the rest stays."""
    before = quarter.fates
    with reviewers(quarter.database) as (lan, minh):
        for unit, decision in (("nghe-an", "apply"), ("lai-chau", "waive")):
            flag = quarter.flags[unit][0]["flag_id"]
            with lan, lan.cursor() as cursor:
                write_decision(cursor, flag, Word(decision, "Đã hỏi Sở"), decided_at=AFTER + timedelta(hours=1))
            with minh, minh.cursor() as cursor:
                cursor.execute(
                    "select distinct group_key from review.decision_state where flag_id = %s and word_state = 'pending'", (flag,)
                )
                waiting = [key for (key,) in cursor]
                sign(cursor, waiting, "Đúng vậy", signed_at=AFTER + timedelta(hours=2))
    inbox = quarter.settings.inbox
    send_again(inbox, f"hue/{REPORT}", (quarter.whole / "hue" / REPORT).read_bytes(), AFTER + timedelta(hours=3))
    lines = (inbox / TREASURY).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    assert sum(line.startswith("Sơn La;") for line in lines) > 0
    said = "".join(a_million_times(line) if line.startswith("Sơn La;") else line for line in lines)
    send_again(inbox, TREASURY, said.encode("utf-8-sig"), AFTER + timedelta(hours=3))
    night(quarter.settings, LATER)
    after = fates(quarter.database)
    for unit in ("nghe-an", "lai-chau", "hue"):
        assert after[unit].report_state == "in_force" and after[unit].held_by == {}, (unit, after[unit])
        assert after[unit].states.get("disputed", 0) == 0 and after[unit].states["accepted"] > 100, (unit, after[unit])
    for unit in ("ha-noi", "tay-ninh-2025", *RIGHT):
        assert after[unit].states == before[unit].states, unit
    assert after["son-la"].report_state == "in_force" and "KP-19" not in after["son-la"].held_by
    planned = plans(quarter.database)
    assert planned["nghe-an"] == plan_in_file(quarter.whole, "nghe-an") * 10**6
    assert planned["hue"] == plan_in_file(quarter.whole, "hue") * 10**6
    assert planned["lai-chau"] == plan_in_file(quarter.whole, "lai-chau") * 10**6 / 10**3
    with contextlib.closing(connect(quarter.database)) as connection:
        told = undecided_verdicts(connection, rule="KP-19", unit="son-la", period="2026-03")
    assert [row["reason"] for row in told] == ["gauges_disagree"]


@contextlib.contextmanager
def reviewers(database: Warehouse) -> Iterator[list[Any]]:
    """Connections of two reviewers."""
    with contextlib.ExitStack() as stack:
        owner = stack.enter_context(contextlib.closing(connect(database)))
        for login in LOGINS:
            add_reviewer(owner, login)
        as_logins = [dataclasses.replace(database, user=login, password=None) for login in LOGINS]
        yield [stack.enter_context(contextlib.closing(connect(each))) for each in as_logins]


def a_million_times(line: str) -> str:
    """A line of a treasury extract with both amounts a million times as large."""
    *keys, advanced, disbursed = line.rstrip("\n").split(";")
    return ";".join([*keys, *(str(int(amount) * 10**6) for amount in (advanced, disbursed))]) + "\n"


def plans(database: Warehouse) -> dict[str, Decimal]:
    """Accepted plans of the provinces' own money in the newest release, đồng."""
    with contextlib.closing(connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            """select unit_key, sum(value) from release.contribution
            where form_code = 'kinh-phi' and indicator_code = 'KC-P02' and budget_year = 2026 and state = 'accepted'
                and closed_release is null group by 1"""
        )
        return dict(cursor.fetchall())


def plan_in_file(whole: Path, unit_key: str) -> Decimal:
    """The plan of the province's own money as its right file adds it up, in the unit that it writes."""
    sheet = openpyxl.load_workbook(whole / unit_key / REPORT).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if row[0] == "STT")
    column = rows[head].index("Khuyến công địa phương cấp tỉnh")
    return sum((Decimal(str(row[column])) for row in rows[head + 2 :] if isinstance(row[0], int)), Decimal(0))
