"""No file can stop a night: each ends as a finding with its name, in both languages, and what is beside it is read."""

import contextlib
import dataclasses
import os
import signal
from collections.abc import Iterator

import psycopg2
import pytest
from book_builder import FORMS, kinh_phi, make_book, tien_do
from hostile_files import CRASHING, GREEDY
from inboxes import AS_OF, Inbox

from expectations.door import judge
from ingestion.reading import pool as reader_pool
from ingestion.reading.outcomes import FileTrouble
from ingestion.reading.pool import Reader
from khuyencong.desk.status import status
from warehouse.address import connect


@pytest.fixture
def inbox(database, settings, tmp_path) -> Iterator[Inbox]:
    with contextlib.closing(connect(database)) as connection:
        yield Inbox(tmp_path / "inbox", settings, connection)


def folder_of(name: str) -> str:
    return "trung-uong" if name.endswith(".csv") else "long-an"


def put_all(inbox: Inbox, files: dict) -> None:
    for name, (make, _) in files.items():
        inbox.put(f"{folder_of(name)}/{name}", make())


@pytest.mark.parametrize("files", [CRASHING, GREEDY], ids=["crashing", "greedy"])
def test_each_kind_by_name_is_a_finding_and_the_night_goes_on(inbox, database, files, monkeypatch):
    job_of = reader_pool.job_of
    monkeypatch.setattr(reader_pool, "job_of", lambda settings: dataclasses.replace(job_of(settings), seconds=5))
    put_all(inbox, files)
    inbox.put("long-an/tien-do.xlsx", tien_do(), "2025-04-21T09:00:00+07:00")
    inbox.night()
    judge(database, inbox.connection, 1, settings=inbox.settings)
    assert inbox.rows("select count(*) from raw.receipt where state = 'landed'") == [(0,)]
    assert inbox.rows("select count(*) from raw.submission where form_code = 'tien-do'") == [(1,)]
    found = inbox.rows(
        """select split_part(location, '/', 2), array_agg(finding_code), min(message_vi), min(message_en),
            bool_or(state = 'returned')
        from raw.receipt left join raw.finding using (receipt_key) group by location"""
    )
    told = {name: (set(codes), vi, en, is_returned) for name, codes, vi, en, is_returned in found}
    for name, (_, wanted) in files.items():
        codes, vi, en, is_returned = told[name]
        assert not wanted or codes & wanted, (name, codes)
        assert not wanted or (vi and en and vi != en and "{" not in vi + en), name
        if codes & {"file_crash", "file_time", "file_memory"}:
            assert is_returned
            assert inbox.rows(
                "select count(*) from raw.file_trouble where location like %s and sentence_vi <> sentence_en",
                f"%{name}",
            ) == [(1,)]


def allocation(period_end: str, document_no: str = "12/QĐ-BCT", amount: object = 300, **header) -> bytes:
    """An allocation decision of the centre with one line."""
    line = {
        "line_unit": "Long An",
        "project_code": "KCQG-2025-0001",
        "activity": "A3",
        "effect": "Giao",
        "amount": amount,
    }
    named = {"unit": "Trung ương", "sender_role": "Cục Công Thương địa phương", "document_no": document_no,
             "document_date": "15/01/2025", "period_end": period_end, **header}  # fmt: skip
    return make_book(FORMS["giao-ke-hoach"], {"allocation": [line]}, header=named)


def test_a_document_counts_for_one_period(inbox, database):
    def verdicts() -> dict:
        judge(database, inbox.connection, 1, settings=inbox.settings)
        return dict(
            inbox.rows("select location, door_verdict from raw.submission inner join raw.receipt using (receipt_key)")
        )

    inbox.put("trung-uong/a.xlsx", allocation("31/01/2025"))
    inbox.put("trung-uong/b.xlsx", allocation("31/01/2025", "13/QĐ-BCT"))
    inbox.put("trung-uong/c.xlsx", allocation("28/02/2025"), "2025-04-21T09:00:00+07:00")
    inbox.night()
    assert verdicts() == {"trung-uong/a.xlsx": "accept", "trung-uong/b.xlsx": "accept", "trung-uong/c.xlsx": "return"}
    told = inbox.rows("select finding_code, written, expected from raw.finding where verdict = 'return'")
    assert told == [("document_of_another_period", "12/QĐ-BCT", "01/2025")]
    # Once the earlier one is withdrawn, the same document may name its true period.
    withdrawn = allocation("31/01/2025", is_withdrawal="x")
    inbox.put("trung-uong/d.xlsx", withdrawn, "2025-04-22T09:00:00+07:00")
    inbox.put("trung-uong/e.xlsx", allocation("28/02/2025", amount=301), "2025-04-23T09:00:00+07:00")
    inbox.night()
    assert verdicts()["trung-uong/e.xlsx"] == "accept"


