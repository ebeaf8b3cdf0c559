"""`kc status` lists exactly what was planted: late, missing or returned, nil and vanished; the marts measure the same, and
`kc diff` names exactly the cells in which two versions differ."""

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from khuyencong.desk.status import status
from khuyencong.figures.difference import diff
from khuyencong.night.nightly import run_nightly
from samples.nation import write_nation
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import Settings

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """(connection, as_of, rows of truth/errors.csv, forms that were sent) of the nation with planted errors after one night."""
    home = tmp_path_factory.mktemp("planted")
    settings = Settings(home=home, database_url=None, inbox=home / "inbox")
    summary = write_nation(settings.inbox, seed=2025)
    run_nightly(settings, summary.as_of, lambda: summary.as_of)
    with (settings.inbox / "truth" / "errors.csv").open(encoding="utf-8", newline="") as file:
        errors = list(csv.DictReader(file))
    connection = connect(open_warehouse(settings))
    yield connection, summary.as_of, errors, set(summary.by_form)
    connection.close()
    discard_warehouse(settings)


def key(row: dict) -> tuple[str, str, str]:
    return row["unit_key"], row.get("form_code") or row["form"], row["period_end"]


def of(errors: list[dict], *kinds: str) -> list[dict]:
    found = [row for row in errors if row["kind"] in kinds]
    assert {row["kind"] for row in found} == set(kinds), "each kind is planted"
    return found


def test_status_lists_exactly_the_planted(planted) -> None:
    connection, as_of, errors, forms = planted
    said = status(connection, as_of)
    late = {key(row): row for row in said["late"] if row["form"] in forms}

    came = {k: row for k, row in late.items() if row["state"] in ("in_force", "nil")}
    sent = {key(row): datetime.fromisoformat(row["planted_written"]) for row in of(errors, "late")}
    sent_late = {k: moment.date() for k, moment in sent.items() if moment <= as_of}
    assert set(came) == set(sent_late)
    for k, row in came.items():
        assert row["days_late"] == (sent_late[k] - date.fromisoformat(row["due_date"])).days > 0

    never = {key(row) for row in of(errors, "missing", "missing_tien_do")} | (set(sent) - set(sent_late))
    back = {key(row) for row in errors if row["expected"] == "return"}
    assert {k for k, row in late.items() if k not in came} == never | back
    returned = {key(row) for row in of(errors, "wrong_version")}
    assert {k for k, row in late.items() if row["state"] == "returned"} == returned

    assert {key(row) for row in said["nil"]} == {key(row) for row in of(errors, "nil_report")}
    lost = {(*key(row), row["true_written"]) for row in of(errors, "vanished_project")}
    assert {(*key(row), row["project_key"]) for row in said["vanished_projects"]} == lost
    assert all(row["flag_id"] for row in said["vanished_projects"]), "each is flagged"


def test_the_marts_measure_what_status_lists(planted) -> None:
    connection, as_of, errors, forms = planted
    late = status(connection, as_of)["late"]
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select unit_key, form_code, period_end::text, days_late from marts.mart_reporting
            where n_late = 1 and n_owed = n_reported + n_missing and timeliness_pct = 0"""
        )
        assert {row[:3]: row[3] for row in cursor} == {key(row): row["days_late"] for row in late}
        cursor.execute(
            """select coalesce(sum(n_on_time), 0), sum(n_nil), sum(n_returned), 100.0 * sum(n_reported) / sum(n_owed)
            from marts.mart_reporting where form_code = any(%s)""",
            (sorted(forms),),
        )
        on_time, nil, returned, completeness = cursor.fetchone()
        assert (nil, returned) == (len(of(errors, "nil_report")), len(of(errors, "wrong_version")))
        cursor.execute(
            """select sum(n_on_time), 100.0 * sum(n_reported) / sum(n_owed), min(timeliness_pct), max(completeness_pct)
            from marts.mart_coverage where group_key = 'viet-nam' and form_code = any(%s)""",
            (sorted(forms),),
        )
        assert cursor.fetchone()[:2] == (on_time, completeness)


def test_diff_names_exactly_the_planted_cells(planted) -> None:
    connection, _, errors, _ = planted
    pairs: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for row in of(errors, "revision", "worse_revision", "a_b_a"):
        path = Path(row["path"])
        plain = path.with_stem(path.stem.removesuffix("-v2"))
        pairs.setdefault((str(plain), str(plain.with_stem(f"{plain.stem}-v2"))), set()).add((row["sheet"], row["cell"]))
    for (before, after), cells in pairs.items():
        (pair,) = diff(connection, before, after)["pairs"]
        assert {(cell["sheet"], cell["cell"]) for cell in pair["cells"]} == cells, after
        assert pair["lines_added"] == pair["lines_removed"] == []
        assert pair["after"]["replaces_submission_key"] == pair["before"]["submission_key"]
        assert all(cell["difference"] for cell in pair["cells"])
        moved = {row["indicator_code"]: row["moves_by"] for row in pair["national"]}
        assert pair["is_material"] == bool(moved)


def test_no_figure_in_a_wrong_unit_is_accepted(planted) -> None:
    """Whatever is a thousand times too large or too small is held, whichever column it stands in."""
    connection, _, errors, _ = planted
    wrong = {(row["path"], row["sheet"], row["cell"]) for row in of(errors, "unit_cell", "unit_block", "unit_file") if row["cell"]}
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select receipt.location, figure.sheet_name, figure.cell_address, cell.cell_state
            from facts.fct_cell_state as cell
            inner join staging.stg_figure as figure using (submission_key, sheet_code, row_number, column_name)
            inner join raw.submission using (submission_key)
            inner join raw.receipt using (receipt_key)"""
        )
        state = {(location, sheet, cell): cell_state for location, sheet, cell, cell_state in cursor}
    states = [state.get(place) for place in wrong]
    assert states.count("held") > 300 and "accepted" not in states
