"""The culprit of a flag, from small reports to what is held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from test_gate import QUARTER, Nights

from warehouse.address import Warehouse
from warehouse.settings import Settings

PLAN = Decimal(100_000_000)
COLUMNS = ("plan", "contracted", "disbursed", "settled", "implemented")


@pytest.fixture
def nights(database: Warehouse, settings: Settings) -> Iterator[Nights]:
    made = Nights(database, settings)
    yield made
    made.connection.close()


def _money(nights: Nights, unit: str, first_plan: str) -> int:
    """A money report of two activities with its totals; the plan of the first activity is truly 100 million đồng."""
    rows = {
        "A1": (first_plan, 90, 80, 70, 85),
        "A2": ("200.000", 150, 120, 110, 130),
        None: ("300.000", 240, 200, 180, 215),
    }
    lines = [
        {
            "activity": activity,
            "kind": "detail" if activity else "total",
            "cells": {f"kcdp_t_{name}": value for name, value in zip(COLUMNS, values, strict=True)}
            | {"total_implemented": values[-1]},
        }
        for activity, values in rows.items()
    ]
    projects = [("KC-P05a", 250), ("KC-P05u", 50)]
    lines += [{"sheet": "projects", "indicator": code, "cells": {"kcdp_t": value}} for code, value in projects]
    return nights.builder.submit("kinh-phi", unit, QUARTER, lines)


def test_one_wrong_unit_that_breaks_six_rules_is_one_flag_and_one_hold(nights: Nights) -> None:
    wrong, good = _money(nights, "ha-noi", "0.100"), _money(nights, "cao-bang", "100.000")
    counts = nights.run(1)
    flags = nights.rows(
        """select submission_key, severity, mechanism, confidence, suggested_value, cardinality(suspected_figures),
            (select count(distinct rule_id) from checks.flag_verdict where flag_verdict.flag_id = flag.flag_id),
            alternatives -> 0 -> 'cells' -> 0 ->> 'cell', explanation_vi, explanation_en
        from checks.flag"""
    )
    assert len(flags) == 1
    key, severity, mechanism, confidence, suggested, n_suspected, n_rules, cell, vi, en = flags[0]
    assert (key, severity, mechanism, suggested, n_suspected, n_rules) == (wrong, "block", "unit_cell", PLAN, 1, 6)
    assert confidence >= Decimal("0.8") and cell.endswith("8")
    assert "ghi theo tỷ đồng thay vì triệu đồng: nhân 1.000; thay bằng 100 thì khớp" in vi
    assert "in billion đồng instead of million đồng: multiply by 1,000; with 100 " in en
    assert nights.held() == {(wrong, "kcdp_t_plan")}
    assert counts.held == 1
    assert nights.state(good) == "in_force"
    again = nights.run(2)
    assert (again.rounds, again.held) == (1, 1)


def test_where_no_one_can_say_all_terms_are_held(nights: Nights) -> None:
    lines = [{"activity": "A1", "cells": {"kcdp_t_plan": "51.3", "kcdp_t_implemented": "86.9"}}]
    unclear = nights.builder.submit("kinh-phi", "ha-noi", QUARTER, lines)
    nights.run(1)
    assert nights.held() == {(unclear, "kcdp_t_plan"), (unclear, "kcdp_t_implemented")}
    (vi, mechanism, alternatives), = nights.rows(
        "select explanation_vi, mechanism, jsonb_array_length(alternatives) from checks.flag"
    )  # fmt: skip
    assert mechanism is None and alternatives >= 2
    assert "Không xác định được duy nhất: có 2 cách sửa tối thiểu như nhau" in vi


def test_a_project_that_a_progress_report_lacks_is_a_missing_line(nights: Nights) -> None:
    decided = [
        {"unit": "ha-noi", "effect": "assign", "activity": "A3", "project": code, "cells": {"amount": 200}} for code in ("P1", "P2")
    ]
    named = {"sender_role": "cuc", "document_no": "1", "document_date": date(2025, 1, 10)}
    nights.builder.submit("giao-ke-hoach", "trung-uong", date(2025, 1, 31), decided, **named)
    listed = [{"activity": "A3", "project": "P1", "cells": {"plan": 200, "contracted": 50}}]
    nights.builder.submit("tien-do", "ha-noi", QUARTER, listed)
    nights.run(1)
    said = nights.rows("select explanation_vi, explanation_en from checks.flag where form_code = 'tien-do'")
    (vi, en) = next(each for each in said if "TD-05" in each[0])
    assert "project_key=P2" in vi and "báo cáo thiếu dòng này, trong khi phía đối chiếu có số" in vi
    assert "this line is missing in the report" in en and not any("P1" in each[0] for each in said)


def test_totals_above_their_sums_are_one_flag_about_a_missing_line(nights: Nights) -> None:
    """A4 had 50, 40 and 30 million of national money; its line is not there, and the totals still count it."""
    names = ("kcqg_plan", "kcqg_contracted", "kcqg_disbursed")
    lines = [
        {"activity": activity, "kind": "detail" if activity else "total", "cells": dict(zip(names, amounts, strict=True))}
        for activity, amounts in {"A1": (100, 90, 80), "A3": (200, 150, 120), None: (350, 280, 230)}.items()
    ]
    lacking = nights.builder.submit("kinh-phi", "ha-noi", QUARTER, lines)
    whole = nights.builder.submit("kinh-phi", "cao-bang", QUARTER, lines)
    with nights.connection, nights.connection.cursor() as cursor:  # as the reader says of a sheet that lacks a given line
        cursor.execute(
            """insert into raw.finding (receipt_key, submission_key, found_by, finding_code, verdict, sheet_code, written,
                message_vi, message_en)
            select receipt_key, submission_key, 'reader', 'line_left_out', 'note', 'money', 'A4', '', '' from raw.submission
            where submission_key = %s""",
            (lacking,),
        )
    nights.run(1)
    found = dict(nights.rows("select submission_key, array_agg(mechanism order by mechanism) from checks.flag group by 1"))
    assert found[lacking] == ["line_missing"] and "line_missing" not in found[whole]
    ((vi, en),) = nights.rows("select explanation_vi, explanation_en from checks.flag where submission_key = %s", lacking)
    assert "nhiều khả năng thiếu một dòng (A4)" in vi and "C10 + 50; D10 + 40; G10 + 30" in vi
    assert "a line is probably missing (A4)" in en and not nights.held()


def test_a_list_that_lacks_a_line_is_held_as_before_and_says_so(nights: Nights) -> None:
    lines = [
        {"establishment": code, "project": "P1", "activity": "A3", "fund": "KCDP-T", "cells": {"support": 50, "counterpart": 80}}
        for code in ("0100000001", "0100000002")
    ]
    lines.append({"kind": "total", "cells": {"support": 140, "counterpart": 230}})
    listed = nights.builder.submit("thu-huong", "ha-noi", date(2025, 6, 30), lines)
    nights.run(1, 8)
    rows = nights.rows("select mechanism, severity, explanation_en from checks.flag where submission_key = %s", listed)
    assert [row[:2] for row in rows if "TH-03" in row[2]] == [("line_missing", "block")]
    assert {column for key, column in nights.held() if key == listed} >= {"support"}