@pytest.mark.parametrize(
    ("money_unit", "amount", "refused"),
    [("triệu đồng", 10**12, None), ("triệu đồng", 10**12 + 1, "over_limit"), ("đồng", 10**12 + 1, None),
     ("tỷ đồng", -(10**9) - 1, "over_limit"), ("triệu đồng", "1,1 nghìn tỷ", None), ("triệu đồng", "9" * 40, "over_limit"),
     # half a đồng and more is read as one; a thousandth is what floats leave behind; between them nothing can be paid
     ("triệu đồng", 6e-7, None), ("triệu đồng", 4e-7, "under_smallest"), ("đồng", 0.4, "under_smallest"),
         ("đồng", -0.4, "under_smallest"),
     ("tỷ đồng", 2e-12, "under_smallest"), ("triệu đồng", 5.82e-11, None), ("triệu đồng", "0,0000004", "under_smallest")],
)  # fmt: skip
def test_an_amount_that_no_budget_holds_is_a_cell_finding(inbox, database, money_unit, amount, refused):
    inbox.put("trung-uong/a.xlsx", allocation("31/01/2025", amount=amount, money_unit=money_unit))
    inbox.night()
    judge(database, inbox.connection, 1, settings=inbox.settings)
    found = inbox.rows("select finding_code, column_name, verdict from raw.finding where verdict <> 'note'")
    assert found == ([(f"cell_{refused}", "amount", "cell")] if refused else [])
    assert inbox.rows("select door_verdict from raw.submission") == [("accept",)]


@pytest.mark.parametrize(("form", "year", "is_taken"), [(kinh_phi, 2025, True), (kinh_phi, 2024, False), (kinh_phi, 2026, False),
    (allocation, 2024, True), (allocation, 2026, True), (allocation, 2023, False)])  # fmt: skip
def test_a_report_counts_in_the_year_of_its_period_and_a_plan_may_be_of_the_next(inbox, form, year, is_taken):
    if form is allocation:
        inbox.put("trung-uong/a.xlsx", allocation("31/01/2025", budget_year=year))
    else:
        inbox.put("long-an/a.xlsx", kinh_phi(header={"budget_year": year}))
    inbox.night()
    codes = [code for (code,) in inbox.rows("select finding_code from raw.finding where verdict = 'return'")]
    assert codes == ([] if is_taken else ["budget_year_other"])


def test_lost_and_changed_bytes_are_quarantined_told_and_asked_for_again(inbox):
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.put("long-an/tien-do.xlsx", tien_do())
    inbox.put("long-an/b/kinh-phi.xlsx", kinh_phi(edit=lambda book: book.create_sheet("B")))
    inbox.land()
    gone, changed = (inbox.settings.landing / s[:2] / f"{s}.xlsx" for (s,) in inbox.rows(
        "select sha256 from raw.receipt where location not like '%%/b/%%' order by location"))  # fmt: skip
    gone.unlink()
    changed.write_bytes(changed.read_bytes() + b"x")
    whole = {path: path.read_bytes() for path in (changed,)}
    inbox.night_without_pull()
    assert inbox.rows("select location, state from raw.receipt order by location") == [
        ("long-an/b/kinh-phi.xlsx", "read"), ("long-an/kinh-phi.xlsx", "quarantined"), ("long-an/tien-do.xlsx", "quarantined"),
    ]  # fmt: skip
    causes = inbox.rows("select location, cause from raw.file_trouble order by location")
    assert causes == [("long-an/kinh-phi.xlsx", "bytes_missing"), ("long-an/tien-do.xlsx", "bytes_changed")]
    shown = status(inbox.connection, AS_OF)["files_not_read"]
    assert [row["state"] for row in shown] == ["quarantined", "quarantined"] and all(
        row["sentence_vi"] for row in shown
    )
    received = inbox.rows("select location, received_at from raw.receipt order by location")
    # The inbox still shows them, so the next pull takes them again, with the time at which they came first.
    assert inbox.night().receipts == 2
    assert {state for (state,) in inbox.rows("select state from raw.receipt")} == {"read"}
    assert inbox.rows("select location, received_at from raw.receipt order by location") == received
    assert inbox.rows("select count(*) from raw.file_trouble") == [(0,)]
    assert changed.with_name(f"{changed.name}.damaged").read_bytes() == whole[changed]


