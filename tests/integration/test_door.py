"""The door on a real database and real Great Expectations: every failing row a finding, verdicts set once."""

import contextlib
import sys
from collections.abc import Iterator
from datetime import datetime

import pytest
from book_builder import FORMS, address, kinh_phi, make_book, tien_do
from inboxes import Inbox

from expectations.door import build_data_docs, judge
from expectations.door.checks import checks_of
from ingestion.register import load_register
from warehouse.address import connect

MONEY, PROJECTS = FORMS["kinh-phi"].sheets
PROGRESS = FORMS["tien-do"].sheets[0]


@pytest.fixture
def inbox(database, settings, tmp_path) -> Iterator[Inbox]:
    with contextlib.closing(connect(database)) as connection:
        yield Inbox(tmp_path / "inbox", settings, connection)


def findings(inbox: Inbox) -> list[tuple]:
    return inbox.rows(
        "select finding_code, verdict, cell_address, written from raw.finding where found_by = 'door' order by 1, 3"
    )


def test_nothing_new_needs_no_great_expectations(inbox, database, monkeypatch):
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    assert judge(database, inbox.connection, 1).submissions == 0


def test_every_failing_cell_is_a_finding_and_clean_files_pass(inbox, database):
    def spoil(book):
        money, projects = book.worksheets
        money[address(MONEY, "kcdp_t_disbursed", 0)] = "#REF!"
        money[address(MONEY, "kcdp_t_plan", 0)] = "1.234"
        money[address(MONEY, "kcdp_t_settled", 1)] = "hai trăm"
        projects[address(PROJECTS, "kcdp_t", 0)] = -3
        projects[address(PROJECTS, "kcdp_h", 0)] = 1.5

    inbox.put("long-an/kinh-phi.xlsx", kinh_phi(edit=spoil))
    inbox.put("tay-ninh/kinh-phi.xlsx", kinh_phi(header={"unit": "Tây Ninh"}))
    inbox.night()
    counts = judge(database, inbox.connection, 7)
    assert (counts.submissions, counts.returned) == (2, 0)
    assert findings(inbox) == [
        ("cell_ambiguous", "cell", address(MONEY, "kcdp_t_plan", 0), "1.234"),
        ("cell_formula_error", "cell", address(MONEY, "kcdp_t_disbursed", 0), "#REF!"),
        ("cell_fractional_count", "note", address(PROJECTS, "kcdp_h", 0), "1.5"),
        ("cell_negative_count", "cell", address(PROJECTS, "kcdp_t", 0), "-3"),
        ("cell_unreadable", "cell", address(MONEY, "kcdp_t_settled", 1), "hai trăm"),
    ]
    assert counts.findings == 5
    assert inbox.rows("select distinct door_verdict, door_run from raw.submission") == [("accept", 7)]
    (message,) = inbox.rows("select message_vi, message_en from raw.finding where finding_code = 'cell_ambiguous'")
    assert "1234 / 1.234" in message[0] and "{" not in message[0] + message[1]


def test_more_failing_rows_than_great_expectations_lists_are_all_kept(inbox, database):
    lines = [{"project_code": f"P{n}", "activity": "A1", "disbursed": "?", "completed_pct": 140} for n in range(250)]
    inbox.put("long-an/tien-do.xlsx", tien_do(lines))
    inbox.night()
    judge(database, inbox.connection, 1)
    assert inbox.rows("select finding_code, count(*) from raw.finding group by 1 order by 1") == [
        ("cell_unreadable", 250), ("percent_out_of_range", 250),
    ]  # fmt: skip


def test_a_repeated_line_returns_the_submission(inbox, database):
    lines = [{"project_code": code, "activity": "A1", "disbursed": 1} for code in ("P1", "P2", "p 1")]
    inbox.put("long-an/tien-do.xlsx", tien_do(lines))
    inbox.night()
    assert judge(database, inbox.connection, 1).returned == 1
    assert findings(inbox) == [("line_twice", "return", address(PROGRESS, "project_code", 2), "P1")]
    assert inbox.rows("select door_verdict from raw.submission") == [("return",)]


def test_a_night_that_broke_off_judges_again_without_doubling(inbox, database, monkeypatch):
    import expectations.door.judging as judging

    inbox.put("long-an/kinh-phi.xlsx", kinh_phi(edit=lambda b: b.worksheets[0].__setitem__(address(MONEY, "kcdp_t_plan"), "?")))
    inbox.night()
    monkeypatch.setattr(judging, "collecting_sql", lambda check, form: "select no_such_column")
    with pytest.raises(Exception, match="no_such_column"):
        judge(database, inbox.connection, 1)
    monkeypatch.undo()
    assert judge(database, inbox.connection, 1).submissions == 1
    assert judge(database, inbox.connection, 2).submissions == 0
    assert len(findings(inbox)) == 1


def test_a_detail_line_without_its_key_is_our_failure(inbox, database):
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.night()
    inbox.rows("update raw.line set activity_code = null where sheet_code = 'money' and line_kind = 'detail' returning 1")
    with pytest.raises(RuntimeError, match="lacks the key"):
        judge(database, inbox.connection, 1)


def test_every_form_has_checks_that_the_database_can_make(inbox, database):
    register = load_register(inbox.settings.register)
    header = {"unit": "Trung ương", "sender_role": "Kho bạc Nhà nước", "document_no": "1", "document_date": "20/01/2025"}
    lines = {
        "giao-ke-hoach": {"line_unit": "Long An", "project_code": "P1", "activity": "A1", "effect": "Giao", "amount": 5},
        "kho-bac": {"line_unit": "Long An", "project_code": "P1", "disbursed": "?"},
        "ket-qua": {"indicator": "Số lớp đào tạo nghề", "ytd_kcqg": 2, "plan_pct": 1200},
        "thu-huong": {"tax_code": "0000000001", "project_code": "P1", "activity": "A1", "fund": "KCQG", "support": 5},
        "doi-chieu": {"project_code": "P1", "activity": "A1", "disbursed": 5},
    }
    for code, line in lines.items():
        month = {"thu-huong": "30/06/2025", "doi-chieu": "31/12/2025"}.get(code, "31/03/2025")
        form = FORMS[code]
        book = make_book(form, {form.sheets[0].sheet_code: [line]}, {**header, "period_end": month})
        inbox.put(f"trung-uong/{code}.xlsx", book, "2025-12-30T09:00:00+07:00")
        assert len(checks_of(form, register)) >= 4
    inbox.night(datetime.fromisoformat("2026-01-10T00:00:00+07:00"))
    assert judge(database, inbox.connection, 1).submissions == 5
    found = [(code, written) for code, _, _, written in findings(inbox)]
    assert found == [("cell_unreadable", "?"), ("percent_out_of_range", "1200")]


def test_data_docs_are_pages_without_personal_data(inbox, database):
    with pytest.raises(LookupError, match="judged no submission"):
        build_data_docs(inbox.settings, database)
    lines = [{"project_code": "P1", "activity": "A1", "disbursed": "?", "beneficiary_name": "Cơ sở mẫu 0123"}]
    inbox.put("long-an/tien-do.xlsx", tien_do(lines))
    inbox.night()
    judge(database, inbox.connection, 1)
    index = build_data_docs(inbox.settings, database)
    pages = [page.read_text(encoding="utf-8") for page in index.parent.rglob("*.html")]
    assert index.is_file() and any("Every cell reads as its column" in page for page in pages)
    assert not any("Cơ sở mẫu 0123" in page for page in pages)
