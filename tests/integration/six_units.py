"""A nation of six units, small enough that every number of every mart is worked out by hand: its register, its files, its nights.

What was sent stands in six_units/sent.yml, what must be read in the tables beside it, with the working.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from book_builder import FORMS, make_book
from raw_builder import month_end
from six_tables import Row
from small_country import Country, activity_names, at

from khuyencong.chase.chase import chase_settings
from khuyencong.flags.queue import list_flags
from khuyencong.night.nightly import run_nightly
from khuyencong.release.final import sign
from khuyencong.review.decisions import decide
from warehouse.address import connect
from warehouse.opening import open_warehouse
from warehouse.settings import Settings

Rows = dict[tuple[str, ...], Row]
HERE = Path(__file__).parent / "six_units"
UNITS = ("ha-noi", "thanh-hoa", "long-an", "tay-ninh", "tay-ninh-2025", "trung-uong")
CLOSED, SUCCESSOR = ("long-an", "tay-ninh"), "tay-ninh-2025"
GROUPS = ("viet-nam", "phia-bac", "mien-trung-tay-nguyen", "phia-nam")
NAMES = {
    "ha-noi": "Hà Nội", "thanh-hoa": "Thanh Hóa", "long-an": "Long An", "tay-ninh": "Tây Ninh", "tay-ninh-2025": "Tây Ninh",
    "trung-uong": "Cục Công Thương địa phương",
}  # fmt: skip
ROLES = {"trung-uong": "Cục Công Thương địa phương"}
LEFT_BLANK = ("giao-ke-hoach", "tien-do", "thu-huong")  # elsewhere a column that is not named does not apply
DOES_NOT_APPLY = "x"
# The few figures that this nation stores; what else the forms ask for is marked as not applying.
STORED = {
    ("KC-P01", "KCQG"), ("KC-E05", "KCQG"), ("KC-P02", "KCDP-T"), ("KC-E05", "KCDP-T"), ("KC-A1-01", "KCDP"),
    ("KC-A9-02", "KCDP"), ("KC-A3-04", "KCDP"), ("KC-B01", "KCDP-T"),
}  # fmt: skip

# Of its register alone: growth is marked at numbers that a small nation reaches.
PARAMETERS = {"growth_most_times": {"parameter_value": "1.56"}}


def found(home: Path) -> Country:
    """The folders of the nation: six units of the register, three periods of its calendar, eight figures."""
    country = Country(home, units=UNITS + GROUPS)
    country.edit("indicator_sources", lambda row: row if (row["indicator_code"], row["fund_code"]) in STORED else None)
    (country.register / "calendar.csv").write_text((HERE / "calendar.csv").read_text(encoding="utf-8"), encoding="utf-8")
    country.edit("parameters", lambda row: row | PARAMETERS.get(row["parameter_code"], {}))
    return country


def live(country: Country, settings: Settings) -> list[dict[str, Any]]:
    """Every night of sent.yml, with the decisions and mails before it; the documents of the nights."""
    story = yaml.safe_load((HERE / "sent.yml").read_text(encoding="utf-8"))
    documents = []
    for night in story["nights"]:
        for file in night["files"]:
            send(country, file)
        for word in night.get("decisions", ()):
            say(settings, word, at(night["decided"]))
        as_of = at(night["as_of"])
        documents.append(run_nightly(settings, as_of, lambda as_of=as_of: as_of))
        if "signed" in night:
            _sign(settings, night["signed"])
        for moment in night.get("chased", ()):
            chase_settings(settings, at(moment))
            _take_mail(settings)
    return documents


def send(country: Country, file: dict[str, Any]) -> None:
    """Lay one workbook of sent.yml into the inbox."""
    unit, part = file["unit"], file.get("part", file.get("header", {}).get("document_no", "")[:2])
    form = FORMS[file["form"]]
    header = {"unit": NAMES[unit], "sender_role": ROLES.get(unit, "Sở Công Thương"), **_period(file), **file.get("header", {})}
    lines = {
        sheet.sheet_code: [_line(form.form_code, sheet, line) for line in file.get(sheet.sheet_code, [])]
        for sheet in form.sheets
    }
    if form.form_code == "kinh-phi":
        lines["projects"] = [_line(form.form_code, form.sheets[1], {"indicator": "KC-P07"})]
    place = "/".join((file.get("folder", unit), f"{form.form_code}-{unit}-{header['period_end'].replace('/', '-')}{part}.xlsx"))
    country.receive(place, make_book(form, lines, header), _moment(file["received"]), f"bao-cao@{unit}.example")


def _moment(written: Any) -> datetime:
    return at(f"{written}T09:00")


def _period(file: dict[str, Any]) -> dict[str, str]:
    """The cells of a period that is named by its last month: from 1 January to the month-end."""
    if "period" not in file:
        return {}
    end = month_end(*(int(part) for part in file["period"].split("-")))
    return {"period_start": f"01/01/{end.year}", "period_end": f"{end:%d/%m/%Y}"}


def _line(form_code: str, sheet: Any, line: dict[str, Any]) -> dict[str, object]:
    """A line with its codes as words, and with x in the quantity columns that it does not name."""
    cells = {} if form_code in LEFT_BLANK else {column.name: DOES_NOT_APPLY for column in sheet.columns if column.is_quantity}
    cells |= line
    if "activity" in line:
        cells["activity"] = activity_names()[line["activity"]]
    if "indicator" in line:
        cells |= {"indicator_code": line["indicator"], "indicator": line["indicator"]}
    return cells


def _sign(settings: Settings, word: dict[str, Any]) -> None:
    """A month is made final."""
    end = month_end(*(int(part) for part in word["month"].split("-")))
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        sign(connection, "finalise", end.year, end, word["reason"], at(word["at"]))


def _take_mail(settings: Settings) -> None:
    """What a mail server would do: everything that was written is sent."""
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update outbox.mail set sent_at = written_at where sent_at is null")


def say(settings: Settings, word: dict[str, Any], decided_at: datetime) -> None:
    """A reviewer's word on the one open blocking flag of a unit's report."""
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        flags = list_flags(connection, unit=word["unit"], period=word["period"], severity="block")
        (flag,) = (f for f in flags if f["form_code"] == word["form"] and word.get("about", "") in f["explanation_en"])
        value = Decimal(word["value"]) if "value" in word else None
        decide(connection, flag["flag_id"], word["word"], word["reason"], value, decided_at=decided_at)


def on_maps(as_reported: Rows, merged: Rows) -> dict[str, Rows]:
    """What each of three maps must show: {geography: rows}. `merged` are rows of the successor on the map of its first day."""
    before = {
        (*key[:-1], f"not-apportionable:{SUCCESSOR}" if key[-1] == SUCCESSOR else key[-1]): row for key, row in as_reported.items()
    }
    after = {key: row for key, row in as_reported.items() if key[-1] not in CLOSED} | merged
    return {"as-reported": as_reported, "2025-06-30": before, "2025-07-01": after}
