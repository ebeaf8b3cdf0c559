"""Every transport on a real server of this machine, pulled by what the night and the DAG call; what goes wrong is a row."""

import contextlib
import csv
import dataclasses
import hashlib
import imaplib
import os
import shutil
import ssl
import subprocess
import threading
import time
import unicodedata
from datetime import datetime, timedelta
from email.message import EmailMessage

import boto3
import pytest
import servers
from book_builder import kinh_phi
from servers import HOST, broken_wire, certificate_chain, dovecot, free_port, openssh, s3_store, web

from ingestion.reading.reading import read_receipts
from khuyencong.desk.status import status
from khuyencong.night.runs import start_night
from khuyencong.night.stations import pull_and_land, pull_source
from warehouse.address import connect
from warehouse.settings import PROJECT

NOW = datetime.fromisoformat("2025-04-20T09:00:00+07:00")
AFTER_MERGER = datetime.fromisoformat("2025-08-01T09:00:00+07:00")
LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00").timestamp()
CAP = 60_000
PASSWORDS = {"long-an": "mat-khau-long-an", "ha-noi": "mat-khau-ha-noi", "tay-ninh-2025": "mat-khau-tay-ninh"}
TOKEN, S3_SECRET = "ma-truy-cap-that", "khoa:bi-mat-s3"


