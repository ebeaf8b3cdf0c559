"""From an inbox to schema raw, on a real database: receipts, submissions, text as typed, readings, mentions."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from book_builder import FORMS, address, kinh_phi, tien_do
from inboxes import AS_OF, Inbox

from ingestion.form_rows import load_forms_into
from warehouse.address import connect

MONEY = FORMS["kinh-phi"].sheets[0]


@pytest.fixture
def inbox(database, settings, tmp_path) -> Iterator[Inbox]:
    with contextlib.closing(connect(database)) as connection:
        yield Inbox(tmp_path / "inbox", settings, connection)


def test_a_workbook_becomes_rows(inbox):
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    counts = inbox.night()
    assert (counts.receipts, counts.submissions, counts.findings) == (1, 1, 0)
    receipt = "select state, claimed_unit_key, sender, byte_count > 0 from raw.receipt"
    assert inbox.rows(receipt) == [("read", "long-an", "test", True)]
    submission = "select form_code, unit_key, sender_role, period_end::text, money_factor, door_verdict from raw.submission"
    assert inbox.rows(submission) == [("kinh-phi", "long-an", "so", "2025-03-31", 1_000_000, "accept")]
    typed = "select row_number, activity, kcdp_t_disbursed from raw.kinh_phi where sheet_code = 'money' order by 1"
    assert inbox.rows(typed) == [(22, "Đào tạo nghề, truyền nghề", "10.5"), (23, "Chi khác", "0"), (24, "Tổng cộng", "10.5")]
    place = """select p.column_letter || c.row_number, c.value, c.decimals from raw.cell as c
        inner join raw.submission_column as p using (submission_key, sheet_code, column_name)
        where column_name = 'kcdp_t_disbursed' order by c.row_number limit 1"""
    assert inbox.rows(place) == [(address(MONEY, "kcdp_t_disbursed"), Decimal("10.5"), 1)]
    header = "select field_name, written from raw.submission_header where field_name in ('unit', 'form_mark') order by 1"
    assert inbox.rows(header) == [("form_mark", "kinh-phi 1"), ("unit", "Long An")]


def test_the_same_night_twice_reads_nothing_again(inbox):
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.night()
    again = inbox.night()
    assert (again.receipts, again.submissions) == (0, 0)
    assert inbox.rows("select times_seen from raw.receipt") == [(2,)]


def test_a_b_a_at_one_place_is_three_submissions(inbox):
    other = kinh_phi(edit=lambda book: book.worksheets[0].__setitem__(address(MONEY, "kcdp_t_plan"), 25))
    for hour, data in enumerate((kinh_phi(), other, kinh_phi())):
        inbox.put("long-an/kinh-phi.xlsx", data, f"2025-04-20T0{hour}:00:00+07:00")
        inbox.night()
    assert len(inbox.rows("select 1 from raw.submission")) == 3
    assert len(inbox.rows("select distinct sha256 from raw.submission")) == 2


def test_the_same_file_renamed_opens_a_receipt_but_no_submission(inbox):
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.put("long-an/kinh-phi (2).xlsx", kinh_phi(), "2025-04-21T09:00:00+07:00")
    counts = inbox.night()
    assert (counts.receipts, counts.submissions) == (2, 1)
    assert inbox.rows("select finding_code, verdict from raw.finding") == [("same_as_latest", "note")]
    assert {state for (state,) in inbox.rows("select state from raw.receipt")} == {"read"}


def test_the_order_of_arrival_decides_not_the_order_of_listing(inbox):
    inbox.put("long-an/a.xlsx", tien_do(), "2025-04-22T09:00:00+07:00")
    inbox.put("long-an/z.xlsx", kinh_phi(), "2025-04-21T09:00:00+07:00")
    inbox.night()
    assert inbox.rows("select form_code from raw.submission order by submission_key") == [("kinh-phi",), ("tien-do",)]


def test_what_arrives_later_is_not_seen_yet_and_unfinished_files_are_left_alone(inbox):
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi(), "2025-06-01T09:00:00+07:00")
    for name in (".hidden.xlsx", "~$kinh-phi.xlsx", "kinh-phi.xlsx.part"):
        (inbox.folder / "long-an" / name).write_bytes(b"x")
    assert inbox.land() == 0
    assert inbox.land(datetime.fromisoformat("2025-06-02T00:00:00+07:00")) == 1
    assert (inbox.folder / "long-an" / "~$kinh-phi.xlsx").exists()


def test_landed_bytes_are_the_bytes_that_arrived(inbox):
    data = kinh_phi()
    inbox.put("long-an/kinh-phi.xlsx", data)
    inbox.land()
    ((sha256, extension),) = inbox.rows("select sha256, file_extension from raw.receipt")
    assert (inbox.settings.landing / sha256[:2] / f"{sha256}.{extension}").read_bytes() == data
    assert not list(inbox.settings.landing.rglob("*.part"))


def test_a_broken_night_goes_on_where_it_stopped(inbox, monkeypatch):
    import ingestion.reading.reading as reading

    inbox.put("long-an/kinh-phi.xlsx", kinh_phi())
    inbox.put("long-an/tien-do.xlsx", tien_do(), "2025-04-21T09:00:00+07:00")
    whole = reading.write_submission

    def breaks_on_second(cursor, rows, *rest):
        key = whole(cursor, rows, *rest)
        if rows.form_code == "tien-do":
            raise OSError("the disk is gone")
        return key

    monkeypatch.setattr(reading, "write_submission", breaks_on_second)
    with pytest.raises(OSError):
        inbox.night()
    assert inbox.rows("select form_code from raw.submission") == [("kinh-phi",)]
    monkeypatch.setattr(reading, "write_submission", whole)
    inbox.night()
    assert len(inbox.rows("select 1 from raw.submission")) == 2
    assert inbox.rows("select count(*), count(distinct (submission_key, sheet_code, row_number)) from raw.line")[0][0] > 0


def test_a_narrative_becomes_mentions_and_never_figures(inbox):
    text = """Kết quả hoạt động khuyến công 6 tháng đầu năm 2024 tỉnh Long An

