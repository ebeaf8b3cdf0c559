"""Changes of territory from workbooks to the released figure: a merger that is rows only, closed units that revise, a code that
changed its meaning. Two nights over one inbox."""

import csv
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from book_builder import FORMS, make_book, tien_do
from inboxes import Inbox

from khuyencong.figures.rollup import rollup
from khuyencong.night.nightly import run_nightly
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import PROJECT, TIMEZONE, Settings

pytestmark = pytest.mark.long
MILLION = 1_000_000
FOUR = {"cao-bang": ("Cao Bằng", 10), "lang-son": ("Lạng Sơn", 11), "quang-ninh": ("Quảng Ninh", 12), "lai-chau": ("Lai Châu", 13)}
NEW = "vung-cao-2027"
FIRST_NIGHT, SECOND_NIGHT = (datetime(2027, month, 25, 22, tzinfo=TIMEZONE) for month in (10, 11))


def add_rows(register: Path, **tables: list[dict[str, str]]) -> None:
    """Append rows to files of a register; what a row does not name is empty."""
    for name, rows in tables.items():
        path = register / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, header, restval="", lineterminator="\n").writerows(rows)


def change_rows(register: Path, name: str, change) -> None:
    """Let `change` edit each row of a register file in place."""
    path = register / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def merge_in_2027(register: Path) -> None:
    """An invented merger of four provinces on 2027-07-01, by rows of the register and nothing else."""

    def close(row: dict[str, str]) -> None:
        if row["unit_key"] in FOUR:
            row["valid_to"] = "2027-06-30"

    for name in ("units", "unit_codes", "unit_aliases", "group_members", "contacts"):
        change_rows(register, name, close)
    born = {"unit_key": NEW, "valid_from": "2027-07-01"}
    add_rows(
        register,
        units=[born | {"unit_kind": "province", "unit_name": "Vùng Cao", "unit_name_en": "Vung Cao", "sort_key": "vung cao"}],
        unit_codes=[born | {"gso_code": "04"}],
        group_members=[born | {"group_key": "phia-bac"}],
        successions=[
            {"predecessor_key": unit, "successor_key": NEW, "effective_date": "2027-07-01", "succession_kind": "whole"}
            for unit in FOUR
        ],
    )
    # what the other units owe would only make the night long
    change_rows(register, "calendar", lambda row: row.update(last_period_end=row["last_period_end"] or "2027-12-31"))
    change_rows(
        register,
        "calendar",
        lambda row: row.update(first_period_end=min(row["last_period_end"], max(row["first_period_end"], "2027-06-30"))),
    )


def money_book(name: str, end: str, paid: int, start: str | None = None) -> bytes:
    """A money form: paid million đồng of the provincial fund for one activity, out of a plan of 100."""
    stages = dict.fromkeys(("contracted", "advanced", "implemented", "disbursed"), paid)
    line = {"position": 1, "activity": "Đào tạo nghề, truyền nghề", "kcdp_t_plan": 100}
    line |= {f"kcdp_t_{stage}": value for stage, value in stages.items()}
    period = {"unit": name, "period_start": start or f"01/01/{end[-4:]}", "period_end": end}
    return make_book(FORMS["kinh-phi"], {"money": [line], "projects": [{"indicator": "Số đề án KCĐP được phê duyệt"}]}, period)


