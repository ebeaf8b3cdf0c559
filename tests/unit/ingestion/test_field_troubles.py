"""Troubles from other programs' trackers (tests/field_troubles): what each row says comes out is what the reader gives."""

from decimal import Decimal

import pytest
from field_troubles.base import read
from field_troubles.page import PAGE, page
from field_troubles.rows import FATES, KINDS, WATCHED, builders, rows

ROWS = rows()
NAMES = [row["name"] for row in ROWS]
NOW = {"value", "reading", "returned", "finding", "note", "details"}


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_what_comes_out_now(row):
    seen, now = read(builders()[row["name"]]()), row["now"]
    assert seen.is_returned == ("returned" in now), [finding.message_en for finding in seen.findings]
    if "returned" in now:
        assert now["returned"] in seen.codes("return"), seen.codes()
    watched = tuple(row.get("watch", WATCHED))
    if "value" in now:
        assert seen.value(*watched) == Decimal(str(now["value"]))
    if "reading" in now:
        reading, _ = seen.reading(*watched)
        assert reading.reading == now["reading"] and (reading.value is None or now["reading"] == "date")
    if "finding" in now:
        assert now["finding"] in seen.codes("cell")
    if "note" in now:
        assert now["note"] in seen.codes("note")
    for sheet_code, count in now.get("details", {}).items():
        assert len(seen.details(sheet_code)) == count


def test_the_rows_are_whole():
    assert len(NAMES) == len(set(NAMES)) and set(NAMES) == set(builders())
    for row in ROWS:
        assert row["kind"] in KINDS and set(row["before"]) == {"fate", "what"} and row["before"]["fate"] in FATES
        assert row["now"] and set(row["now"]) <= NOW and row["trouble"].endswith((".", ")"))
        assert ("source" in row) != ("brother_of" in row) and row.get("brother_of", NAMES[0]) in NAMES


@pytest.mark.parametrize("kind", KINDS)
def test_ten_troubles_of_each_kind_from_trackers_of_their_own(kind):
    sources = [row["source"] for row in ROWS if row["kind"] == kind and "source" in row]
    assert len(set(sources)) >= 10 and all("/" in source and source.rpartition("#")[2].isdigit() for source in sources)


def test_the_page_says_what_the_rows_say():
    assert PAGE.read_text(encoding="utf-8") == page()
