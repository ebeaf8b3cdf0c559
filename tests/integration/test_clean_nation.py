"""The whole nation without errors: nothing is flagged, held or returned, and what is accepted is the truth."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from khuyencong.night.nightly import run_nightly
from samples.nation import write_nation
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import Settings

pytestmark = pytest.mark.long
STAGES = ("KC-E02", "KC-E04", "KC-E05", "KC-E06", "KC-E07")
FUNDS = {"KCQG": "tien-do", "KCDP-T": "kinh-phi", "KCDP-H": "kinh-phi", "KCDP-X": "kinh-phi"}
HALF_A_MILLION = Decimal(500_000)


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("clean")
    settings = Settings(home=home, database_url=None, inbox=home / "inbox")
    summary = write_nation(settings.inbox, seed=77, clean=True)
    run_nightly(settings, summary.as_of, lambda: summary.as_of)
    connection = connect(open_warehouse(settings))
    yield connection, settings.inbox
    connection.close()
    discard_warehouse(settings)


def ask(connection, sql: str) -> list[tuple]:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_no_clean_submission_is_flagged_held_or_returned(nation) -> None:
    connection, _ = nation
    assert ask(connection, "select finding_code, written from raw.finding where verdict <> 'note'") == []
    assert ask(connection, "select flag_id, explanation_en from checks.flag where closed_run is null") == []
    assert ask(connection, "select count(*) from checks.hold") == [(0,)]
    # a shadow rule may fail on clean figures: that is why it is heard by nobody yet
    spoken = "select distinct verdict from checks.chk_verdict where verdict not in ('pass', 'undecided') and severity <> 'shadow'"
    assert ask(connection, spoken) == []


def test_accepted_and_carried_money_is_the_truth(nation) -> None:
    connection, inbox = nation
    true, cells = true_money(inbox)
    accepted = {
        (str(period_end), fund, indicator): value
        for period_end, fund, indicator, value in ask(
            connection,
            """select period_end, fund_code, indicator_code, sum(value) from release.contribution
            where measure = 'ytd' and state = 'accepted' and closed_release is null group by 1, 2, 3""",
        )
    }
    assert len(true) > 60
    for key, value in true.items():
        assert abs(accepted.get(key, 0) - value) <= HALF_A_MILLION * cells[key], key


def true_money(inbox: Path) -> tuple[dict, dict]:
    """Sums of the true figures as reported, by (period_end, fund, indicator), and how many figures each has."""
    true, cells = defaultdict(Decimal), defaultdict(int)
    with (inbox / "truth" / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["indicator_code"] in STAGES and FUNDS.get(row["fund_code"]) == row["form_code"]:
                key = (row["period_end"], row["fund_code"], row["indicator_code"])
                true[key] += Decimal(row["value"])
                cells[key] += 1
    return true, cells
