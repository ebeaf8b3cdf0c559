"""Chasing over a timeline of four provinces and a merger, on a real mail server: who hears what on which day, and what is not.

What is owed is built by dbt once, for a night after the timeline; each day of it then has the run row of its own night. The chase
itself counts its days and reads who answers on the day of the chase.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from raw_builder import RawBuilder
from servers import HOST, broken_wire, certificate_chain, free_port, mail_sink
from small_country import Country
from test_facts import STAND

from khuyencong.chase.chase import ChaseError, chase
from khuyencong.desk.status import status
from khuyencong.mail.mail import Mail
from khuyencong.mail.outbox import send_unsent, write_mail
from khuyencong.night.stations import pull_source
from khuyencong.night.transform import run_dbt
from warehouse.address import connect
from warehouse.opening import open_warehouse
from warehouse.settings import PROJECT, TIMEZONE

BIN = Path(sys.executable).parent
DESK = "ban-tong-hop@cuc-khuyen-cong.invalid"
SENDER = "kho@cuc-khuyen-cong.invalid"
Q1, Q2 = date(2025, 3, 31), date(2025, 6, 30)
MODELS = [
    "stg_indicator", "stg_submission", "stg_succession", "stg_cell", "stg_figure", "stg_plan", "stg_asked", "stg_owed",
    "fct_submission", "fct_report", "fct_duty",
]  # fmt: skip
ALL_KNOWN = datetime(2025, 12, 1, 1, tzinfo=TIMEZONE)


def office(unit: str) -> str:
    return f"khuyen-cong@so-cong-thuong.{unit}.invalid"


def superior(unit: str) -> str:
    return f"van-phong@ubnd.{unit}.invalid"


def at(day: str, hour: int = 8) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), TIMEZONE).replace(hour=hour)


@dataclasses.dataclass
class Story:
    """The country, its warehouse, and the server that its mail goes to."""

    country: Country
    settings: object
    connection: object
    builder: RawBuilder
    warehouse: object
    contacts: str = ""
    sink: object = None

    def know(self) -> None:
        """What raw holds now becomes what is owed and received, as the night of ALL_KNOWN sees it."""
        self.builder.night(ALL_KNOWN)
        run_dbt(self.warehouse, self.settings, MODELS[:8], seeds=True)
        self.execute(STAND)
        run_dbt(self.warehouse, self.settings, MODELS[8:])
        self.execute("delete from checks.standing_history; delete from release.run")

    def execute(self, statement: str, *values: object) -> list[tuple]:
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def night(self, day: str) -> None:
        run_key = self.builder.night(at(day, 1))
        self.execute("update release.run set state = 'done', finished_at = as_of where run_key = %s", run_key)

    def day(self, day: str, hour: int = 8, **changed: object) -> dict[str, EmailMessage]:
        """The night of a day, its chase, done twice, and the sender: {recipient: message} of what arrived."""
        settings = dataclasses.replace(self.settings, **changed)
        self.night(day)
        before = len(self.sink.mails)
        chase(self.connection, settings, at(day, hour))
        assert chase(self.connection, settings, at(day, hour)).n_new == 0, "the same day again writes nothing"
        send_unsent(self.connection, settings, at(day, hour))
        came = self.sink.mails[before:]
        assert all(len(to) == 1 for to, _ in came)
        found = {to[0]: message for to, message in came}
        assert len(found) == len(came), "one mail an address and day"
        return found


@pytest.fixture(scope="module")
def built(named_database, tmp_path_factory):
    country = Country(tmp_path_factory.mktemp("country"))
    with (country.register / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write(f"ha-noi,desk,{DESK},2004-01-01,,the desk sits in this small country's capital\n")
    contacts = (country.register / "contacts.csv").read_text(encoding="utf-8")
    warehouse = named_database("chase")
    settings = country.settings(warehouse.dsn)
    with contextlib.closing(connect(warehouse)) as connection:
        story = Story(country, settings, connection, RawBuilder(connection), warehouse)
        story.builder.load_forms()
        story.know()
        story.contacts = contacts
        yield story


@pytest.fixture
def story(built):
    """The country with nothing received and nobody written to, and a mail server."""
    built.execute("truncate outbox.mail, outbox.notice; delete from release.run")
    (built.country.register / "contacts.csv").write_text(built.contacts, encoding="utf-8")
    with mail_sink() as sink:
        built.sink = sink
        built.settings = dataclasses.replace(built.country.settings(built.warehouse.dsn), smtp=sink.address, mail_from=SENDER)
        yield built


def text_of(message: EmailMessage) -> str:
    return message.get_content().replace("\r\n", "\n")


def test_a_report_that_never_comes(story):
    """Reminded once, asked for every seven days, told to the superior after fourteen; the merger changes who answers."""
    to_unit, to_superior, unit_mails = [], [], {}
    day = date(2025, 4, 18)
    while day <= date(2025, 5, 14):
        came = story.day(day.isoformat())
        assert DESK in came
        if office("long-an") in came:
            to_unit.append(day.isoformat())
            unit_mails[day.isoformat()] = came[office("long-an")]
        if superior("long-an") in came:
            to_superior.append((day.isoformat(), text_of(came[superior("long-an")])))
        assert not any("tay-ninh-2025" in to for to in came), "it is not there yet"
        day += timedelta(days=1)
    assert to_unit == ["2025-04-22", "2025-04-26", "2025-05-03", "2025-05-10"]
    assert [when for when, _ in to_superior] == ["2025-05-09"]
    assert "Đã nhắc 3 lần, lần gần nhất 03/05/2025." in to_superior[0][1]
    assert "Times asked for: 3, last on 2025-05-03." in to_superior[0][1]

    reminder, overdue = text_of(unit_mails["2025-04-22"]), text_of(unit_mails["2025-04-26"])
    assert "Hạn nộp: 25/04/2025 (còn 3 ngày). Chưa nhận được." in reminder and "QUÁ HẠN" not in reminder
    assert "Hạn nộp: 25/04/2025, đã quá 1 ngày. Chưa nhận được. Đã nhắc 1 lần" in overdue
    assert unit_mails["2025-04-26"]["Subject"].startswith("Quá hạn 1 báo cáo khuyến công – Long An | Reports overdue: 1")

    # On 2 July Tây Ninh (2025) answers for both; it is asked itself before its superior hears.
    first, second = story.day("2025-07-02"), story.day("2025-07-03")
    told = text_of(first[office("tay-ninh-2025")])
    assert "số liệu của Long An (trước ngày 01/07/2025)" in told and "số liệu của Tây Ninh (trước ngày 01/07/2025)" in told
    assert not any("long-an" in to or to == office("tay-ninh") for to in first | second)
    assert superior("tay-ninh-2025") not in first and superior("tay-ninh-2025") in second
    assert "Đã nhắc 5 lần" in text_of(second[superior("tay-ninh-2025")])

    assert story.execute(
        """select n_reminders, n_overdue_notices, n_escalations, first_noticed_on, last_noticed_on from outbox.chased
        where unit_key = 'long-an' and period_end = %s""",
        Q1,
    ) == [(1, 4, 2, date(2025, 4, 22), date(2025, 7, 3))]
    run_dbt(story.warehouse, story.settings, ["mart_reporting"])
    assert story.execute(
        """select n_reminders, n_overdue_notices, n_escalations from marts.mart_reporting
        where unit_key = 'long-an' and period_end = %s""",
        Q1,
    ) == [(1, 4, 2)]


def test_every_report_owed_is_in_the_digest(story):
    """Also those of which it is too early to remind, and one mail a unit has all of its own."""
    came = story.day("2025-07-24")
    digest = text_of(came[DESK])
    owed = story.execute(
        """select unit_key, period_end, due_date from staging.stg_asked
        where least(period_end, due_date) <= date '2025-07-24' or due_date - 3 <= date '2025-07-24'"""
    )
    assert len(owed) == 2 * 4
    assert digest.count("kỳ đến hết 31/03/2025") == digest.count("kỳ đến hết 30/06/2025") == 4
    assert digest.count("period ending 2025-03-31") == digest.count("period ending 2025-06-30") == 4
    answering = text_of(came[office("tay-ninh-2025")])
    assert answering.count("(kinh-phi)") == 2 * 4  # two periods of two closed units, in two languages
    assert set(came) == {DESK, *(office(unit) for unit in ("tay-ninh-2025", "ha-noi", "thanh-hoa"))}

    early = text_of(_dry(story, "2025-07-05")[DESK])
    assert "kỳ đến hết 30/06/2025, hạn 25/07/2025: 4 đơn vị (Hà Nội, Long An, Tây Ninh, Thanh Hóa)." in early


def _dry(story, day):
    """{recipient: message} that a look at a day would give; nothing is written."""
    from khuyencong.mail.sending import as_message

    story.night(day)
    mails = chase(story.connection, story.settings, at(day), dry_run=True).mails
    return {mail.recipient: as_message(mail, SENDER) for mail in mails}


def test_a_look_writes_nothing_and_the_past_can_only_be_looked_at(story):
    story.day("2025-04-26", smtp=f"{HOST}:{free_port()}")
    everything = """select count(*), count(sent_at), count(dropped_at), max(n_tries), (select count(*) from outbox.notice)
    from outbox.mail"""
    before = story.execute(everything)
    assert before[0][1:3] == (0, 0)
    story.night("2025-04-28")
    looked = chase(story.connection, story.settings, at("2025-04-28"), dry_run=True)
    assert looked.n_new == len(looked.mails) == 5 and story.execute(everything) == before
    with pytest.raises(ChaseError, match="2025-04-26 was chased already"):
        chase(story.connection, story.settings, at("2025-04-25"))
    assert story.execute(everything) == before


def test_kc_chase_prints_what_it_would_write_and_refuses_the_past(story):
    story.night("2025-04-26")
    known = {
        **os.environ, "KC_HOME": str(story.settings.home), "KC_DATABASE_URL": story.warehouse.dsn,
        "KC_SMTP": story.sink.address, "KC_MAIL_FROM": SENDER,
    }  # fmt: skip

    def kc(*arguments):
        return subprocess.run([BIN / "kc", "chase", *arguments], env=known, capture_output=True, text=True, timeout=60)

    looked = kc("--as-of", "2025-04-26", "--dry-run")
    assert looked.returncode == 0 and f"To: {office('long-an')}" in looked.stdout and "5 mails would be new." in looked.stdout
    document = json.loads(kc("--as-of", "2025-04-26", "--json").stdout)
    assert (document["n_owed"], document["n_overdue"], document["n_new_mails"], document["sent"]["n_sent"]) == (4, 4, 5, 5)
    past, future = kc("--as-of", "2025-04-25"), kc("--as-of", f"{date.today() + timedelta(days=2)}")
    assert past.returncode == 2 and "was chased already" in past.stderr
    assert future.returncode == 2 and "yet to come" in future.stderr and len(story.sink.mails) == 5


def test_a_mail_server_that_is_down_costs_nothing(story):
    story.night("2025-04-26")
    down = dataclasses.replace(story.settings, smtp=f"{HOST}:{free_port()}")
    chase(story.connection, down, at("2025-04-26"))
    sent = send_unsent(story.connection, down, at("2025-04-26"))
    assert (sent.n_sent, sent.n_unsent) == (0, 5) and "ConnectionRefusedError" in sent.error
    unset = send_unsent(story.connection, dataclasses.replace(down, smtp=None), at("2025-04-26"))
    assert "KC_SMTP is not set" in unset.error

    rows = status(story.connection, at("2025-04-26", 9))["mail_not_sent"]
    assert len(rows) == 5 and {row["n_tries"] for row in rows} == {2}
    sent = send_unsent(story.connection, story.settings, at("2025-04-26", 10))
    assert (sent.n_sent, sent.n_unsent, sent.error) == (5, 0, None)
    assert send_unsent(story.connection, story.settings, at("2025-04-26", 11)).n_sent == 0
    assert len(story.sink.mails) == 5 and not status(story.connection, at("2025-04-26", 12))["mail_not_sent"]


def test_two_senders_share_the_work_and_a_cut_line_loses_nothing(story):
    story.night("2025-04-26")
    chase(story.connection, story.settings, at("2025-04-26"))
    with broken_wire(story.sink.port, 400) as port:
        cut = send_unsent(story.connection, dataclasses.replace(story.settings, smtp=f"{HOST}:{port}"), at("2025-04-26"))
    assert 0 < cut.n_sent < 5 and cut.n_sent + cut.n_unsent == 5 and "Disconnected" in cut.error

    def send(_):
        with contextlib.closing(connect(story.warehouse)) as connection:
            return send_unsent(connection, story.settings, at("2025-04-26", 9)).n_sent

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(send, range(2))) == cut.n_unsent
    sent = [(to[0], message["Message-ID"]) for to, message in story.sink.mails]
    # The server had taken the mail whose answer was cut off: it came twice, as the same message.
    assert len(set(sent)) == 5 == len({to for to, _ in sent}) and len(sent) <= 6


def test_addresses_stay_in_the_outbox(story):
    """Who may read reports sees how often one was asked for, and no address; no model of dbt reads the contacts."""
    for role in ("loader", "transformer", "reviewer", "bi_reader"):
        may = "select has_table_privilege(%s, 'outbox.mail', 'select'), has_table_privilege(%s, 'outbox.chased', 'select')"
        assert story.execute(may, role, role) == [(False, role != "bi_reader")], role
    models = PROJECT / "dbt_project" / "models"
    assert not [path for path in models.rglob("*.sql") if "contacts" in path.read_text(encoding="utf-8")]


def test_what_was_never_sent_is_written_anew_and_counts_for_nothing(story):
    for day in ("2025-04-26", "2025-04-28"):
        assert story.day(day, smtp=f"{HOST}:{free_port()}") == {}
    came = story.day("2025-04-29")
    assert set(came) == {DESK, *(office(unit) for unit in ("long-an", "tay-ninh", "ha-noi", "thanh-hoa"))}
    assert "Đã nhắc" not in text_of(came[office("long-an")])
    assert "THƯ CHƯA GỬI ĐƯỢC" in text_of(came[DESK]) and "ConnectionRefusedError" in text_of(came[DESK])
    assert story.execute("select count(*) filter (where dropped_at is not null), count(sent_at) from outbox.mail") == [(10, 5)]


def test_one_refused_address_does_not_stop_the_others(story):
    story.sink.refused.add(office("ha-noi"))
    came = story.day("2025-04-26")
    assert set(came) == {DESK, *(office(unit) for unit in ("long-an", "tay-ninh", "thanh-hoa"))}
    [row] = status(story.connection, at("2025-04-26"))["mail_not_sent"]
    assert row["recipient"] == office("ha-noi") and row["last_error"].startswith("550 no such mailbox")
    story.sink.refused.clear()
    assert send_unsent(story.connection, story.settings, at("2025-04-26", 9)).n_sent == 1


def test_what_arrived_since_the_night_is_not_chased_blindly(story):
    story.execute(
        """insert into raw.receipt (source_code, location, claimed_unit_key, received_at, sha256, byte_count, file_extension)
        values ('x', 'long-an/a.xlsx', 'long-an', '2025-04-26T07:40+07', 'unread', 1, 'xlsx')"""
    )
    try:
        came = story.day("2025-04-26")
        assert office("long-an") not in came and office("ha-noi") in came
        digest = text_of(came[DESK])
        assert "Hôm nay chưa nhắc: lúc 07:40 26/04/2025 có tệp mới đến, đêm nay sẽ đọc." in digest
        assert "Long An: 1 tệp, lần cuối lúc 07:40 26/04/2025; đêm nay sẽ đọc." in digest
        # pulled after the night, and proved by its mail server to have come before it
        story.execute("truncate outbox.mail, outbox.notice")
        story.execute("update raw.receipt set received_at = '2025-04-25T23:50+07' where sha256 = 'unread'")
        assert office("long-an") not in story.day("2025-04-26")
        assert "Not asked for today: something arrived at 2025-04-26 07:40 and will be read tonight." in digest
        # The night read it, and it was not the report: now it is asked for.
        story.execute("update raw.receipt set state = 'read' where sha256 = 'unread'")
        assert office("long-an") in story.day("2025-04-28")
    finally:
        story.execute("delete from raw.receipt where sha256 = 'unread'")


def test_returned_nil_and_withdrawn(story):
    """A report that was sent back is asked for with the reason; a nil one is not; one that was withdrawn is asked for again."""
    submit = story.builder.submit
    try:
        back = submit("kinh-phi", "long-an", Q1, door_verdict="return", received_at=at("2025-04-20", 9))
        story.execute(
            """insert into raw.finding (receipt_key, submission_key, found_by, finding_code, verdict, message_vi, message_en)
            select receipt_key, submission_key, 'door', 'x', 'return', E'Thiếu trang tính\nTiền.', 'The sheet is missing.'
            from raw.submission where submission_key = %s""",
            back,
        )
        submit("kinh-phi", "ha-noi", Q1, is_nil=True, received_at=at("2025-04-20", 9))
        submit("kinh-phi", "thanh-hoa", Q1, received_at=at("2025-04-20", 9))
        submit("kinh-phi", "thanh-hoa", Q1, is_withdrawal=True, received_at=at("2025-04-21", 9))
        story.know()
        came = story.day("2025-04-26")
        told = text_of(came[office("long-an")])
        assert "Đã nhận 09:00 20/04/2025 nhưng phải trả lại: Thiếu trang tính Tiền." in told
        assert "It came at 2025-04-20 09:00 and was sent back: The sheet is missing." in told
        assert office("ha-noi") not in came and "Hà Nội" not in text_of(came[DESK])
        assert "Chưa nhận được." in text_of(came[office("thanh-hoa")])
    finally:
        for table in ("cell", "line", "submission_column", "finding", "submission", "receipt"):
            story.execute(f"delete from raw.{table}")
        story.know()


def test_without_a_contact_the_digest_says_so_and_the_superior_hears(story):
    story.country.edit("contacts", lambda row: None if (row["unit_key"], row["contact_role"]) == ("ha-noi", "reporter") else row)
    first, later = story.day("2025-04-26"), story.day("2025-05-10")
    assert not any("ha-noi" in to for to in first)
    assert "KHÔNG NHẮC ĐƯỢC: danh mục liên hệ không có địa chỉ của đơn vị." in text_of(first[DESK])
    assert "NOT ASKED FOR: the register of contacts has no address of the unit." in text_of(first[DESK])
    assert superior("ha-noi") in later and office("ha-noi") not in later
    # Without a desk nobody would hear: that is our failure, not a line in a mail that nobody gets.
    story.country.edit("contacts", lambda row: None if row["contact_role"] == "desk" else row)
    with pytest.raises(LookupError, match="names no desk"):
        chase(story.connection, story.settings, at("2025-05-11"))


def test_without_a_good_night_nobody_is_written_to_but_the_desk(story):
    story.night("2025-04-25")
    outcome = chase(story.connection, story.settings, at("2025-04-26"))
    assert outcome.is_stale and [mail.recipient for mail in outcome.mails] == [DESK]
    assert "KHÔNG ĐƠN VỊ NÀO ĐƯỢC NHẮC HÔM NAY" in outcome.mails[0].body
    assert all(each.done == ("done_stale",) for each in outcome.reports) and outcome.reports
    assert send_unsent(story.connection, story.settings, at("2025-04-26")).n_sent == 1
    came = story.day("2025-04-26", 10)
    assert len(came) == 5 and "KHÔNG ĐƠN VỊ NÀO" not in text_of(came[DESK]), "the night ran again"
    story.execute("delete from release.run")
    assert "Chưa có đêm tổng hợp nào hoàn thành" in chase(story.connection, story.settings, at("2025-04-27")).mails[0].body


def test_the_digest_names_sources_and_files(story, tmp_path):
    inbox = tmp_path / "inbox" / "long-an"
    inbox.mkdir(parents=True)
    (inbox / "bao-cao.xlsx.part").write_bytes(b"half")
    with (story.settings.register / "sources.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([
            ("source_code", "transport", "location", "unit_key", "secret_name", "note"),
            ("mat-tich", "folder", str(tmp_path / "nowhere"), "", "", ""), ("dang-tai", "folder", str(inbox.parent), "", "", ""),
        ])  # fmt: skip
    story.night("2025-04-26")
    settings = dataclasses.replace(story.settings, inbox=None)
    for source in ("mat-tich", "dang-tai"):
        pull_source(settings, source, at("2025-04-26", 7))
    digest = text_of(story.day("2025-04-26")[DESK])
    gone = f"Không có {tmp_path}/nowhere: thư mục, hộp thư hoặc địa chỉ đã đổi."
    assert f"mat-tich: {gone} (từ 07:00 26/04/2025, 1 lần nhận)" in digest
    assert "dang-tai: Tệp long-an/bao-cao.xlsx.part mang tên của tệp chưa tải xong" in digest
    assert "FILES THAT WERE NOT TAKEN" in digest and "SOURCES THAT WERE NOT REACHED" in digest


def test_names_cannot_add_headers_lines_or_recipients(story):
    rename = "update register.units set unit_name = %s where unit_key = 'ha-noi'"
    story.execute(rename, "Hà Nội\r\nBcc: trom@ngoai.invalid\r\n\r\nThư giả")
    try:
        came = story.day("2025-04-26")
        message = came[office("ha-noi")]
        assert message["Bcc"] is None and message["To"] == office("ha-noi")
        assert "Hà Nội Bcc: trom@ngoai.invalid Thư giả" in message["Subject"]
        assert not any(line.startswith(("Bcc", "Thư giả")) for line in text_of(message).splitlines())
        assert not any("trom@" in to for recipients, _ in story.sink.mails for to in recipients)
    finally:
        story.execute(rename, "Hà Nội")
    with story.connection, story.connection.cursor() as cursor:
        for name, to in (("a", "a@so.invalid\r\nBcc: b@so.invalid"), ("b", "b@so.invalid, c@so.invalid"), ("c", "c@so.invalid")):
            write_mail(cursor, Mail(name, "digest", None, to, "Thư\r\nBcc: x@so.invalid", "x", at("2025-04-26")))
    before = len(story.sink.mails)
    send_unsent(story.connection, story.settings, at("2025-04-26"))
    assert [to for to, _ in story.sink.mails[before:]] == [["c@so.invalid"]]
    assert len(status(story.connection, at("2025-04-26"))["mail_not_sent"]) == 2
    story.country.edit("contacts", lambda row: row | {"address": row["address"].replace("@so-cong-thuong.ha-noi", "\r\nBcc: x@so")})
    with pytest.raises(ValueError, match="no plain mail address"):
        chase(story.connection, story.settings, at("2025-04-27"))


def test_a_message_is_proper_mail_over_tls_with_a_login(story, tmp_path):
    chain = certificate_chain(tmp_path / "tls")
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "authorities.pem").write_text(chain.authority)
    (secrets / "thu").write_text("kho:mat-khau-thu")
    text = "Kính gửi,\nđã quá hạn"
    with story.connection, story.connection.cursor() as cursor:
        write_mail(cursor, Mail("mot", "digest", None, "desk@so.invalid", "Báo cáo còn thiếu", text, at("2025-04-26")))
    with mail_sink(chain=chain, login=("kho", "mat-khau-thu")) as sink:
        safe = dataclasses.replace(story.settings, smtp=sink.address, smtp_tls="starttls", smtp_login="thu", secrets=secrets)

        def send():
            return send_unsent(story.connection, safe, at("2025-04-26"))

        (secrets / "thu").write_text("kho:sai")
        assert f"{sink.address}: 535" in send().error
        (secrets / "thu").write_text("kho:mat-khau-thu")
        (secrets / "authorities.pem").rename(secrets / "away")
        assert "CERTIFICATE_VERIFY_FAILED" in send().error
        (secrets / "away").rename(secrets / "authorities.pem")
        assert send().n_sent == 1
    [(_, message)] = sink.mails
    assert message["Subject"] == "Báo cáo còn thiếu" and text in text_of(message)
    assert message["Date"].endswith("+0700") and message["Date"].datetime == at("2025-04-26")
    assert message["Message-ID"].endswith("@cuc-khuyen-cong.invalid>") and message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain" and message.get_content_charset() == "utf-8"


def test_whatever_a_real_night_misses_stands_in_the_digest(slice_installed):
    """A slice of the nation after its night: each duty without a report, with its unit's name, in both languages."""
    settings, night = slice_installed
    as_of = datetime.fromisoformat(night["as_of"])
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection.cursor() as cursor:
        outcome = chase(connection, settings, as_of, dry_run=True)
        cursor.execute("select unit_key, form_code, period_end from facts.fct_duty where n_reported = 0")
        missing = set(cursor.fetchall())
        cursor.execute("select count(*) from outbox.mail")
        assert cursor.fetchone() == (0,)
    owed = [each.report for each in outcome.reports]
    assert missing and missing <= {(report.unit_key, report.form_code, report.period_end) for report in owed}
    [digest] = [mail.body for mail in outcome.mails if mail.kind == "digest"]
    for _, form_code, period_end in missing:
        assert f"({form_code}), kỳ đến hết {period_end:%d/%m/%Y}" in digest
        assert f"({form_code}), period ending {period_end}" in digest
    late = {report.responsible_unit_key for report in owed if report.days_late > 0}
    assert late == {mail.unit_key for mail in outcome.mails if mail.kind == "overdue"}
