"""The plan of the house (docs/house.md) where import-linter cannot see: dags/, the engine's standard library, lengths, answers."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from kc.house_page import HOUSES, QUESTIONS
from warehouse.settings import PROJECT

MAY_BE_LONG = 200
LARGEST_FILE = 1_000_000
# Modules above 200 lines, with their lines. The list may only shrink.
LONG = {
    "ingestion/readers/narrative/naming.py": 234,
    "ingestion/readers/narrative/scanner.py": 223,
    "ingestion/reading/pool.py": 204,
    "ingestion/written/quantities.py": 216,
    "samples/model.py": 261,
}


def imported(path):
    """The top packages that a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def modules():
    return [path for house in HOUSES for path in sorted((PROJECT / house).rglob("*.py"))]


def test_dags_import_stations_and_airflow_and_nothing_that_prints():
    for path in (PROJECT / "dags").glob("*.py"):
        ours = {name.partition(".")[0] for name in imported(path)} & {*HOUSES}
        assert ours <= {"khuyencong", "ingestion", "warehouse"}, path.name
        assert "kc" not in ours


def test_the_engine_needs_the_standard_library_and_intervals_only():
    for path in (PROJECT / "expectations" / "reconciliation").glob("*.py"):
        for name in imported(path):
            is_own = name.startswith("expectations.reconciliation") or name == "ingestion.written.intervals"
            assert is_own or name.partition(".")[0] in sys.stdlib_module_names, (path.name, name)


def test_what_intervals_stand_on_is_the_standard_library():
    assert {name.partition(".")[0] for name in imported(PROJECT / "ingestion" / "written" / "intervals.py")} <= {
        *sys.stdlib_module_names
    }


def test_long_modules_become_fewer():
    lines = {str(path.relative_to(PROJECT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    long = {name: count for name, count in lines.items() if count > MAY_BE_LONG}
    assert long.keys() == LONG.keys()
    assert all(count <= LONG[name] for name, count in long.items()), long


def test_each_model_has_a_yml_of_its_own():
    models = PROJECT / "dbt_project" / "models"
    without = [path.name for path in models.rglob("*.sql") if not path.with_suffix(".yml").exists()]
    assert not without
    alone = {path.name for path in models.rglob("*.yml") if not path.with_suffix(".sql").exists()}
    seeds = {path.name for path in (models / "register").glob("*.yml")}  # the register's, which any programme's files are
    assert alone == {"sources.yml", *seeds}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_by_its_path(question):
    path, word = QUESTIONS[question]
    assert re.search(re.escape(word), (PROJECT / path).read_text(encoding="utf-8"))


def test_no_two_files_of_tests_have_one_name():
    names = [path.name for path in (PROJECT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)


def test_no_file_is_larger_than_what_people_wrote():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this tree is no clone")
    files = [PROJECT / name for name in listed.stdout.split("\0") if name]
    assert len(files) > 500
    assert not [path.name for path in files if path.is_file() and path.stat().st_size > LARGEST_FILE]
