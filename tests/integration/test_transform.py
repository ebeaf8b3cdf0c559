"""dbt from Python: the register's seeds when they changed, a failure with its name, nothing written to the repository."""

import contextlib
import csv
import dataclasses
import shutil

import pytest
import yaml

from khuyencong.night.transform import TransformError, run_dbt
from warehouse.address import connect
from warehouse.settings import PROJECT


@pytest.fixture
def database(empty_database):
    """One that never saw a night: here the register is loaded."""
    return empty_database


@pytest.fixture
def small(settings):
    """A dbt project with our configuration and register and one model."""
    project = settings.home / "project"
    for name in ("dbt_project.yml", "profiles.yml"):
        project.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / "dbt_project" / name, project / name)
    for name in ("macros", "register"):
        shutil.copytree(PROJECT / "dbt_project" / name, project / name)
    model = project / "models" / "staging" / "stg_small.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select unit_key from {{ ref('units') }}\n")
    return dataclasses.replace(settings, dbt_project=project, register=project / "register")


def ask(warehouse, statement):
    with contextlib.closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _models(nodes):
    """Names of the nodes that are no data tests."""
    return {node.name for node in nodes if not node.name.startswith(("not_null_", "unique_", "accepted_", "relationships_"))}


@pytest.mark.long
def test_seeds_are_loaded_when_they_changed_and_only_then(database, small, capfd):
    names = {path.stem for path in small.register.glob("*.csv")}
    seen = []
    first = run_dbt(database, small, ["staging"], seeds=True, log=seen.append)
    assert _models(first) == _models(seen) == names | {"stg_small"}
    (n_units,) = ask(database, "select count(*) from staging.stg_small")[0]
    assert n_units > 90
    assert ask(database, "select gso_code from register.unit_codes where unit_key = 'ha-noi' order by 1")[0] == ("01",)

    assert [node.name for node in run_dbt(database, small, ["staging"], seeds=True)] == ["stg_small"]

    with open(small.register / "units.csv", "a", encoding="utf-8") as file:
        file.write("thu-nghiem,province,Thử nghiệm,Trial,thu nghiem,2026-01-01,,,\n")
    again = run_dbt(database, small, ["staging"], seeds=True)
    assert _models(again) == names | {"stg_small"}
    assert ask(database, "select count(*), count(valid_to) < count(*) from staging.stg_small join register.units using"
                         " (unit_key)") == [(n_units + 1, True)]  # fmt: skip
    assert capfd.readouterr().out == "", "standard output belongs to the caller"


def test_a_failing_node_is_named_with_its_sentence(database, small):
    bad = small.dbt_project / "models" / "staging" / "stg_bad.sql"
    bad.write_text("select 1 / 0 as ratio\n")
    with pytest.raises(TransformError, match=r"stg_bad: .*division by zero"):
        run_dbt(database, small, ["staging"], seeds=True)


def test_a_selection_of_nothing_is_a_mistake(database, small):
    with pytest.raises(TransformError, match="No dbt model is selected by nowhere"):
        run_dbt(database, small, ["nowhere"])


def test_artefacts_stand_in_the_home(database, small):
    before = set(small.dbt_project.iterdir())
    run_dbt(database, small, ["staging"], seeds=True)
    assert set(small.dbt_project.iterdir()) == before
    assert (small.home / "dbt" / "target").is_dir()


def test_every_register_column_has_a_type():
    project = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    typed = set(project["seeds"]["khuyencong"]["+column_types"])
    headers = set()
    for path in (PROJECT / "dbt_project" / "register").glob("*.csv"):
        with open(path, encoding="utf-8", newline="") as file:
            headers |= set(next(csv.reader(file)))
    assert headers - typed == set(), "add these to dbt_project.yml"
    assert typed - headers == set(), "these name no column any more"
