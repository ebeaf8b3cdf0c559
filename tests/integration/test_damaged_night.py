"""A night with two hundred damaged files among good ones: it ends well, and says of every other unit what it says without them."""

from __future__ import annotations

import contextlib
import io
import random
from datetime import timedelta

import openpyxl
import pytest
from book_builder import kinh_phi
from hostile_files import CRASHING
from mutants import mutants
from small_country import Country, at, money_report

from khuyencong.night.nightly import run_nightly
from warehouse.address import Warehouse, connect

SEED, N_DAMAGED = 2026, 200
DAMAGED_UNIT, DAMAGED_NAME = "thanh-hoa", "Thanh Hóa"
NAMES = {"ha-noi": "Hà Nội", DAMAGED_UNIT: DAMAGED_NAME, "long-an": "Long An", "tay-ninh": "Tây Ninh"}
AS_OF = at("2025-08-31")
# Everything that a release says, less the keys that only the database gives.
CONTRIBUTIONS = """
select unit_key, budget_year, period_start, period_end, fund_code, activity_code, indicator_code, measure, project_key,
    establishment_key, line_reference, effective_from, effective_to, carried_into, place_unit_key, state, value, low, high,
    dimension_key, is_corrected, is_estimated, held_by, form_code
from release.contribution where closed_release is null and unit_key <> %s order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14"""
REPORTS = """
select unit_key, form_code, period_end, sender_role, document_no, is_owed, state, is_late, is_estimated, sha256_in_force,
    sha256_under_review
from release.report where closed_release is null and unit_key <> %s order by 1, 2, 3, 4, 5"""


def good_files(country: Country) -> None:
    """Three quarters of every province, with an error or two that rules find."""
    chance = random.Random(SEED)
    for unit, name in NAMES.items():
        for month, quarter in ((3, "2025-03"), (6, "2025-06")):
            figures = {
                activity: {"plan": 900, "contracted": 300 * month // 3, "implemented": 200 * month // 3,
                           "disbursed": chance.choice((100, 150)) * month // 3, "settled": 50 * month // 3}
                for activity in ("A1", "A3")
            }  # fmt: skip
            if unit == "tay-ninh" and month == 6:
                figures["A1"]["disbursed"] = 100_000
            received_at = at(f"2025-{month + 1:02}-10")
            country.receive(
                f"{unit}/{quarter}.xlsx", money_report(unit, name, quarter, figures, received_at), received_at, unit
            )


def damaged_files(country: Country) -> dict[str, bytes]:
    """Damaged forms of one province, and the kinds that once stopped a night, all sent at one moment."""
    sent = {f"{DAMAGED_UNIT}/{name}": data for name, data in mutants(SEED, N_DAMAGED, DAMAGED_NAME)}
    for name, (make, _) in CRASHING.items():
        sent[f"{DAMAGED_UNIT}/{name}"] = make()
    for name, header in (
        ("stale", {"budget_year": "2024"}),
        ("stale-q2", {"budget_year": "2024", "period_end": "30/06/2025"}),
    ):
        sent[f"{DAMAGED_UNIT}/{name}.xlsx"] = kinh_phi(header={"unit": DAMAGED_NAME, **header})
    received_at = at("2025-04-12") + timedelta(hours=1)
    for place, data in sent.items():
        country.receive(place, data, received_at, DAMAGED_UNIT)
    return sent


def night(country: Country, warehouse: Warehouse) -> dict[str, list[tuple]]:
    """One night; the open rows of its release of the units without damaged files, and what became of each file."""
    run_nightly(country.settings(warehouse.dsn), AS_OF, lambda: AS_OF)
    with contextlib.closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        said = {}
        for name, query in (("contributions", CONTRIBUTIONS), ("reports", REPORTS)):
            cursor.execute(query, (DAMAGED_UNIT,))
            said[name] = cursor.fetchall()
        cursor.execute(
            """select location, state, array_remove(array_agg(distinct finding_code), null),
                coalesce(bool_and(message_vi <> '' and message_en <> '' and message_vi <> message_en), true)
            from raw.receipt left join raw.finding using (receipt_key) group by location, state, receipt.receipt_key"""
        )
        said["files"] = cursor.fetchall()
        cursor.execute(
            """select r.location, s.form_code, p.sheet_name, p.column_name, p.column_letter, k.row_number,
                to_jsonb(k) ->> p.column_name
            from raw.receipt as r inner join raw.submission as s using (receipt_key)
            inner join raw.submission_column as p using (submission_key)
            inner join raw.kinh_phi as k using (submission_key, sheet_code)"""
        )
        said["cells"] = cursor.fetchall()
    return said


@pytest.fixture(scope="module")
def nights(tmp_path_factory, named_database):
    sound = Country(tmp_path_factory.mktemp("sound") / "country")
    good_files(sound)
    without = night(sound, named_database("damaged_without"))
    beside = Country(tmp_path_factory.mktemp("beside") / "country")
    good_files(beside)
    damaged = damaged_files(beside)
    return without, night(beside, named_database("damaged_beside")), damaged


@pytest.mark.long
def test_all_rows_of_other_units_are_those_of_the_release_without_damaged_files(nights):
    without, beside, damaged = nights
    assert len(damaged) > N_DAMAGED and len(without["contributions"]) > 50 and len(without["reports"]) > 5
    assert beside["contributions"] == without["contributions"]
    assert beside["reports"] == without["reports"]


@pytest.mark.long
def test_every_damaged_file_has_its_finding_or_says_what_a_person_sees_in_it(nights):
    _, beside, damaged = nights
    files = {location: (state, codes, is_told) for location, state, codes, is_told in beside["files"]}
    assert set(damaged) <= set(files)
    assert {state for state, _, _ in files.values()} <= {"read", "returned"}
    assert all(is_told for _, _, is_told in files.values())
    assert all(codes for state, codes, _ in files.values() if state == "returned")
    silent = [place for place in damaged if not files[place][1] and place.endswith("xlsx")]
    opened = {place: _shown(damaged[place]) for place in silent}
    shown = {place: book for place, book in opened.items() if book is not None}
    checked = 0
    for location, _, sheet, _, letter, row, written in beside["cells"]:
        if location in shown:
            assert _same(shown[location][sheet][f"{letter}{row}"].value, written), (location, sheet, letter, row)
            checked += 1
    assert checked > 100 and len(silent) < N_DAMAGED and len(opened) - len(shown) < len(opened) / 4


def _shown(data: bytes) -> openpyxl.Workbook | None:
    """A workbook as another program reads it; None where that one cannot, for a part that holds no figures (a theme, a picture)."""
    try:
        return openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception:  # whatever that program raises over a damaged part
        return None


def _same(value: object, written: str | None) -> bool:
    """Whether a cell as another program reads it is the text that was kept of it."""
    if value is None or not str(value).strip():
        return written is None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) == float(written)
    return str(value).strip() == (written or "").strip()