def code_book(name: str, start: str, end: str) -> bytes:
    return tien_do(header={"unit": name, "unit_code": "80", "period_start": start, "period_end": end})


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Settings whose register has the invented merger, after the first night, and a function that runs the second."""
    home = tmp_path_factory.mktemp("territory")
    project = home / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    merge_in_2027(project / "register")
    settings = Settings(
        home=home, database_url=None, inbox=home / "inbox", register=project / "register", dbt_project=project
    )
    inbox = Inbox(settings.inbox, settings, None)
    for unit, (name, paid) in FOUR.items():
        inbox.put(f"{unit}/kinh-phi-06.xlsx", money_book(name, "30/06/2027", paid), "2027-07-20T09:00:00+07:00")
    inbox.put(f"{NEW}/kinh-phi-09.xlsx", money_book("Vùng Cao", "30/09/2027", 5, "01/07/2027"), "2027-10-20T09:00:00+07:00")
    # 2025: one code in one form, of two months and two units; the report of May comes late, from the successor
    inbox.put("tay-ninh-2025/may.xlsx", code_book("Long An", "01/01/2025", "31/05/2025"), "2025-09-20T09:00:00+07:00")
    inbox.put("tay-ninh-2025/august.xlsx", code_book("Tây Ninh", "01/01/2025", "31/08/2025"), "2025-09-21T09:00:00+07:00")
    inbox.put("tay-ninh-2025/wrong.xlsx", code_book("Tây Ninh", "01/01/2025", "30/04/2025"), "2025-09-22T09:00:00+07:00")
    # inclusive: from 1 January, so it contains those it followed
    for unit, name, paid in (("long-an", "Long An", 10), ("tay-ninh", "Tây Ninh", 5)):
        inbox.put(f"{unit}/kinh-phi-06.xlsx", money_book(name, "30/06/2025", paid), "2025-07-20T09:00:00+07:00")
    inbox.put("tay-ninh-2025/kinh-phi-09.xlsx", money_book("Tây Ninh", "30/09/2025", 16), "2025-10-20T09:00:00+07:00")
    first = run_nightly(settings, FIRST_NIGHT, lambda: FIRST_NIGHT)

    def second_night() -> dict:
        """Two closed units send their last report again."""
        inbox.put("quang-ninh/kinh-phi-06-v2.xlsx", money_book("Quảng Ninh", "30/06/2027", 14), "2027-11-05T09:00:00+07:00")
        inbox.put(f"{NEW}/cao-bang-06-v2.xlsx", money_book("Cao Bằng", "30/06/2027", 8), "2027-11-06T09:00:00+07:00")
        inbox.put("long-an/kinh-phi-06-v2.xlsx", money_book("Long An", "30/06/2025", 20), "2027-11-07T09:00:00+07:00")
        return run_nightly(settings, SECOND_NIGHT, lambda: SECOND_NIGHT)

    connection = connect(open_warehouse(settings))
    yield settings, connection, first, second_night
    connection.close()
    discard_warehouse(settings)


def ask(connection, sql: str, *values) -> list[tuple]:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def paid(connection, period: str, **how) -> dict[str, tuple]:
    """{unit or group: (accepted million đồng, owed, accepted units)} of provincial money paid out."""
    rows = rollup(connection, period, fund="KCDP-T", activity="A1", indicator="KC-E05", **{"by": "unit", **how})["rows"]
    return {row["unit_key"]: (row["accepted"] // MILLION, row["n_owed"], row["n_accepted"]) for row in rows if row["accepted"]}


def test_an_invented_merger_needs_rows_only_and_a_figure_flows(nights):
    _, connection, first, _ = nights
    assert paid(connection, "2027-06") == {unit: (value, 1, 1) for unit, (_, value) in FOUR.items()}
    # 10, 11, 12 and 13 are 46, and whoever owed then is counted
    assert paid(connection, "2027-06", geography="2027-07-01") == {NEW: (46, 4, 4)}
    # since the merger the new unit says 5; what the closed ones had is carried and stands under their names
    assert {unit: value for unit, (value, *_) in paid(connection, "2027-09").items()} == {
        NEW: 5, **{unit: value for unit, (_, value) in FOUR.items()},
    }  # fmt: skip
    assert paid(connection, "2027-09", geography="2027-07-01") == {NEW: (51, 1, 1)}
    assert paid(connection, "2027-09", geography="2027-06-30")["not-apportionable:" + NEW] == (5, 1, 1)
    for geography in ("as-reported", "2025", "2027-06-30", "2027-07-01"):
        assert paid(connection, "2027-09", geography=geography, by="nation")["viet-nam"][0] == 51
        assert paid(connection, "2027-07..2027-09", geography=geography, by="nation")["viet-nam"][0] == 5


def test_who_is_chased_is_whoever_followed(nights):
    _, connection, *_ = nights
    chased = ask(connection, """select unit_key, responsible_unit_key from staging.stg_owed where form_code = 'ket-qua'
        and period_end = '2027-06-30' and unit_key in ('cao-bang', 'ha-noi') order by 1""")  # fmt: skip
    assert chased == [("cao-bang", NEW), ("ha-noi", "ha-noi")]


def test_one_code_means_two_units_and_a_wrong_pair_is_returned(nights):
    _, connection, *_ = nights
    read = ask(
        connection,
        """select distinct s.period_end, f.unit_key, c.written, r.claimed_unit_key from staging.stg_figure as f
        inner join raw.submission as s using (submission_key)
        inner join raw.submission_header as c on s.submission_key = c.submission_key and c.field_name = 'unit_code'
        inner join raw.receipt as r on s.receipt_key = r.receipt_key
        where f.form_code = 'tien-do' order by 1""",
    )
    assert read == [
        (date(2025, 5, 31), "long-an", "80", "tay-ninh-2025"),
        (date(2025, 8, 31), "tay-ninh-2025", "80", "tay-ninh-2025"),
    ]
    sentences = ask(
        connection,
        """select f.message_vi, f.message_en from raw.finding as f inner join raw.receipt as r using (receipt_key)
        where r.location like '%%wrong.xlsx' and f.verdict = 'return'""",
    )
    assert len(sentences) == 1
    assert "mã “80” vào ngày 30/04/2025 là của Long An, không phải Tây Ninh" in sentences[0][0]
    assert "on 30/04/2025 the code “80” meant Long An, not Tây Ninh" in sentences[0][1]


def test_a_closed_unit_still_revises(nights):
    _, connection, first, second_night = nights
    assert paid(connection, "2025-09", by="nation")["viet-nam"][0] == 16
    night = second_night()
    assert night["release"] == first["release"] + 1
    # each revision enters its own period, and what is carried follows it, whoever sent it
    revised = {"cao-bang": 8, "lang-son": 11, "quang-ninh": 14, "lai-chau": 13}
    assert {unit: value for unit, (value, *_) in paid(connection, "2027-06").items()} == revised
    assert {unit: value for unit, (value, *_) in paid(connection, "2027-09").items()} == {NEW: 5, **revised}
    assert paid(connection, "2027-09", by="nation", as_of=FIRST_NIGHT)["viet-nam"][0] == 51
    # it is never kept out because the successor's report no longer contains it: that one is disputed instead
    assert paid(connection, "2025-06")["long-an"][0] == 20
    (row,) = rollup(connection, "2025-09", fund="KCDP-T", activity="A1", indicator="KC-E05")["rows"]
    assert (row["accepted"], row["disputed"] // MILLION, row["disputed_low"] // MILLION) == (0, 16, 25)
