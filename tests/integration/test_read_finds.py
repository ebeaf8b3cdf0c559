"""One look at a file: `kc read` says what the night's door says of it, without a warehouse and without Great Expectations.

The night's door is asked in PostgreSQL by Great Expectations, `kc read` in memory; each spoilt file is given to both.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from book_builder import FORMS, address, kinh_phi, make_book, tien_do
from inboxes import Inbox

from expectations.door import judge
from expectations.door.checks import checks_of
from ingestion.register import load_register
from khuyencong.reporter.preview import preview
from warehouse.address import connect
from warehouse.settings import PROJECT, TIMEZONE

MONEY, PROJECTS = FORMS["kinh-phi"].sheets
PROGRESS, RESULTS = FORMS["tien-do"].sheets[0], FORMS["ket-qua"].sheets[0]
NOW = datetime(2025, 4, 20, 9, 0, tzinfo=TIMEZONE)
WRITTEN_OUT = format(9.99e307, ".0f")[:500]  # as people would see it, as far as a finding quotes
FIELDS = ("finding_code", "verdict", "sheet_name", "cell_address", "sheet_code", "row_number", "column_name", "written", "expected",
          "message_vi", "message_en")  # fmt: skip


def _money(book) -> None:
    money, projects = book.worksheets
    money[address(MONEY, "kcdp_t_disbursed", 0)] = "#REF!"
    money[address(MONEY, "kcdp_t_plan", 0)] = "1.234"
    money[address(MONEY, "kcdp_t_settled", 1)] = "hai trăm"
    money[address(MONEY, "kcdp_x_settled", 1)] = 9.99e307
    money[address(MONEY, "kcdp_x_disbursed", 1)] = "0,0000002"
    projects[address(PROJECTS, "kcdp_t", 0)] = -3
    projects[address(PROJECTS, "kcdp_h", 0)] = 1.5


def _results() -> bytes:
    lines = [
        {"indicator": "Số lớp đào tạo nghề", "ytd_kcqg": 2, "plan_pct": 1200, "ytd_total": "?"},
        {"indicator": "Số lao động có việc làm sau đào tạo", "ytd_kcqg": -0.5},
    ]
    return make_book(FORMS["ket-qua"], {RESULTS.sheet_code: lines})


SPOILT: dict[str, Callable[[], bytes]] = {
    "kinh-phi": lambda: kinh_phi(edit=_money),
    "tien-do": lambda: tien_do(
        [
            {"project_code": code, "activity": "A1", "disbursed": disbursed, "completed_pct": pct}
            for code, disbursed, pct in (("P1", 1, 140), ("P2", "?", -1), ("p 1", "1.234", 50))
        ]
    ),
    "ket-qua": _results,
}
# Worked out by hand from the files above: code, cell or row, what was typed.
EXPECTED = {
    "kinh-phi": {
        ("cell_formula_error", address(MONEY, "kcdp_t_disbursed", 0), "#REF!"),
        ("cell_ambiguous", address(MONEY, "kcdp_t_plan", 0), "1.234"),
        ("cell_unreadable", address(MONEY, "kcdp_t_settled", 1), "hai trăm"),
        ("cell_over_limit", address(MONEY, "kcdp_x_settled", 1), WRITTEN_OUT),
        ("cell_under_smallest", address(MONEY, "kcdp_x_disbursed", 1), "0,0000002"),
        ("cell_negative_count", address(PROJECTS, "kcdp_t", 0), "-3"),
        ("cell_fractional_count", address(PROJECTS, "kcdp_h", 0), "1.5"),
    },
    "tien-do": {
        ("line_twice", address(PROGRESS, "project_code", 2), "P1"),
        ("cell_unreadable", address(PROGRESS, "disbursed", 1), "?"),
        ("cell_ambiguous", address(PROGRESS, "disbursed", 2), "1.234"),
        ("percent_out_of_range", address(PROGRESS, "completed_pct", 0), "140"),
        ("percent_out_of_range", address(PROGRESS, "completed_pct", 1), "-1"),
    },
    "ket-qua": {
        ("percent_out_of_range", address(RESULTS, "plan_pct", 0), "1200"),
        ("cell_unreadable", address(RESULTS, "ytd_total", 0), "?"),
        ("cell_negative_count", address(RESULTS, "ytd_kcqg", 1), "-0.5"),
        ("cell_fractional_count", address(RESULTS, "ytd_kcqg", 1), "-0.5"),
    },
}


@pytest.fixture
def inbox(database, settings, tmp_path) -> Iterator[Inbox]:
    with contextlib.closing(connect(database)) as connection:
        yield Inbox(tmp_path / "inbox", settings, connection)


def test_one_look_says_what_the_night_says(inbox, database, tmp_path: Path) -> None:
    files = {form_code: make() for form_code, make in SPOILT.items()}
    for form_code, data in files.items():
        inbox.put(f"long-an/{form_code}.xlsx", data)
    inbox.night()
    judge(database, inbox.connection, 1)
    for form_code, data in files.items():
        night = inbox.rows(
            f"select found_by, {', '.join(FIELDS)} from raw.finding "
            "inner join raw.submission using (submission_key) where form_code = %s",
            form_code,
        )
        file = tmp_path / f"{form_code}.xlsx"
        file.write_bytes(data)
        document = preview(inbox.settings, file, NOW)
        read = [
            tuple(each["code" if name == "finding_code" else name] for name in ("found_by", *FIELDS))
            for each in document["findings"]
        ]
        assert sorted(read, key=str) == sorted(night, key=str)
        assert {(row[1], row[4], row[8]) for row in read if row[0] == "door"} == EXPECTED[form_code]
        is_returned = inbox.rows("select door_verdict = 'return' from raw.submission where form_code = %s", form_code)[
            0
        ][0]
        assert (document["returned"], document["submissions"][0]["is_returned"]) == (is_returned, is_returned)


def test_every_check_of_every_form_can_be_asked_of_one_file(settings, tmp_path: Path) -> None:
    """What is not asked compares with other files; a check that only PostgreSQL understands would raise."""
    register = load_register(settings.register)
    asked = {
        check.finding_code
        for form in FORMS.values()
        if form.sheets
        for check in checks_of(form, register)
        if not check.needs_others
    }
    met = {code for rows in EXPECTED.values() for code, _, _ in rows}
    assert met == asked


def test_no_home_no_warehouse_no_great_expectations(tmp_path: Path) -> None:
    file, home = tmp_path / "kinh-phi.xlsx", tmp_path / "no-home"
    file.write_bytes(SPOILT["tien-do"]())
    program = (
        "import sys\nsys.modules['great_expectations'] = None\nsys.argv = ['kc', 'read', sys.argv[1], '--json']\n"
        "from kc import main\nmain()"
    )
    environment = {
        "PATH": "/usr/bin:/bin",
        "KC_HOME": str(home),
        "KC_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], cwd=PROJECT, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 3, done.stderr.decode()
    document = json.loads(done.stdout)
    assert document["returned"] and {each["code"] for each in document["findings"]} >= {"line_twice", "cell_unreadable"}
    assert not home.exists()
    people = subprocess.run(
        [sys.executable, "-c", program.replace(", '--json'", ""), str(file)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        check=False,
    )
    text = people.stdout.decode()
    assert people.returncode == 3 and "TRẢ LẠI / RETURNED Tiến độ!" in text and "“P1”" in text
    assert max(map(len, text.splitlines())) <= 80