Trong 6 tháng đầu năm 2024, tỉnh Long An thực hiện 12 đề án khuyến công với tổng kinh phí 2.450 triệu đồng,
trong đó: khuyến công quốc gia 1.000 triệu đồng, khuyến công địa phương 1.450 triệu đồng.
"""
    inbox.put("long-an/bao-cao.txt", text.encode())
    inbox.put("long-an/trong.txt", "báo cáo không có số".encode())
    counts = inbox.night()
    assert counts.submissions >= 1
    rows = inbox.rows(
        """select m.written, s.unit_key, s.document_no <> ''
        from raw.mention as m inner join raw.submission as s using (submission_key)
        where s.period_end = '2024-06-30' order by mention_number"""
    )
    assert len(rows) >= 3 and {unit for _, unit, _ in rows} == {"long-an"} and all(numbered for *_, numbered in rows)
    assert inbox.rows("select closeness from raw.mention_relation where relation_kind = 'sum'") == [("exact",)]
    assert inbox.rows("select count(*) from raw.cell") == [(0,)]


def test_forms_load_into_the_register_and_again(inbox):
    for _ in range(2):
        load_forms_into(inbox.connection, FORMS)
    n_columns = sum(len(sheet.columns) for form in FORMS.values() for sheet in form.sheets)
    assert inbox.rows("select (select count(*) from register.form), (select count(*) from register.form_column)") == [
        (len(FORMS), n_columns)
    ]
    row = "select is_line_form, has_document_no from register.form where form_code = 'giao-ke-hoach'"
    assert inbox.rows(row) == [(True, True)]


def test_a_source_inside_anothers_folder_is_read_once_with_its_own_manifest(inbox):
    from dataclasses import replace

    from ingestion.landing.pulling import pull
    from ingestion.transports import read_sources

    settings = replace(inbox.settings, inbox=None)
    sources = {source.source_code: source for source in read_sources(settings, is_sample=True)}
    outer, inner = (Path(sources[code].location) for code in ("samples", "published"))
    assert inner.is_relative_to(outer) and outer.is_relative_to(settings.home)
    for folder, moment in ((outer, "2025-04-20T09:00:00+07:00"), (inner, "2016-07-20T09:00:00+07:00")):
        (folder / "long-an").mkdir(parents=True)
        (folder / "long-an" / "a.xlsx").write_bytes(b"x")
        (folder / "manifest.csv").write_text(f"path,received_at,sender\nlong-an/a.xlsx,{moment},\n", encoding="utf-8")
    for source in sources.values():
        pull(inbox.connection, source, None, AS_OF, AS_OF)
    receipts = "select source_code, location, claimed_unit_key, extract(year from received_at)::integer from raw.receipt"
    assert inbox.rows(f"{receipts} order by receipt_key") == [
        ("samples", "long-an/a.xlsx", "long-an", 2025),
        ("published", "long-an/a.xlsx", "long-an", 2016),
    ]
