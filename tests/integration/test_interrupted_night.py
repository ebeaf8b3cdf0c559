"""A night that was cut off in the middle of judging again, and went on: it comes to what an undisturbed one comes to."""

import contextlib

import pytest
from small_country import Country, at, money_report

from khuyencong.night import stations
from khuyencong.night.nightly import close_run, open_run, run_nightly, run_one_station
from khuyencong.night.record import build_and_record
from khuyencong.night.stations import STATIONS
from warehouse.address import connect
from warehouse.opening import open_warehouse

FAILED = "select rule_id, scope_key from checks.chk_verdict where verdict = 'fail' order by 1, 2"
FLAGGED = "select flag_id from checks.flag where closed_run is null order by 1"
HELD = "select rule_id, column_name, row_number from checks.hold inner join release.tonight using (run_key) order by 1, 2, 3"
MOMENT = at("2025-08-01")
GOOD = {"plan": 100, "contracted": 50, "implemented": 40, "disbursed": 30, "settled": 20}


class Cut(Exception):
    pass


def write(country):
    """Hà Nội's first quarter is ten times too high in one activity, so that its second seems to fall behind it."""
    reports = {
        "2025-03": ({"A1": GOOD | {"disbursed": 300}, "A3": GOOD}, {"disbursed": 60}),
        "2025-06": ({"A1": GOOD | {"disbursed": 35}, "A3": GOOD | {"disbursed": 36}}, None),
    }
    for quarter, (figures, totals) in reports.items():
        received = at("2025-07-20")
        data = money_report("ha-noi", "Hà Nội", quarter, figures, received, totals=totals)
        country.receive(f"ha-noi/kinh-phi-{quarter}.xlsx", data, received, "ha-noi")


@pytest.mark.long
def test_a_station_that_was_cut_off_while_judging_again_judges_from_the_beginning(
    named_database, tmp_path, monkeypatch
):
    country = Country(tmp_path)
    write(country)
    whole = country.settings(named_database("whole").dsn)
    undisturbed = run_nightly(whole, MOMENT, lambda: MOMENT)

    cut = country.settings(named_database("cut_off").dsn)
    run_key = open_run(cut, MOMENT, MOMENT, "scheduled__1")
    names = [name for name, _ in STATIONS]
    before, after = names[: names.index("reconcile")], names[names.index("reconcile") + 1 :]
    for name in before:
        run_one_station(cut, run_key, name, MOMENT)
    with monkeypatch.context() as patched:
        patched.setattr(stations, "build_and_record", half)
        with pytest.raises(Cut):
            run_one_station(cut, run_key, "reconcile", MOMENT)
    for name in ("reconcile", *after):
        run_one_station(cut, run_key, name, MOMENT)
    assert close_run(cut, run_key, MOMENT)["release_hash"] == undisturbed["release_hash"]
    for query in (FAILED, FLAGGED, HELD):
        found = ask(whole, query)
        assert found and ask(cut, query) == found


def ask(settings, query):
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def half(night, select, **options):
    """What a kill leaves: the tables that say what stands and what is held are new, the verdicts are old."""
    if select != ["checks"]:
        return build_and_record(night, select, **options)
    build_and_record(night, ["chk_standing", "chk_disputed"])
    raise Cut
