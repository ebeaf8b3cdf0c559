"""fct_run is true at any moment: of a whole night, one that failed, one that was tried again, one that was cut off; and the log."""

import contextlib
import json
import shutil
from datetime import timedelta

import pytest
import yaml
from nation_slice import AS_OF

from khuyencong.night.night import StationCount
from khuyencong.night.record import begin_station, build_and_record
from khuyencong.night.runs import finish_night, start_night
from khuyencong.night.station_runs import run_station
from khuyencong.night.stations import STATIONS
from khuyencong.night.transform import TransformError
from khuyencong.night.turn import only_night
from warehouse.address import connect
from warehouse.opening import open_warehouse
from warehouse.settings import PROJECT

COUNTED = ("seconds", "rows_in", "rows_out")


def ask(connection, query, *values):
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def lines_of(settings):
    text = (settings.home / "logs" / "nightly.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        yield connection


@pytest.fixture
def small(settings):
    """A dbt project with one model that can fail and the two views of nights, in a home of this test."""
    project = settings.home / "project"
    (project / "models" / "facts").mkdir(parents=True)
    (project / "models" / "staging").mkdir()
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / "dbt_project" / name, project / name)
    shutil.copytree(PROJECT / "dbt_project" / "macros", project / "macros")
    for name in ("staging/sources.yml", "facts/fct_run.sql", "facts/fct_run_node.sql"):
        shutil.copy(PROJECT / "dbt_project" / "models" / name, project / "models" / name)
    for name in ("fct_run", "fct_run_node"):
        known = yaml.safe_load((PROJECT / f"dbt_project/models/facts/{name}.yml").read_text(encoding="utf-8"))
        models = [{**model, "data_tests": []} for model in known["models"]]
        (project / f"models/facts/{name}.yml").write_text(yaml.safe_dump({"version": 2, "models": models}, allow_unicode=True))
    (project / "models/staging/stg_good.sql").write_text("select 1 as one\n")
    return settings.__class__(home=settings.home, database_url=settings.database_url, inbox=None, dbt_project=project)


def test_the_log_of_a_night_says_what_fct_run_says(slice_installed):
    settings, night = slice_installed
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        rows = ask(connection, "select * from facts.fct_run where run_key = %s order by position", night["run"])
        nodes = ask(connection, "select station, node from facts.fct_run_node where run_key = %s", night["run"])
        [of_night] = ask(connection, "select * from marts.mart_night where run_key = %s", night["run"])
    lines = [line for line in lines_of(settings) if line["run"] == night["run"]]
    assert [line["event"] for line in (lines[0], lines[-1])] == ["night_began", "night_done"]
    assert {line["level"] for line in lines} <= {"info", "warning"}

    names = [name for name, _ in STATIONS]
    assert [row["station"] for row in rows] == names
    assert [line["station"] for line in lines if line["event"] == "station_began"] == names
    done = {line["station"]: line for line in lines if line["event"] == "station_done"}
    for row in rows:
        counts = {name: float(row[name]) for name in COUNTED}
        assert {name: done[row["station"]][name] for name in COUNTED} == counts
        assert {name: night["stations"][row["station"]][name] for name in COUNTED} == counts
        assert (row["run_state"], row["state"], row["n_tries"], row["failed_reason"]) == ("done", "done", 1, None)
        assert row["finished_at"] - row["started_at"] <= timedelta(seconds=float(row["seconds"]) + 1)
        in_log = [line["node"] for line in lines if line["event"] == "node_done" and line["station"] == row["station"]]
        assert sorted(in_log) == sorted(node["node"] for node in nodes if node["station"] == row["station"])
        assert row["n_nodes"] == len(in_log)
    n_nodes = {row["station"]: row["n_nodes"] for row in rows}
    assert all(n_nodes[name] > 10 for name in ("build", "facts", "marts"))
    assert not any(n_nodes[name] for name in ("land", "read", "door", "release"))
    assert (of_night["state"], of_night["n_stations"], of_night["n_tries"]) == ("done", len(names), len(names))
    assert of_night["seconds"] == sum(row["seconds"] for row in rows)


def test_a_failed_station_leaves_its_sentence_its_nodes_and_the_try_after_it(database, connection, small):
    bad = "select 1 / (select count(*) from release.repaired) as ratio\n"
    (small.dbt_project / "models" / "staging" / "stg_bad.sql").write_text(bad)
    with connection, connection.cursor() as cursor:
        cursor.execute("create table release.repaired (one integer)")
    night = start_night(small, database, connection, AS_OF, AS_OF)

    def work(night):
        return StationCount(1, len(build_and_record(night, ["staging", "facts"])))

    with only_night(database), pytest.raises(TransformError, match="division by zero"):
        run_station(night, "land", 1, work)
    [row] = ask(connection, "select * from facts.fct_run")
    assert (row["run_state"], row["failed_station"], row["state"], row["n_tries"]) == ("failed", "land", "failed", 1)
    assert "stg_bad" in row["failed_reason"] and "division by zero" in row["failed_reason"]
    assert row["seconds"] > 0 and row["rows_in"] is None
    assert (row["n_nodes"], row["n_failed_nodes"]) == (4, 1)
    nodes = {node["node"]: node for node in ask(connection, "select * from facts.fct_run_node")}
    assert {name: node["status"] for name, node in nodes.items()} == {
        "stg_bad": "error", "stg_good": "success", "fct_run": "success", "fct_run_node": "success"
    }  # fmt: skip
    assert "division by zero" in nodes["stg_bad"]["message"]

    with connection, connection.cursor() as cursor:
        cursor.execute("insert into release.repaired values (1)")
    with only_night(database):
        run_station(night, "land", 1, work)
        assert ask(connection, "select run_state from facts.fct_run") == [{"run_state": "running"}]
        finish_night(night, AS_OF, is_whole=False)
    [row] = ask(connection, "select * from facts.fct_run")
    assert (row["run_state"], row["failed_station"], row["state"], row["n_tries"]) == ("done", None, "done", 2)
    assert "division by zero" in row["failed_reason"], "what the failed try said stays"
    assert (row["rows_in"], row["rows_out"], row["n_nodes"]) == (1, 4, 8)
    assert ask(connection, "select node from facts.fct_run_node where try_number = 2 and status <> 'success'") == []

    # A station whose process is gone holds no lock; one that works does; a second night is refused meanwhile.
    begin_station(night, "facts", 2)
    states = "select run_state, state from facts.fct_run where station = 'facts'"
    with only_night(database):
        assert ask(connection, states) == [{"run_state": "running", "state": "running"}]
        with pytest.raises(RuntimeError, match="Another night is running"), only_night(database):
            pass
    assert ask(connection, states) == [{"run_state": "interrupted", "state": "interrupted"}]

    # Nodes go when a night starts that is more than run_node_days later; the stations stay.
    start_night(small, database, connection, AS_OF, AS_OF + timedelta(days=400))
    assert ask(connection, "select count(*) as n from release.run_node") == [{"n": 8}]
    start_night(small, database, connection, AS_OF, AS_OF + timedelta(days=401))
    assert ask(connection, "select count(*) as n from release.run_node") == [{"n": 0}]
    assert ask(connection, "select station, n_nodes from facts.fct_run where station = 'land'") == [
        {"station": "land", "n_nodes": 0}
    ]
