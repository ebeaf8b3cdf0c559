"""Both DAGs by `airflow dags test`, from files to a release; it has the hash of `kc nightly` on the same files elsewhere."""

import contextlib
import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from khuyencong.night.stations import STATIONS
from samples.nation import write_nation
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PERIOD, AS_OF = "2025-03", "2025-04-30"  # the same moment: reports of a quarter are due until the month after ends
FORMS = {"giao-ke-hoach", "tien-do", "kinh-phi"}


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nation")
    write_nation(folder, seed=2025, until=date(2025, 3, 31), forms=FORMS)
    return folder


def fill_inboxes(nation, home):
    """A slice of the nation into the two inboxes of a home: the central decisions and four units with planted errors
    that end in a flag, and one such unit apart. Returns the number of files in each.
    """
    manifest = read_csv(nation / "manifest.csv")
    central = sorted({path.parent.name for path in nation.glob("*/giao-ke-hoach*")})
    wrong = dict.fromkeys(row["unit_key"] for row in read_csv(nation / "truth/errors.csv") if row["expected"] == "flag")
    others = [unit for unit in wrong if unit not in central]
    counts = []
    for folder, chosen in ((home / "samples", [*central, *others[:4]]), (home / "samples" / "published", others[4:5])):
        rows = [row for row in manifest if row["path"].split("/")[0] in chosen]
        for unit in chosen:
            shutil.copytree(nation / unit, folder / unit)
        with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        counts.append(len(rows))
    return counts


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def installation(tmp_path):
    """Makes settings with a home of their own; its server is stopped and removed afterwards."""
    made = []

    def make(name):
        made.append(Settings(home=tmp_path / name, database_url=None, inbox=None))
        return made[-1]

    yield make
    for settings in made:
        discard_warehouse(settings)


def run(*command, home, **environment):
    """Run a program of this environment on a home; its standard output. A failure shows what it wrote last."""
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        env={**os.environ, "KC_HOME": str(home), "PATH": f"{BIN}:{os.environ['PATH']}", **environment},
        cwd=PROJECT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    # `dags test` says every second that a task waits for its next try.
    told = "\n".join(line for line in f"{done.stdout}\n{done.stderr}".splitlines() if "No tasks to run" not in line)
    assert done.returncode == 0, f"{command}\n{told[-8000:]}"
    return done.stdout


def fetch(settings, query):
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_both_dags_run_to_the_release_of_kc_nightly(nation, installation, tmp_path):
    by_dag, by_hand = installation("by dag"), installation("by hand")
    in_samples, in_published = fill_inboxes(nation, by_dag.home)
    fill_inboxes(nation, by_hand.home)
    airflow = {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path / 'airflow.db'}",
    }
    run("airflow", "db", "migrate", home=by_dag.home, **airflow)

    run("airflow", "dags", "test", "pull_submissions", home=by_dag.home, **airflow)
    receipts = dict(fetch(by_dag, "select source_code, count(*) from raw.receipt group by source_code"))
    assert receipts == {"samples": in_samples, "published": in_published}

    run("airflow", "dags", "test", "nightly_rollup", "-c", json.dumps({"period": PERIOD}), home=by_dag.home, **airflow)
    [(run_key, state, release_number, release_hash)] = fetch(
        by_dag, "select run_key, state, release_number, release_hash from release.run"
    )
    assert (state, release_number) == ("done", 1) and release_hash
    stations = fetch(by_dag, f"select station from release.run_station where run_key = {run_key} order by position")
    assert [name for (name,) in stations] == [name for name, _ in STATIONS]
    assert fetch(by_dag, "select count(*) from raw.receipt")[0][0] == in_samples + in_published

    night = json.loads(run("kc", "nightly", "--as-of", AS_OF, "--json", home=by_hand.home))
    assert night["release_hash"] == release_hash
    assert night["stations"]["read"]["rows_out"] > 0 and night["stations"]["reconcile"]["rows_out"] > 0
