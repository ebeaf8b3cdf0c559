"""A unit is added, closed and merged as a person would write it: against rows written by hand and against the mergers of 2025."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingestion.register import load_register
from kc import app
from kc.output import Refused
from khuyencong.register import draft as draft_module
from khuyencong.register.draft import RegisterRefusal, settle
from khuyencong.register.mergers import Merger, merge_units
from khuyencong.register.units import NewUnit, add_unit, close_unit
from warehouse.settings import PROJECT, Settings

REGISTER = PROJECT / "dbt_project" / "register"
TODAY, MERGED = date(2026, 6, 1), date(2025, 7, 1)
FILES = ("units", "unit_aliases", "unit_codes", "group_members", "contacts", "successions", "sources")
# What a merger of 2025 says in words of its own: how sure its writer was, and what the unit was called in a data set.
OWN_WORDS = {"units": ("certainty", "note"), "contacts": ("certainty",)}
NEW = NewUnit(
    key="hoa-lu", name="Hoa Lư", kind="province", begins=date(2027, 1, 1), basis="NQ 1/2026/QH16", region="phia-bac",
    gso_code="99", aliases=("TP Hoa Lư",), reporter="bao-cao@hoa-lu.invalid", superior="ubnd@hoa-lu.invalid",
)  # fmt: skip
MERGER = Merger(
    units=("hue", "quang-ninh"), into="hue-2027", on=date(2027, 1, 1), basis="NQ 1/2026/QH16", region="phia-bac", gso_code="46"
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(REGISTER, tmp_path / "register"))


@pytest.fixture
def settings(folder):
    return Settings(home=folder.parent, database_url=None, inbox=None, register=folder)


def text_of(folder):
    return {name: (folder / f"{name}.csv").read_text(encoding="utf-8") for name in FILES}


def rows_of(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def edit(folder, name, change):
    rows = [new for row in rows_of(folder, name) if (new := change(row)) is not None]
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows_of(REGISTER, name)[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def difference(before, after):
    """The lines taken out and put in, file by file, as `git diff` shows them."""
    shown = {}
    for name in FILES:
        lines = difflib.ndiff(before[name].splitlines(), after[name].splitlines())
        changed = [line for line in lines if line[0] in "+-"]
        if changed:
            shown[name] = changed
    return shown


def test_a_unit_is_the_rows_that_a_person_would_write(folder, settings):
    before = text_of(folder)
    written = settle(add_unit(folder, NEW), settings, dry_run=False)
    assert difference(before, text_of(folder)) == {
        "units": ["+ hoa-lu,province,Hoa Lư,Hoa Lu,hoa lu,2027-01-01,,source: NQ 1/2026/QH16,"],
        "unit_aliases": [
            "+ Hoa Lư,hoa-lu,2027-01-01,", "+ Hoa Lu,hoa-lu,2027-01-01,", "+ TP Hoa Lư,hoa-lu,2027-01-01,",
        ],
        "unit_codes": ["+ hoa-lu,99,2027-01-01,"],
        "group_members": ["+ phia-bac,hoa-lu,2027-01-01,,NQ 1/2026/QH16,source"],
        "contacts": [
            "+ hoa-lu,reporter,bao-cao@hoa-lu.invalid,2027-01-01,,khai khi thêm đơn vị",
            "+ hoa-lu,superior,ubnd@hoa-lu.invalid,2027-01-01,,khai khi thêm đơn vị",
        ],
    }  # fmt: skip
    for row in written:  # each is where it is said to be
        assert (folder / row.file).read_text(encoding="utf-8").splitlines()[row.line - 1] == row.row
    keys = [row["unit_key"] for row in rows_of(folder, "units")]
    assert keys[keys.index("hoa-lu") - 1 :][:3] == ["ca-mau-2025", "hoa-lu", "trung-uong"]  # behind the last of its kind
    register = load_register(folder)
    assert register.units_named("Thành phố Hoa Lư", date(2027, 1, 1)) == ("hoa-lu",)
    assert register.units_named("Hoa Lư", date(2026, 12, 31)) == ()
    assert register.unit_with_code("99", date(2027, 6, 30)) == "hoa-lu"


def test_a_ministry_unit_has_a_name_and_no_region(folder, settings):
    before = text_of(folder)
    new = NewUnit(
        key="don-vi-bo-2", name="Viện Nghiên cứu, thiết kế", kind="ministry_unit", begins=date(2026, 9, 1), basis="QĐ 2/QĐ-BCT",
        name_en="Institute of Research", reporter="bao-cao@don-vi-bo-2.invalid",
    )  # fmt: skip
    settle(add_unit(folder, new), settings, dry_run=False)
    assert difference(before, text_of(folder)) == {
        "units": [
            '+ don-vi-bo-2,ministry_unit,"Viện Nghiên cứu, thiết kế",Institute of Research,02 don vi bo 2,2026-09-01,,'
            "source: QĐ 2/QĐ-BCT,"
        ],
        "unit_aliases": ['+ "Viện Nghiên cứu, thiết kế",don-vi-bo-2,2026-09-01,'],
        "contacts": ["+ don-vi-bo-2,reporter,bao-cao@don-vi-bo-2.invalid,2026-09-01,,khai khi thêm đơn vị"],
    }


def test_a_unit_that_is_closed_ends_in_every_file(folder, settings):
    before = text_of(folder)
    settle(close_unit(folder, "cao-bang", date(2027, 1, 1), "NQ 9/2026/QH16"), settings, dry_run=False)
    shown = difference(before, text_of(folder))
    address = "khuyen-cong@so-cong-thuong.cao-bang.invalid,2004-01-01"
    words = "địa chỉ mẫu (.invalid): thay bằng hộp thư của cơ quan"
    assert [line for line in shown["contacts"] if "reporter" in line] == [
        f"- cao-bang,reporter,{address},,{words}",
        f"+ cao-bang,reporter,{address},2026-12-31,{words}",
    ]
    assert shown["unit_codes"] == ["- cao-bang,04,2004-01-01,", "+ cao-bang,04,2004-01-01,2026-12-31"]
    assert shown["unit_aliases"] == [
        "- Cao Bằng,cao-bang,2004-01-01,", "+ Cao Bằng,cao-bang,2004-01-01,2026-12-31",
        "- Cao Bang,cao-bang,2004-01-01,", "+ Cao Bang,cao-bang,2004-01-01,2026-12-31",
    ]  # fmt: skip
    basis = "TT 26/2014/TT-BCT Điều 3,source"
    assert shown["group_members"] == [
        f"- phia-bac,cao-bang,2004-01-01,,{basis}", f"+ phia-bac,cao-bang,2004-01-01,2026-12-31,{basis}",
    ]  # fmt: skip
    assert shown["units"][0].endswith('QĐ 124/2004/QĐ-TTg)",')
    assert shown["units"][1].endswith('QĐ 124/2004/QĐ-TTg)",kết thúc 2027-01-01: NQ 9/2026/QH16')
    assert ",2004-01-01,2026-12-31," in shown["units"][1]
    assert shown.keys() == {"units", "unit_aliases", "unit_codes", "group_members", "contacts"}


SUCCESSORS = sorted({row["successor_key"] for row in rows_of(REGISTER, "successions") if row["effective_date"] == "2025-07-01"})


@pytest.mark.parametrize("successor", SUCCESSORS)
def test_each_merger_of_2025_comes_back_as_it_was_written(folder, settings, successor):
    """Its rows are taken out of a copy, its predecessors go on; one line writes them again."""
    real = {name: rows_of(folder, name) for name in FILES}
    followed = [row["predecessor_key"] for row in real["successions"] if row["successor_key"] == successor]

    def undone(row):
        if successor in (row.get("unit_key"), row.get("successor_key")):
            return None
        return {**row, "valid_to": ""} if row.get("unit_key") in followed and row.get("valid_to") == "2025-06-30" else row

    for name in FILES:
        edit(folder, name, undone)
    mine = {name: next((row for row in real[name] if row.get("unit_key") == successor), {}) for name in FILES}
    addresses = {row["contact_role"]: row["address"] for row in real["contacts"] if row["unit_key"] == successor}
    regions = {row["group_key"] for row in rows_of(folder, "group_members") if row["unit_key"] in followed and not row["valid_to"]}
    merger = Merger(
        units=followed, into=successor, on=MERGED, basis="NQ 202/2025/QH15", gso_code=mine["unit_codes"]["gso_code"],
        region=mine["group_members"]["group_key"] if len(regions) > 1 else None, **addresses,
    )  # fmt: skip
    settle(merge_units(folder, merger, TODAY), settings, dry_run=False)
    assert len(SUCCESSORS) == 23
    for name in FILES:
        own = OWN_WORDS.get(name, ())
        if name == "group_members" and len(regions) > 1:  # here the region is said, not derived
            own = ("legal_basis", "certainty")
        written, meant = (
            sorted(tuple((k, v) for k, v in row.items() if k not in own) for row in rows)
            for rows in (rows_of(folder, name), real[name])
        )
        assert written == meant, name


def test_one_that_goes_on_keeps_its_rows(folder, settings):
    before = text_of(folder)
    going_on = dataclasses.replace(MERGER, into="hue", region=None, gso_code=None)
    settle(merge_units(folder, going_on, TODAY), settings, dry_run=False)
    shown = difference(before, text_of(folder))
    assert shown["successions"] == ["+ quang-ninh,hue,2027-01-01,whole,,NQ 1/2026/QH16,source"]
    assert shown["unit_codes"] == ["- quang-ninh,22,2004-01-01,", "+ quang-ninh,22,2004-01-01,2026-12-31"]
    assert not [line for lines in shown.values() for line in lines if ",hue," in line and "successions" not in shown]
    assert load_register(folder).succeeded_on("hue", "quang-ninh") == date(2027, 1, 1)


def test_the_account_of_one_that_ended_becomes_its_successors(folder, settings):
    with (folder / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("hue-sftp,sftp,sftp://hue@example.invalid/in,hue,hue,\n")
    future = merge_units(folder, MERGER, date(2026, 12, 31))
    assert "sources" not in future.touched
    settle(merge_units(folder, MERGER, date(2027, 1, 1)), settings, dry_run=False)
    assert rows_of(folder, "sources")[-1] == {
        "source_code": "hue-sftp", "transport": "sftp", "location": "sftp://hue@example.invalid/in", "unit_key": "hue-2027",
        "secret_name": "hue", "note": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"basis": " "}, "Without basis nothing is written"),
        ({"basis": "NQ 1\nNQ 2"}, "more than one line"),
        ({"name": ""}, "Without name nothing is written"),
        ({"key": "Hoa Lư"}, "'Hoa Lư' is no key"),
        ({"key": "hue"}, "The key hue is taken: Huế, 2004-01-01 to today"),
        ({"key": "long-an"}, "The key long-an is taken: Long An, 2004-01-01 to 2025-06-30"),
        ({"kind": "provnce"}, "The kind is 'provnce'; it must be one of province, centre, regional_centre, ministry_unit. "
         "Near it: province."),
        ({"kind": "group"}, "The kind is 'group'"),
        ({"region": None}, "A province belongs to a region: say which of phia-bac, mien-trung-tay-nguyen, phia-nam"),
        ({"region": "phia-bak"}, "it must be one of phia-bac, mien-trung-tay-nguyen, phia-nam. Near it: phia-bac"),
        ({"region": "viet-nam"}, "The region is 'viet-nam'"),
        ({"kind": "ministry_unit", "gso_code": None}, "A ministry_unit stands in no region"),
        ({"kind": "ministry_unit", "region": None}, "Only a province has a GSO code"),
        ({"kind": "centre", "region": None, "gso_code": None}, "the centre is trung-uong and hoa-lu on 2027-01-01"),
        ({"gso_code": "9"}, "'9' is no GSO code"),
        ({"gso_code": "01"}, "the code 01 means ha-noi and hoa-lu on 2027-01-01"),
        ({"name": "Hà Nội"}, "the name ha noi means ha-noi and hoa-lu on 2027-01-01"),
        ({"name": "Tỉnh Hà Nội"}, "the name ha noi means ha-noi and hoa-lu on 2027-01-01"),
        ({"aliases": ("TP HCM",)}, "the name hcm means ho-chi-minh-2025 and hoa-lu on 2027-01-01"),
        ({"aliases": ("Phía Bắc",)}, "the name phia bac means"),
        ({"aliases": ("Tỉnh",)}, "'Tỉnh' names nobody"),
        ({"aliases": ("",)}, "Without name nothing is written"),
        ({"reporter": "Phòng Công nghiệp <a@b.vn>"}, "is no plain mail address"),
        ({"superior": "ubnd@hoa-lu.invalid\nBcc: x@y.vn"}, "is no plain mail address"),
    ],
)  # fmt: skip
def test_a_unit_that_contradicts_is_refused_and_nothing_is_written(folder, settings, change, sentence):
    before = text_of(folder)
    with pytest.raises(RegisterRefusal) as refused:
        settle(add_unit(folder, dataclasses.replace(NEW, **change)), settings, dry_run=False)
    assert sentence in str(refused.value)
    assert text_of(folder) == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["register"]  # nor is anything left beside


@pytest.mark.parametrize(
    ("key", "day", "basis", "sentence"),
    [
        ("hueh", "2027-01-01", "b", "of register/units.csv. Near it: hue"),
        ("long-an", "2027-01-01", "b", "long-an was closed already: its last day is 2025-06-30"),
        ("phia-bac", "2027-01-01", "b", "phia-bac is a group"),
        ("hue", "2004-01-01", "b", "hue begins on 2004-01-01; it cannot be closed on 2004-01-01"),
        ("hue", "2027-01-01", "", "Without basis nothing is written"),
        ("tay-ninh-2025", "2025-07-01", "b", "tay-ninh-2025 begins on 2025-07-01"),
        ("ha-noi", "2008-08-01", "b", ": ha-noi does not exist on 2008-08-01"),
    ],
)
def test_a_closing_that_contradicts_is_refused(folder, settings, key, day, basis, sentence):
    before = text_of(folder)
    with pytest.raises(RegisterRefusal) as refused:
        settle(close_unit(folder, key, date.fromisoformat(day), basis), settings, dry_run=False)
    assert sentence in str(refused.value)
    assert text_of(folder) == before


def test_a_unit_with_an_address_that_is_yet_to_begin_is_not_closed_before(folder, settings):
    with (folder / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("hue,reporter,moi@hue.invalid,2028-01-01,,mới\n")
    with pytest.raises(RegisterRefusal, match=r"contacts\.csv has a row of hue that begins on 2028-01-01"):
        close_unit(folder, "hue", date(2027, 1, 1), "NQ 9/2026/QH16")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"units": ("hue",)}, "hue alone is no merger"),
        ({"units": ()}, "Nobody alone is no merger"),
        ({"units": ("hue", "hue")}, "hue stands twice"),
        ({"units": ("hue", "long-an")}, "long-an was closed already"),
        ({"units": ("hue", "phia-nam")}, "phia-nam is a group"),
        ({"units": ("hue", "trung-uong")}, "Units of one kind merge; hue is a province and trung-uong is a centre"),
        ({"units": ("hue", "quang-nin")}, "The unit is 'quang-nin'"),
        ({"on": date(2004, 1, 1)}, "hue begins on 2004-01-01; it cannot be merged on 2004-01-01"),
        ({"into": "ha-noi"}, "ha-noi exists: to go on it must be among the units that merge"),
        ({"into": "long-an"}, "long-an exists"),
        ({"into": "Huế"}, "'Huế' is no key"),
        ({"into": "mien-duyen-hai"}, "What is mien-duyen-hai called?"),
        ({"into": "hue"}, "hue goes on with the rows it has: region, gso_code would be of a new unit"),
        ({"basis": ""}, "Without basis nothing is written"),
        ({"region": None}, "The region of hue-2027 must be said: quang-ninh to phia-bac, hue to mien-trung-tay-nguyen"),
        ({"region": "bac"}, "The region is 'bac'"),
        ({"gso_code": "01"}, "the code 01 means ha-noi and hue-2027"),
        ({"name": "Cao Bằng"}, "the name cao bang means cao-bang and hue-2027"),
        ({"reporter": "hue"}, "'hue' is no plain mail address"),
    ],
)
def test_a_merger_that_contradicts_is_refused(folder, settings, change, sentence):
    before = text_of(folder)
    with pytest.raises(RegisterRefusal) as refused:
        settle(merge_units(folder, dataclasses.replace(MERGER, **change), TODAY), settings, dry_run=False)
    assert sentence in str(refused.value)
    assert text_of(folder) == before


def test_a_dry_run_says_the_same_rows_and_writes_nothing(folder, settings):
    before = text_of(folder)
    told = settle(merge_units(folder, MERGER, TODAY), settings, dry_run=True)
    assert text_of(folder) == before
    assert told == settle(merge_units(folder, MERGER, TODAY), settings, dry_run=False)


def test_all_files_are_written_or_none(folder, settings, monkeypatch):
    before, rename = text_of(folder), os.replace
    done = []

    def full_after_two(source, target):
        if len(done) == 2:
            raise OSError(28, "No space left on device")
        done.append(target)
        rename(source, target)

    monkeypatch.setattr(draft_module.os, "replace", full_after_two)
    with pytest.raises(OSError, match="No space left"):
        settle(merge_units(folder, MERGER, TODAY), settings, dry_run=False)
    assert len(done) == 2
    assert text_of(folder) == before


def test_what_somebody_else_writes_meanwhile_is_not_lost(folder, settings):
    draft = merge_units(folder, MERGER, TODAY)
    with (folder / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("ha-noi,reporter,moi@ha-noi.invalid,2028-01-01,,mới\n")
    before = text_of(folder)
    with pytest.raises(RegisterRefusal, match=r"contacts\.csv was changed by somebody else meanwhile"):
        settle(draft, settings, dry_run=False)
    assert text_of(folder) == before


def test_line_ends_and_a_missing_last_one_are_kept(folder, settings):
    path = folder / "unit_codes.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n").removesuffix(b"\r\n"))
    settle(add_unit(folder, dataclasses.replace(NEW, kind="province")), settings, dry_run=False)
    text = path.read_bytes()
    assert b"\r\nhoa-lu,99,2027-01-01,\r\n" in text or text.endswith(b"\r\nhoa-lu,99,2027-01-01,\r\n")
    assert text.count(b"\n") == text.count(b"\r\n")


def test_the_command_prints_rows_within_80_columns_and_writes_nothing_in_a_dry_run():
    before = text_of(REGISTER)
    given = [
        "register", "merge-units", "hue", "quang-ninh", "--into", "hue-2027", "--on", "2027-01-01", "--basis", "NQ 1/2026/QH16",
        "--region", "phia-bac", "--dry-run",
    ]  # fmt: skip
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    row = r"^units\.csv:\d+  new row\n  hue-2027,province,Huế,Hue,hue 2027,2027-01-01,,source: NQ"
    assert re.search(row, done.output, re.MULTILINE)
    assert "Nothing was written (--dry-run): 34 rows in 6 files." in done.output
    assert "Nobody is asked for the reports of hue-2027: it has no address." in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    assert text_of(REGISTER) == before


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["close-unit", "hue", "--on", "1/1/2027", "--basis", "b"], "'1/1/2027' is no day"),
        (["close-unit", "long-an", "--on", "2027-01-01", "--basis", "b"], "long-an was closed already"),
    ],
)
def test_a_refused_command_is_wrong_usage(given, sentence):
    done = CliRunner().invoke(app, ["register", *given])
    assert isinstance(done.exception, Refused)
    assert done.exception.exit_code == 2
    assert sentence in str(done.exception)
