"""`kc reconcile` itself: the published problems through the command, and a record as large as it takes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner
from worked_cases import problem_of, worked

from expectations.reconciliation.problem import reconcile
from kc import app

KC = Path(sys.executable).parent / "kc"
FILES = (
    "banff_errorloc_small", "editrules_localisation", "errorlocate_localisation", "deducorrect_sign_options",
    "deductive_correct_typos", "scholtus2008_cumulation", "scholtus2008_sign_errors", "scholtus2008_unit_and_rounding",
    "scholtus2009_typos",
)  # fmt: skip
FIGURES, COLUMNS, LINES = 200, 8, 25


@pytest.mark.parametrize("name", FILES)
def test_published_problems_through_the_command(tmp_path: Path, name: str) -> None:
    """What the other tests compare with the published answers is what the command prints."""
    n_records = 0
    for number, case in enumerate(worked(name)["cases"]):
        if "rules" not in case or not (case.get("record") or case.get("records")):
            continue
        problem = problem_of(case)
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(problem), encoding="utf-8")
        done = CliRunner().invoke(app, ["reconcile", str(file)])
        assert done.exit_code == 0, f"{case['id']}: {done.output}"
        answer = json.loads(done.stdout)
        assert answer == json.loads(json.dumps(reconcile(problem)))
        assert not any(record["gave_up"] for record in answer["records"])
        n_records += len(answer["records"])
    assert n_records > 0


def test_the_command_prints_one_document_and_refuses_with_a_reason(tmp_path: Path) -> None:
    def run(problem: object) -> tuple[int, str, str]:
        file = tmp_path / "problem.json"
        file.write_text(json.dumps(problem), encoding="utf-8")
        done = subprocess.run([str(KC), "reconcile", str(file)], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    code, out, error = run({"rules": ["a + b == t"], "records": [{"id": "r1", "values": {"a": 1, "b": 2, "t": 4}}]})
    assert (code, error) == (0, "")
    assert json.loads(out)["records"][0]["minimal_sets"] == [["a"], ["b"], ["t"]]
    code, out, error = run({"rules": ["a >= 2", "a <= 1"], "records": []})
    assert (code, out) == (3, "") and "a >= 2; a <= 1" in error


def _large_record(rng: random.Random, n_errors: int) -> tuple[dict, set[str]]:
    """A form of 25 lines and eight columns, each column at most the one before and all adding up; the errors in lines apart."""
    lines = range(1, LINES)
    values: dict[str, int] = {}
    for line in lines:
        amount = float(rng.randrange(10_000, 90_000))
        for column in range(COLUMNS):
            values[f"c{column}_{line}"] = round(amount)
            amount *= rng.uniform(0.7, 0.95)
    for column in range(COLUMNS):
        values[f"c{column}_total"] = sum(values[f"c{column}_{line}"] for line in lines)
    rules = [" + ".join(f"c{column}_{line}" for line in lines) + f" == c{column}_total" for column in range(COLUMNS)]
    rules += [
        f"c{column + 1}_{line} <= c{column}_{line}" for line in (*lines, "total") for column in range(COLUMNS - 1)
    ]
    wrong = {f"c{rng.randrange(COLUMNS)}_{line}" for line in rng.sample(list(lines), n_errors)}
    for name in wrong:
        values[name] *= 1000
    return {"rules": rules, "records": [{"id": 1, "values": values}]}, wrong


@pytest.mark.parametrize("n_errors", [1, 2, 3])
def test_a_record_of_200_figures_is_answered_within_budget(tmp_path: Path, n_errors: int) -> None:
    problem, wrong = _large_record(random.Random(n_errors), n_errors)
    assert len(problem["records"][0]["values"]) == FIGURES
    file = tmp_path / "large.json"
    file.write_text(json.dumps(problem), encoding="utf-8")
    started = time.process_time()
    done = CliRunner().invoke(app, ["reconcile", str(file)])
    seconds = time.process_time() - started
    (answer,) = json.loads(done.stdout)["records"]
    assert answer["gave_up"] is False and answer["objective"] == n_errors
    assert wrong in [set(cells) for cells in answer["minimal_sets"]]
    assert seconds < 20, f"{seconds:.1f} s"