class Installation:
    """Settings whose register of sources a test writes, with secrets beside it, on one database."""

    def __init__(self, settings, folder, database, connection):
        register, secrets = folder / "register", folder / "secrets"
        shutil.copytree(settings.register, register)
        secrets.mkdir()
        self.settings = dataclasses.replace(settings, register=register, secrets=secrets)
        self.database, self.connection, self.rows = database, connection, []
        self.parameters(max_file_bytes=CAP, source_tries=2, file_seconds=60, source_pause_seconds=0.1, settle_seconds=0.3)
        self._write()

    def parameters(self, **values):
        path = self.settings.register / "parameters.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"parameter_value": values.get(row["parameter_code"], row["parameter_value"])} for row in rows)

    def secret(self, name, text):
        (self.settings.secrets / name).write_text(text, encoding="utf-8")

    def source(self, code, transport, location, unit_key="", secret=None):
        """A row of sources.csv; its secret, when given, becomes a file."""
        name = f"secret-{len(self.rows)}" if secret else ""
        self.rows.append((code, transport, location, unit_key, name, ""))
        if secret:
            self.secret(name, secret)
        self._write()

    def _write(self):
        with (self.settings.register / "sources.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("source_code", "transport", "location", "unit_key", "secret_name", "note"))
            writer.writerows(self.rows)

    def night(self, as_of=NOW, started_at=None):
        night = start_night(self.settings, self.database, self.connection, as_of, started_at or as_of)
        return pull_and_land(night)

    def ask(self, query, *values):
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def troubles(self):
        return dict(self.ask("select location, trouble_code from raw.source_file_trouble"))


@pytest.fixture
def installed(database, settings, tmp_path):
    with contextlib.closing(connect(database)) as connection:
        yield Installation(settings, tmp_path, database, connection)


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    return certificate_chain(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def sftp_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sshd")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "ha-noi"], check=True)
    with openssh(folder, PASSWORDS, {"ha-noi": (folder / "ha-noi.pub").read_text()}) as server:
        server.private_key = (folder / "ha-noi").read_text()
        yield server


@pytest.fixture
def sftp(sftp_server, installed):
    """The server with empty inboxes, its host key known."""
    for account in PASSWORDS:
        for path in sftp_server.inbox(account).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    installed.secret("known_hosts", sftp_server.known_hosts)
    return sftp_server


def at(server, account, port=None):
    return f"sftp://{account}@{HOST}:{port or server.port}/inbox"


@contextlib.contextmanager
def sftp_place(installed, chain, request):
    sftp = request.getfixturevalue("sftp")
    installed.source("place", "sftp", at(sftp, "ha-noi"), "ha-noi", sftp.private_key)

    def put(name, data):
        """A file whose time was set years back, as whoever sends it can."""
        os.utime(sftp.put("ha-noi", name, data), (LONG_AGO, LONG_AGO + len(data)))

    yield put


@contextlib.contextmanager
def https_place(installed, chain, request):
    installed.secret("authorities.pem", chain.authority)
    with web(chain, TOKEN) as server:
        installed.source("place", "https", server.location, "ha-noi", TOKEN)
        yield lambda name, data: server.files.update({name: data})


@contextlib.contextmanager
def s3_place(installed, chain, request):
    with s3_store() as address:
        client = s3_client(address)
        client.create_bucket(Bucket="bao-cao")
        installed.source("place", "s3", f"{address}/bao-cao/inbox", "ha-noi", S3_SECRET)
        yield lambda name, data: client.put_object(Bucket="bao-cao", Key=f"inbox/{name}", Body=data)


def s3_client(address):
    key, _, secret = S3_SECRET.partition(":")
    return boto3.client(
        "s3", endpoint_url=address, aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1"
    )


def tree(folder):
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("place", [sftp_place, https_place, s3_place], ids=["sftp with a key", "https", "s3"])
def test_a_file_is_taken_once_and_again_when_it_changes(place, installed, chain, request):
    report, name = kinh_phi(header={"unit": "Hà Nội"}), "quý 1/kinh phí.xlsx"
    with place(installed, chain, request) as put:
        put(name, report)
        assert (pull_source(installed.settings, "place", NOW).rows_in, installed.troubles()) == (1, {})
        receipt = "select location, claimed_unit_key, sha256, byte_count, received_at, times_seen, state from raw.receipt"
        sha256 = hashlib.sha256(report).hexdigest()
        assert installed.ask(receipt) == [(name, "ha-noi", sha256, len(report), NOW, 1, "landed")]
        landed = installed.settings.landing / sha256[:2] / f"{sha256}.xlsx"
        assert landed.read_bytes() == report
        landed.unlink()  # what is fetched again would lie here again

        assert pull_source(installed.settings, "place", AFTER_MERGER).rows_out == 0
        assert installed.ask("select times_seen, received_at from raw.receipt") == [(2, NOW)]
        assert not landed.exists()

        put(name, report + b" ")
        assert pull_source(installed.settings, "place", AFTER_MERGER).rows_out == 1
        assert installed.ask("select byte_count from raw.receipt order by receipt_key") == [(len(report),), (len(report) + 1,)]
        outcomes = installed.ask("select outcome, n_tries, n_seen, n_new from raw.source_attempt order by attempt_key")
        assert outcomes == [("done", 1, 1, 1), ("done", 1, 1, 0), ("done", 1, 1, 1)]


def test_the_store_says_when_an_object_came_and_our_looks_hold_it_to_that(installed, chain, request):
    with s3_place(installed, chain, request) as put:
        put("a.xlsx", b"1")
        address = installed.rows[0][2].removesuffix("/bao-cao/inbox")
        stored = s3_client(address).head_object(Bucket="bao-cao", Key="inbox/a.xlsx")["LastModified"]
        first_look, second_look = stored + timedelta(hours=1), stored + timedelta(hours=2)
        pull_source(installed.settings, "place", first_look)
        put("b.xlsx", b"2")  # dated by its beginning, which an upload in parts may have had days ago
        put("a.xlsx", b"3")
        pull_source(installed.settings, "place", second_look)
        query = "select location, byte_count, received_at from raw.receipt where location ~ '^.[.]' order by receipt_key"
        came = installed.ask(query)
        assert came == [("a.xlsx", 1, stored), ("a.xlsx", 1, first_look), ("b.xlsx", 1, first_look)]


def test_an_etag_already_taken_is_not_sent_again(installed, chain):
    installed.secret("authorities.pem", chain.authority)
    with web(chain, TOKEN) as server:
        installed.source("web", "https", server.location, "ha-noi", TOKEN)
        server.files = {"a.xlsx": b"1", "b.xlsx": b"2"}
        for _ in range(3):
            pull_source(installed.settings, "web", NOW)
        assert sorted(server.sent) == ["a.xlsx", "b.xlsx"]
        server.files["a.xlsx"] = b"3"
        pull_source(installed.settings, "web", NOW)
        assert sorted(server.sent) == ["a.xlsx", "a.xlsx", "b.xlsx"]


def test_attachments_are_taken_and_the_mailbox_is_left_as_it_was(installed, chain, tmp_path):
    report = kinh_phi(header={"unit": "Hà Nội"})
    installed.secret("authorities.pem", chain.authority)
    with dovecot(tmp_path, chain, {"ha-noi": PASSWORDS["ha-noi"]}) as port:
        installed.source("mail", "imap", f"imaps://ha-noi@{HOST}:{port}/INBOX", "ha-noi", PASSWORDS["ha-noi"])
        installed.source("nobody's", "imap", f"imaps://ha-noi@{HOST}:{port}/INBOX", "", PASSWORDS["ha-noi"])
        installed.source("no mailbox", "imap", f"imaps://ha-noi@{HOST}:{port}/Khong", "ha-noi", PASSWORDS["ha-noi"])
        installed.source("wrong password", "imap", f"imaps://ha-noi@{HOST}:{port}/INBOX", "ha-noi", "sai")
        with imaplib.IMAP4_SSL(HOST, port, ssl_context=ssl.create_default_context(cadata=chain.authority)) as box:
            box.login("ha-noi", PASSWORDS["ha-noi"])
            for message in (mail("kinh phí quý 1.xlsx", report), mail(None, b""), mail("anh.png", b"x" * (CAP + 1))):
                box.append("INBOX", None, None, message)
        installed.night()
        installed.night()
        outcomes = dict(installed.ask("select source_code, coalesce(trouble_code, outcome) from raw.source_standing"))
        assert outcomes == {
            "mail": "partly", "nobody's": "unit_needed", "no mailbox": "place_absent", "wrong password": "password_refused",
        }  # fmt: skip
        [(location, claimed, sender, sha256, times_seen)] = installed.ask(
            "select location, claimed_unit_key, sender, sha256, times_seen from raw.receipt"
        )
        assert location.endswith("-kinh phí quý 1.xlsx") and sha256 == hashlib.sha256(report).hexdigest()
        assert (claimed, sender, times_seen) == ("ha-noi", "bao-cao@ha-noi.invalid", 2)
        assert list(installed.troubles().values()) == ["file_over_cap"]
        with imaplib.IMAP4_SSL(HOST, port, ssl_context=ssl.create_default_context(cadata=chain.authority)) as box:
            box.login("ha-noi", PASSWORDS["ha-noi"])
            box.select("INBOX", readonly=True)
            assert box.search(None, "UNSEEN") == ("OK", [b"1 2 3"])

        with broken_wire(port, 12_000) as cut:
            installed.source("cut", "imap", f"imaps://ha-noi@{HOST}:{cut}/INBOX", "ha-noi", PASSWORDS["ha-noi"])
            pull_source(installed.settings, "cut", NOW)
        assert {"file_cut"} == {
            code for (code,) in installed.ask("select trouble_code from raw.source_file_trouble where source_code = 'cut'")
        } - {"file_over_cap"}


def mail(name, data, **headers):
    message = EmailMessage()
    for header, value in headers.items():
        message[header] = value
    message["From"], message["Subject"] = "Sở Công Thương <bao-cao@ha-noi.invalid>", "Báo cáo quý 1"
    message.set_content("Kính gửi Cục.")
    if name:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def test_a_mail_came_when_the_server_took_it_in_whatever_it_says_of_itself(installed, chain, tmp_path):
    installed.secret("authorities.pem", chain.authority)

    def deliver(box, name, taken_in):
        """A mail dated long ago by its sender, with an attachment whose name speaks the protocol; taken in at a moment."""
        message = mail(name, name.encode(), Date="Wed, 01 Jan 2020 08:00:00 +0700")
        box.append("INBOX", None, imaplib.Time2Internaldate(taken_in), message)

    with dovecot(tmp_path, chain, {"ha-noi": PASSWORDS["ha-noi"]}) as port:
        installed.source("mail", "imap", f"imaps://ha-noi@{HOST}:{port}/INBOX", "ha-noi", PASSWORDS["ha-noi"])
        with imaplib.IMAP4_SSL(HOST, port, ssl_context=ssl.create_default_context(cadata=chain.authority)) as box:
            box.login("ha-noi", PASSWORDS["ha-noi"])
            evening = datetime.fromisoformat("2025-04-19T23:50:07+07:00")
            deliver(box, 'a) INTERNALDATE "01-Jan-2020 00:00:00 +0700".xlsx', evening)
            deliver(box, "b.xlsx", NOW + timedelta(days=2))  # a server whose clock is fast
            pull_source(installed.settings, "mail", NOW)
            deliver(box, "c.xlsx", evening)  # put there by hand, dated back: it was not there at the last look
            later = NOW + timedelta(hours=1)
            deliver(box, "d.xlsx", NOW + timedelta(minutes=20))
            pull_source(installed.settings, "mail", later)
    came = installed.ask("select received_at from raw.receipt order by location")
    assert [moment for (moment,) in came] == [evening, NOW, NOW, NOW + timedelta(minutes=20)]


def test_account_folder_and_content_must_agree(installed, sftp):
    installed.source("tay-ninh", "sftp", at(sftp, "tay-ninh-2025"), "tay-ninh-2025", PASSWORDS["tay-ninh-2025"])
    installed.source("long-an", "sftp", at(sftp, "long-an"), "long-an", PASSWORDS["long-an"])
    half_year = {"period_start": "01/01/2025", "period_end": "30/06/2025"}
    own = {"period_start": "01/07/2025", "period_end": "31/07/2025"}
    put = {
        ("tay-ninh-2025", "long-an/kinh-phi.xlsx"): (half_year | {"unit": "Long An"}, None),
        ("tay-ninh-2025", "ca-mau/kinh-phi.xlsx"): (half_year | {"unit": "Cà Mau"}, "folder_of_another_sender"),
        ("tay-ninh-2025", "cua-minh.xlsx"): (half_year | {"unit": "Cà Mau"}, "unit_of_another_sender"),
        ("tay-ninh-2025", "long-an/nham.xlsx"): (half_year | {"unit": "Bến Tre"}, "unit_of_another_sender"),
        ("tay-ninh-2025", "long-an/nham-2.xlsx"): (own | {"unit": "Tây Ninh"}, "unit_of_another_folder"),
        ("long-an", "tay-ninh-2025/kinh-phi.xlsx"): (own | {"unit": "Tây Ninh"}, "folder_of_another_sender"),
    }
    for (account, name), (header, _) in put.items():
        sftp.put(account, name, kinh_phi(header=header))
    installed.night(AFTER_MERGER)
    read_receipts(installed.connection, installed.settings, 1, AFTER_MERGER)
    found = dict(
        installed.ask(
            """select r.location, max(f.finding_code) filter (where f.verdict = 'return' and f.finding_code ~ 'sender|folder')
            from raw.receipt as r left join raw.finding as f on f.receipt_key = r.receipt_key group by r.location"""
        )
    )
    assert found == {name: code for (_, name), (_, code) in put.items()}
    accepted = "select unit_key from raw.submission s where not exists (select from raw.finding f where f.submission_key"
    assert installed.ask(f"{accepted} = s.submission_key and f.verdict = 'return')") == [("long-an",)]
    sentences = installed.ask("select message_vi, message_en from raw.finding where finding_code = 'folder_of_another_sender'")
    assert all("Cà Mau" in vi or "Tây Ninh" in vi for vi, _ in sentences) and len(sentences) == 2


def test_a_tree_that_is_nobodys_account_takes_files_in_units_folders_only(installed, chain):
    installed.secret("authorities.pem", chain.authority)
    with web(chain, TOKEN) as server:
        installed.source("web", "https", server.location, "", TOKEN)
        server.files = {"ha-noi/a.xlsx": kinh_phi(header={"unit": "Hà Nội"}), "b.xlsx": kinh_phi(header={"unit": "Hà Nội"})}
        installed.night()
    rows = "select location, claimed_unit_key, state, finding_code, found_by from raw.receipt left join raw.finding"
    assert installed.ask(f"{rows} using (receipt_key) order by 1") == [
        ("b.xlsx", None, "returned", "sender_unknown", "landing"),
        ("ha-noi/a.xlsx", "ha-noi", "landed", None, None),
    ]


def test_names_that_are_not_utf_8_are_taken_and_stay_apart(installed, sftp, tmp_path):
    installed.source("sftp", "sftp", at(sftp, "ha-noi"), "ha-noi", PASSWORDS["ha-noi"])
    installed.source("share", "folder", str(tmp_path / "share"))
    (tmp_path / "share" / "ha-noi").mkdir(parents=True)
    names = [name.encode("latin-1") for name in ("báo cáo.xlsx", "bào cáo.xlsx")]
    for folder in (sftp.inbox("ha-noi"), tmp_path / "share" / "ha-noi"):
        for name in names:
            with open(os.path.join(os.fsencode(folder), name), "wb") as file:
                file.write(name)
    (sftp.inbox("ha-noi") / "quý").mkdir()
    (sftp.inbox("ha-noi") / "quý" / "một.xlsx").write_bytes("một".encode())
    installed.night()
    assert installed.troubles() == {}
    kept = [r"b\xe0o c\xe1o.xlsx", r"b\xe1o c\xe1o.xlsx"]
    found = installed.ask("select source_code, location, sha256 from raw.receipt order by source_code, location")
    places = [("sftp", name) for name in (*kept, "quý/một.xlsx")] + [("share", f"ha-noi/{name}") for name in kept]
    assert [(source, place) for source, place, _ in found] == places
    of_names = [hashlib.sha256(name).hexdigest() for name in reversed(names)]
    assert [sha256 for _, _, sha256 in found] == [*of_names, hashlib.sha256("một".encode()).hexdigest(), *of_names]


def test_an_upload_that_goes_on_waits_for_the_next_pull(installed, sftp):
    installed.source("sftp", "sftp", at(sftp, "long-an"), "long-an", PASSWORDS["long-an"])
    for name in ("a.xlsx.part", "b.tmp", "c.xlsx.filepart", ".d.xlsx"):
        sftp.put("long-an", name, b"half")
    growing = sftp.put("long-an", "growing.xlsx", b"x" * 1000)
    is_done = threading.Event()

    def upload():
        while not is_done.wait(0.05):
            with growing.open("ab") as file:
                file.write(b"x" * 100)

    uploading = threading.Thread(target=upload)
    uploading.start()
    try:
        assert pull_source(installed.settings, "sftp", NOW).rows_out == 0
    finally:
        is_done.set()
        uploading.join()
    waiting = dict.fromkeys(("a.xlsx.part", "b.tmp", "c.xlsx.filepart"), "file_unfinished")
    assert installed.troubles() == waiting | {"growing.xlsx": "file_changing"}
    assert installed.ask("select outcome, n_waiting, n_failed from raw.source_attempt") == [("done", 4, 0)]
    os.rename(sftp.inbox("long-an") / "a.xlsx.part", sftp.inbox("long-an") / "a.xlsx")
    assert pull_source(installed.settings, "sftp", NOW).rows_out == 2
    assert installed.ask("select location, byte_count from raw.receipt order by 1") == [
        ("a.xlsx", 4), ("growing.xlsx", growing.stat().st_size),
    ]  # fmt: skip


def test_a_page_that_still_grows_waits_for_the_next_pull(installed, chain):
    installed.secret("authorities.pem", chain.authority)
    with web(chain, TOKEN) as server:
        installed.source("web", "https", server.location, "ha-noi", TOKEN)
        server.files, server.growing = {"a.xlsx": b"1"}, {"a.xlsx"}
        assert pull_source(installed.settings, "web", NOW).rows_out == 0
        server.growing = set()
        assert pull_source(installed.settings, "web", NOW).rows_out == 1


def check_night(installed, sources, arrivals, files, folder):
    """One night over sources (code → row, outcome, trouble, tries): its rows are those, and the folder is as it was before."""
    for code, (row, *_) in sources.items():
        installed.source(code, *row)
    before = tree(folder)
    assert installed.night().rows_out == len(arrivals)
    assert tree(folder) == before
    standing = installed.ask("select source_code, outcome, trouble_code, n_tries from raw.source_attempt")
    assert {code: tuple(rest) for code, *rest in standing} == {code: tuple(rest) for code, (_, *rest) in sources.items()}
    assert installed.ask("select source_code, location, claimed_unit_key from raw.receipt order by 1") == arrivals
    trouble = "select source_code, location, trouble_code, file_state from raw.source_file_trouble order by 1, 2"
    assert installed.ask(trouble) == files

    told = status(installed.connection, NOW)
    not_reached = {code for code, (_, outcome, *_) in sources.items() if outcome not in ("done", "partly")}
    assert {row["source_code"] for row in told["sources_not_reached"]} == not_reached
    assert len(told["files_not_taken"]) == len(files)
    rows = [*told["sources_not_reached"], *told["files_not_taken"]]
    assert all(row["sentence_vi"] and row["sentence_en"] and row["sentence_vi"] != row["sentence_en"] for row in rows)
    written = str(installed.ask("select a::text from raw.source_attempt a union all select f::text from raw.source_file f"))
    secrets = [secret for (_, _, _, *rest), *_ in sources.values() for secret in rest if secret]
    assert secrets and not [secret for secret in secrets if secret in written]


def test_each_trouble_of_sftp_is_a_row_and_the_rest_of_the_night_is_unharmed(installed, sftp):
    """Wrong and unknown host key, wrong password, connection cut in the middle of a file, over the cap, not readable."""
    report, password = kinh_phi(), PASSWORDS["long-an"]
    sftp.put("long-an", "a.xlsx", report)
    sftp.put("long-an", "big.xlsx", b"x" * (CAP + 1))
    sftp.put("long-an", "locked.xlsx", report).chmod(0)
    os.symlink("/etc/passwd", sftp.inbox("long-an") / "link.xlsx")
    sftp.put("ha-noi", "a.xlsx", os.urandom(50_000))
    with (
        broken_wire(sftp.port, 20_000) as cut,
        broken_wire(sftp.port, 10**9) as other_key,
        broken_wire(sftp.port, 10**9) as stranger,
    ):
        key = sftp.host_key
        wrong = key[:-6] + ("A" if key[-6] != "A" else "B") + key[-5:]
        installed.secret("known_hosts", f"{sftp.known_hosts}\n[{HOST}]:{cut} {key}\n[{HOST}]:{other_key} {wrong}")
        mine = ("long-an", password)
        sources = {
            "1 wrong host key": (("sftp", at(sftp, "long-an", other_key), *mine), "refused", "host_key_other", 1),
            "2 unknown host key": (("sftp", at(sftp, "long-an", stranger), *mine), "refused", "host_key_unknown", 1),
            "3 wrong password": (("sftp", at(sftp, "long-an"), "long-an", "sai-mat-khau"), "refused", "password_refused", 1),
            "4 cut": (("sftp", at(sftp, "ha-noi", cut), "ha-noi", PASSWORDS["ha-noi"]), "partly", None, 2),
            "5 good": (("sftp", at(sftp, "long-an"), *mine), "partly", None, 1),
        }
        files = [
            ("4 cut", "a.xlsx", "file_cut", "failed"),
            ("5 good", "big.xlsx", "file_over_cap", "refused"),
            ("5 good", "locked.xlsx", "file_denied", "failed"),
        ]
        check_night(installed, sources, [("5 good", "a.xlsx", "long-an")], files, sftp.root)


def test_each_trouble_is_a_row_and_the_rest_of_the_night_is_unharmed(installed, chain):
    """Expired token, 404, cut in the middle, too slow, over the cap, nobody there, not set up."""
    report = kinh_phi()
    installed.parameters(file_seconds=4)
    installed.secret("authorities.pem", chain.authority)
    inbox = installed.settings.home / "inbox"
    (inbox / "ca-mau").mkdir(parents=True)
    (inbox / "ca-mau" / "a.xlsx").write_bytes(report)
    (inbox / "ca-mau" / "big.xlsx").write_bytes(b"x" * (CAP + 1))
    os.symlink("/etc/passwd", inbox / "ca-mau" / "link.xlsx")
    with web(chain, TOKEN) as server, s3_store() as store:
        server.files = dict.fromkeys(("a.xlsx", "cut.xlsx", "gone.xlsx", "slow.xlsx"), report) | {"big.xlsx": b"x" * (CAP + 1)}
        server.cut, server.absent, server.slow = {"cut.xlsx"}, {"gone.xlsx"}, {"slow.xlsx"}
        nobody = f"https://{HOST}:{free_port()}/"
        sources = {
            "1 expired token": (("https", server.location, "long-an", "ma-het-han"), "refused", "token_refused", 1),
            "2 not there": (("https", f"{server.location}khong-co/", "long-an", TOKEN), "absent", "place_absent", 1),
            "3 nobody there": (("https", nobody, "long-an", TOKEN), "unreachable", "unreachable", 2),
            "4 no bucket": (("s3", f"{store}/khong-co/inbox", "long-an", S3_SECRET), "absent", "place_absent", 1),
            "5 no secret": (("s3", f"{store}/bao-cao/inbox", "long-an"), "not_set_up", "secret_missing", 1),
            "6 pigeon": (("pigeon", "loft", "long-an"), "not_set_up", "transport_unknown", 1),
            "7 in clear": (("https", "http://so.example/in/", "long-an", TOKEN), "not_set_up", "location_unclear", 1),
            "8 no folder": (("folder", "khong-co", ""), "absent", "place_absent", 1),
            "good folder": (("folder", "inbox", ""), "partly", None, 1),
            "good web": (("https", server.location, "long-an", TOKEN), "partly", None, 2),
        }
        files = [
            ("good folder", "ca-mau/big.xlsx", "file_over_cap", "refused"),
            ("good web", "big.xlsx", "file_over_cap", "refused"),
            ("good web", "cut.xlsx", "file_cut", "failed"),
            ("good web", "gone.xlsx", "file_gone", "failed"),
            ("good web", "slow.xlsx", "file_cut", "failed"),
        ]
        arrivals = [("good folder", "ca-mau/a.xlsx", "ca-mau"), ("good web", "a.xlsx", "long-an")]
        check_night(installed, sources, arrivals, files, inbox)


def test_two_names_that_differ_in_how_accents_were_typed_are_one_place(installed):
    installed.source("folder", "folder", "inbox")
    inbox = installed.settings.home / "inbox" / "long-an"
    inbox.mkdir(parents=True)
    composed, apart = (unicodedata.normalize(form, "kinh phí.xlsx") for form in ("NFC", "NFD"))
    for _ in range(2):
        (inbox / apart).write_bytes(b"old")
        pull_source(installed.settings, "folder", NOW)
    (inbox / composed).write_bytes(b"new")
    (inbox / "none.csv").write_bytes(b"")
    for _ in range(3):
        pull_source(installed.settings, "folder", NOW)
    receipts = installed.ask("select location, byte_count, times_seen from raw.receipt order by receipt_key")
    assert sorted(receipts) == [("long-an/kinh phí.xlsx", 3, 2), ("long-an/kinh phí.xlsx", 3, 3), ("long-an/none.csv", 0, 3)]
    assert installed.troubles() == {"long-an/kinh phí.xlsx (2)": "file_twice"}


def test_a_store_that_refuses_its_key_is_a_row(installed):
    with s3_store() as address:
        s3_client(address).create_bucket(Bucket="bao-cao")
        installed.source("s3", "s3", f"{address}/bao-cao/inbox", "long-an", S3_SECRET)
        assert pull_source(installed.settings, "s3", NOW).note == ""  # an inbox in which nothing lies yet
        servers.ask_for_keys(address)
        assert "refuses the account" in pull_source(installed.settings, "s3", NOW).note
    assert "cannot be reached" in pull_source(installed.settings, "s3", NOW).note
    outcomes = installed.ask("select outcome, n_tries from raw.source_attempt order by attempt_key")
    assert outcomes == [("done", 1), ("refused", 1), ("unreachable", 2)]
    [(since, times, reached)] = installed.ask("select failing_since, n_failed_attempts, last_reached_at from raw.source_standing")
    assert (since, times, reached) == (NOW, 2, NOW)


def test_a_wire_that_breaks_once_is_tried_again_with_growing_pauses(installed, sftp):
    installed.parameters(source_tries=4, source_pause_seconds=1)
    sftp.put("ha-noi", "a.xlsx", os.urandom(50_000))
    sftp.put("ha-noi", "empty.xlsx", b"")
    with broken_wire(sftp.port, 20_000, n_cuts=2) as port:
        installed.secret("known_hosts", f"[{HOST}]:{port} {sftp.host_key}")
        installed.source("sftp", "sftp", at(sftp, "ha-noi", port), "ha-noi", sftp.private_key)
        began = time.monotonic()
        assert pull_source(installed.settings, "sftp", NOW).rows_out == 2
        assert time.monotonic() - began >= 1 + 2
    assert installed.ask("select outcome, n_tries, n_failed from raw.source_attempt") == [("done", 3, 0)]


def test_a_certificate_of_an_unknown_authority_is_refused(installed, chain):
    with web(chain, TOKEN) as server:
        installed.source("web", "https", server.location, "long-an", TOKEN)
        pull_source(installed.settings, "web", NOW)
        assert server.sent == []
    assert installed.ask("select outcome, trouble_code from raw.source_attempt") == [("refused", "certificate_refused")]


def test_a_night_of_the_past_asks_no_server(installed, chain):
    installed.secret("authorities.pem", chain.authority)
    with web(chain, TOKEN) as server:
        server.files = {"a.xlsx": kinh_phi()}
        installed.source("web", "https", server.location, "long-an", TOKEN)
        assert installed.night(NOW, started_at=AFTER_MERGER).rows_in == 0
        assert installed.ask("select count(*) from raw.source_attempt") == [(0,)]
        assert installed.night(NOW, started_at=NOW).rows_out == 1


def test_two_pulls_of_one_source_at_once_open_one_receipt(installed, chain):
    installed.secret("authorities.pem", chain.authority)
    with web(chain, TOKEN) as server:
        server.files = {"a.xlsx": kinh_phi()}
        installed.source("web", "https", server.location, "long-an", TOKEN)
        pulls = [threading.Thread(target=pull_source, args=(installed.settings, "web", NOW)) for _ in range(3)]
        for each in pulls:
            each.start()
        for each in pulls:
            each.join()
        assert server.sent == ["a.xlsx"]
    assert installed.ask("select times_seen from raw.receipt") == [(3,)]


def test_the_register_of_sources_names_known_transports_and_units_and_no_secret():
    from urllib.parse import urlsplit

    from ingestion.transports import TRANSPORTS

    with (PROJECT / "dbt_project/register/sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (PROJECT / "dbt_project/register/units.csv").open(encoding="utf-8", newline="") as file:
        units = {row["unit_key"] for row in csv.DictReader(file)}
    assert rows and all(row["transport"] in TRANSPORTS and row["unit_key"] in {"", *units} for row in rows)
    assert all(urlsplit(row["location"]).password is None for row in rows)
