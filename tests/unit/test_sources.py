"""Sources of the register and their secrets: a secret comes from a file or a variable, and nowhere else."""

import csv
import dataclasses
import os
import re
import unicodedata

import pytest

from ingestion.transports import Source, Trouble, read_limits, read_sources
from ingestion.transports.seen import catalogue, place_of
from warehouse.settings import PROJECT, Settings, read_secret

SETTINGS = Settings(home=PROJECT / ".kc", database_url=None, inbox=None)


def with_secrets(folder):
    return Settings(home=folder, database_url=None, inbox=None, secrets=folder)


def test_a_secret_is_a_file_before_a_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("KC_SECRET_SFTP_LONG_AN", "from the variable")
    settings = with_secrets(tmp_path)
    assert read_secret(settings, "sftp-long-an") == "from the variable"
    (tmp_path / "sftp-long-an").write_text("from the file\n", encoding="utf-8")
    assert read_secret(settings, "sftp-long-an") == "from the file"


@pytest.mark.parametrize("name", ["", "../passwd", "/etc/passwd", ".hidden", "a b", "absent"])
def test_no_name_leads_out_of_the_folder_of_secrets(name, tmp_path):
    (tmp_path.parent / "passwd").write_text("x", encoding="utf-8")
    with pytest.raises(LookupError):
        read_secret(with_secrets(tmp_path), name)


@pytest.mark.parametrize(
    ("location", "is_good"),
    [
        ("https://so.example/in/", True),
        ("http://127.0.0.1:9000/bucket", True),
        ("http://so.example/in/", False),
        ("https://account:mat-khau@so.example/in/", False),
        ("ftp://so.example/in/", False),
        ("so.example/in", False),
    ],
)
def test_a_location_is_an_address_without_a_password_and_not_in_clear(location, is_good):
    source = Source("s", "https", location, None, None, SETTINGS)
    if is_good:
        assert source.address(("https", "http"), "https://host.example/").geturl() == location
        return
    with pytest.raises(Trouble) as met:
        source.address(("https", "http"), "https://host.example/")
    assert met.value.code == "location_unclear" and "mat-khau" not in met.value.en + met.value.vi


def test_the_registers_own_sources_and_limits_are_read():
    assert [source.transport for source in read_sources(SETTINGS)] == ["folder", "folder"]
    assert read_limits(SETTINGS).max_file_bytes > 1_000_000


def test_an_inbox_stands_for_every_source_whatever_rows_a_register_has(tmp_path):
    for rows in ([], [("sftp-ha-noi", "sftp", "sftp://ha-noi@so.example/in", "ha-noi")], [("own", "folder", "x", "ha-noi")]):
        with (tmp_path / "sources.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("source_code", "transport", "location", "unit_key", "secret_name", "note"))
            writer.writerows((*row, "", "") for row in rows)
        [source] = read_sources(dataclasses.replace(SETTINGS, register=tmp_path, inbox=tmp_path / "inbox"))
        assert (source.source_code, source.transport, source.unit_key) == ("inbox", "folder", None)
        assert source.location == str(tmp_path / "inbox")


def test_every_trouble_has_both_sentences_with_the_same_blanks():
    for code, entry in catalogue().items():
        blanks = [set(re.findall(r"{(\w+)}", entry[language])) for language in ("vi", "en")]
        assert blanks[0] == blanks[1] <= {"where", "reason", "expected"}, code
        assert re.search("[à-ỹ]", entry["vi"]), code


def test_a_name_that_is_no_text_is_kept_as_text_and_two_such_names_stay_two():
    assert place_of("kỳ\x00.xlsx") == r"kỳ\x00.xlsx"
    latin_1 = [os.fsdecode(name.encode("latin-1")) for name in ("báo cáo.xlsx", "bào cào.xlsx")]
    assert [place_of(name) for name in latin_1] == [r"b\xe1o c\xe1o.xlsx", r"b\xe0o c\xe0o.xlsx"]
    assert place_of("b\ud800o.xlsx") == r"b\ud800o.xlsx"  # half a character, as a broken header of a mail may hold
    assert place_of("bá".encode().decode()) == place_of(unicodedata.normalize("NFD", "bá")) == "bá"