def test_what_the_machine_could_not_do_is_tried_on_three_nights_then_set_aside(inbox, monkeypatch):
    real = Reader.read

    def killed(self, receipt):
        os.kill(self.process.pid, signal.SIGKILL)
        return real(self, receipt)

    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.land()
    monkeypatch.setattr(Reader, "read", killed)
    states = []
    for run_key in (1, 2, 3, 4):
        inbox.night_without_pull(run_key)
        states += inbox.rows("select state, nights_tried from raw.receipt")
    assert states == [("landed", 1), ("landed", 2), ("quarantined", 3), ("quarantined", 3)]
    assert inbox.rows("select verdict from raw.finding") == [("quarantine",)]
    assert [row["cause"] for row in status(inbox.connection, AS_OF)["files_not_read"]] == ["machine"]


def test_a_night_that_dies_with_a_file_in_hand_three_times_sets_it_aside(inbox, monkeypatch):
    import ingestion.reading.reading as reading

    def dies(*_):
        raise psycopg2.OperationalError("the server closed the connection")

    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.put("long-an/tien-do.xlsx", tien_do(), "2025-04-21T09:00:00+07:00")
    inbox.land()
    whole = reading.write_submission
    monkeypatch.setattr(reading, "write_submission", dies)
    for run_key in (1, 2, 3):
        with pytest.raises(psycopg2.OperationalError):
            inbox.night_without_pull(run_key)
    monkeypatch.setattr(reading, "write_submission", whole)
    inbox.night_without_pull(4)
    states = inbox.rows("select location, state from raw.receipt order by location")
    assert states == [("long-an/kinh-phi.xlsx", "quarantined"), ("long-an/tien-do.xlsx", "read")]


def test_memory_that_others_took_is_not_the_files_fault(inbox, monkeypatch):
    inbox.put("long-an/far.xlsx", GREEDY["far-cell.xlsx"][0]())
    inbox.land()
    monkeypatch.setattr(reader_pool, "_has_memory", lambda needed: False)
    inbox.night_without_pull()
    assert inbox.rows("select state, cause from raw.receipt inner join raw.read_trouble using (receipt_key)") == [
        ("landed", "machine")
    ]


def test_rows_that_the_database_refuses_return_their_file_alone(inbox, monkeypatch):
    import ingestion.reading.reading as reading

    whole = reading.write_submission

    def writes_what_no_column_takes(cursor, rows, *rest):
        if rows.form_code == "kinh-phi":
            rows = dataclasses.replace(rows, identity=dataclasses.replace(rows.identity, sender_role="a\x00b"))
        return whole(cursor, rows, *rest)

    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.put("long-an/tien-do.xlsx", tien_do(), "2025-04-21T09:00:00+07:00")
    monkeypatch.setattr(reading, "write_submission", writes_what_no_column_takes)
    inbox.night()
    assert inbox.rows("select location, state from raw.receipt order by location") == [
        ("long-an/kinh-phi.xlsx", "returned"), ("long-an/tien-do.xlsx", "read"),
    ]  # fmt: skip
    assert inbox.rows("select finding_code from raw.finding") == [("file_not_stored",)]


def test_a_reader_that_cannot_start_is_our_failure(inbox, monkeypatch):
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.land()
    monkeypatch.setattr(reader_pool, "PROJECT", inbox.folder)  # no code lies there
    monkeypatch.setattr(reader_pool.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="could not start"):
        inbox.night_without_pull()
    assert inbox.rows("select state from raw.receipt") == [("landed",)]


def test_outcomes_come_in_the_order_of_the_receipts(inbox):
    from ingestion.landing.receipts import Receipt, keep

    job = reader_pool.job_of(inbox.settings)
    files = [GREEDY["styles-many.xlsx"][0](), kinh_phi(), tien_do(), b"", kinh_phi()]
    at = AS_OF
    receipts = [Receipt(n, "long-an", at, keep(data, "a.xlsx", job.landing), "xlsx") for n, data in enumerate(files)]
    with reader_pool.ReaderPool(job) as pool:
        read = list(pool.outcomes(receipts))
    assert [receipt.receipt_key for receipt, _ in read] == [0, 1, 2, 3, 4]
    assert not any(isinstance(outcome, FileTrouble) for _, outcome in read)
