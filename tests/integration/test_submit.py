"""`kc submit`: every file has one fate that is said, with why and what next; what was not checked is never called correct."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_country import Country, at, money_report
from thirty_nights import figures

from kc.submitted import print_submitted
from khuyencong.clock.sample_home import set_clock
from khuyencong.night.nightly import run_nightly
from khuyencong.reporter.submit import submit
from warehouse.address import connect

BIN = Path(sys.executable).parent
MOMENT = at("2025-04-10T09:00")
GOOD, BETTER, TOO_MUCH = figures(50, 40), figures(50, 41), figures(50, 95)  # 95 disbursed of 90 contracted: a blocking rule


@pytest.fixture(scope="module")
def desk(named_database, tmp_path_factory):
    """A country after its first night, in which nothing has come yet."""
    warehouse = named_database("khuyencong_submit")
    country = Country(tmp_path_factory.mktemp("submit") / "country")
    country.warehouse, country.its = warehouse, country.settings(warehouse.dsn)
    run_nightly(country.its, at("2025-04-05"), lambda: at("2025-04-05"))
    return country


def lay(folder, name, said, **more):
    """A money report of Ha Noi for the first quarter as a file."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(money_report("ha-noi", "Hà Nội", "2025-03", said, MOMENT, **more))
    return path


def tried(desk, *paths):
    """The files of a dry run, which is printed as the command prints it."""
    document = submit(desk.its, list(paths), MOMENT, dry_run=True)
    print_submitted(document)
    return document["files"]


def fates(files):
    return [(file["verdict"], *((each["state"], each["n_held"] > 0) for each in file["submissions"])) for file in files]


def test_a_blocking_failure_is_held_with_its_cell_and_what_comes_next(desk, tmp_path, capsys):
    (bad,) = tried(desk, lay(tmp_path, "bad.xlsx", TOO_MUCH))
    assert fates([bad]) == [("hold", ("in_force", True))]
    assert {flag["severity"] for flag in bad["flags"]} >= {"block"}
    said = capsys.readouterr().out
    assert "accepted at the door" not in said and "Nothing to correct" not in said
    spoken = ("held / giữ lại", "held out of the accepted total", "bị giữ lại, chưa tính vào tổng", "[block]", "Next:", "Tiếp theo")
    assert [words for words in spoken if words not in said] == []


def test_of_two_versions_the_last_named_counts_and_the_other_is_said_to_be_unchecked(desk, tmp_path, capsys):
    bad, *good_ones = (lay(tmp_path, f"{n}.xlsx", said) for n, said in (("a", TOO_MUCH), ("b", GOOD), ("c", BETTER)))
    # the newest has the lowest hash: the order is that of the call
    first, good = sorted(good_ones, key=lambda path: hashlib.sha256(path.read_bytes()).hexdigest(), reverse=True)
    files = tried(desk, bad, first, good)
    fate = ("replaced", ("superseded", False))
    assert fates(files) == [fate, fate, ("accept", ("in_force", False))]
    assert files[2]["submissions"][0]["not_checked_en"] is None
    first = files[0]
    assert first["submissions"][0]["not_checked_en"] == f"replaced by {good} in this call, not checked"
    assert first["submissions"][0]["not_checked_vi"] == f"được thay thế bởi {good} trong lần gửi này, nên không kiểm tra"
    of_first = capsys.readouterr().out.partition(f"\n{good}: accepted at the door")[0]
    assert of_first.replace("\n", " ").count(f"replaced by {good}") == 2 and "Nothing to correct" not in of_first
    # named the other way round, the bad one is newer: judged, and the good one stays in force
    assert fates(tried(desk, good, bad)) == [("accept", ("in_force", False)), ("hold", ("under_review", True))]
    assert "the report before it stays in force" in capsys.readouterr().out


def test_two_files_of_one_name_are_two_files(desk, tmp_path):
    bad, good = lay(tmp_path / "x", "kinh-phi.xlsx", TOO_MUCH), lay(tmp_path / "y", "kinh-phi.xlsx", GOOD)
    files = tried(desk, good, bad, good)  # A, B, A at one place is three
    assert [(file["path"], file["verdict"]) for file in files] == [
        (str(good), "replaced"), (str(bad), "replaced"), (str(good), "accept"),
    ]  # fmt: skip
    assert len({file["submissions"][0]["submission_key"] for file in files}) == 3


def test_a_report_that_is_there_already_is_told_as_that_one_stands(desk, tmp_path, capsys):
    bad = lay(tmp_path, "bad.xlsx", TOO_MUCH)
    again = tmp_path / "again.xlsx"
    again.write_bytes(bad.read_bytes())
    first, second = tried(desk, bad, again)
    assert fates([first, second]) == [("hold", ("in_force", True)), ("hold", ("in_force", True))]
    assert [finding["finding_code"] for finding in second["findings"]] == ["same_as_latest"]
    assert "Nothing to correct" not in capsys.readouterr().out


def test_a_withdrawal_and_what_it_takes_out_are_said(desk, tmp_path, capsys):
    report, gone = lay(tmp_path, "report.xlsx", TOO_MUCH), lay(tmp_path, "gone.xlsx", {}, is_withdrawal=True)
    files = tried(desk, report, gone)
    assert fates(files) == [("replaced", ("withdrawn", False)), ("accept", ("withdrawal", False))]
    said = capsys.readouterr().out
    assert f"withdrawn by {gone} in this call, not checked" in said.replace("\n", " ") and "Nothing to correct" not in said


def test_a_name_that_is_not_utf_8_is_taken_and_told_as_text(desk, tmp_path):
    names = [name.encode("latin-1") for name in ("báo cáo.xlsx", "bào cáo.xlsx")]
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in names]
    for path, said in zip(paths, (TOO_MUCH, GOOD), strict=True):
        with open(path, "wb") as file:
            file.write(money_report("ha-noi", "Hà Nội", "2025-03", said, MOMENT))
    environment = {**os.environ, "KC_HOME": str(desk.its.home), "KC_DATABASE_URL": desk.warehouse.dsn}
    with contextlib.closing(connect(desk.warehouse)) as connection:
        set_clock(connection, MOMENT)
    kept = [r"b\xe1o c\xe1o.xlsx", r"b\xe0o c\xe1o.xlsx"]
    done = subprocess.run([BIN / "kc", "submit", *paths], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode("utf-8").replace("\n", "")
    assert all(f"{tmp_path}/{name}" in said for name in kept)
    with contextlib.closing(connect(desk.warehouse)) as connection, connection.cursor() as cursor:
        cursor.execute("select distinct location from raw.receipt where source_code = 'submit' order by location")
        assert [location for (location,) in cursor] == sorted(kept)
    done = subprocess.run([BIN / "kc", "read", paths[0], "--json"], env=environment, capture_output=True)
    assert done.returncode == 0 and json.loads(done.stdout.decode("utf-8"))["file"] == kept[0]
    missing = subprocess.run([BIN / "kc", "submit", paths[0] + b"x"], env=environment, capture_output=True)
    assert missing.returncode == 2 and kept[0] + "x" in missing.stderr.decode("utf-8")
