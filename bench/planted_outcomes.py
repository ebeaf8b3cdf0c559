"""What became of planted errors that no flag is expected for: files sent back, late, lost, sent twice, revised, nil."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.planted_truth import Planted
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


SHOULD = {
    "late": "the report counts as late",
    "missing": "the report counts as missing",
    "missing_tien_do": "the report counts as missing",
    "sent_twice": "the second file opens nothing",
    "revision": "the first file is superseded, the second in force",
    "worse_revision": "the second file is under review",
    "a_b_a": "the second file is superseded, the third in force",
    "wrong_sheet_name": "in force",
    "merged_header": "in force",
    "inserted_rows": "in force",
    "vanished_project": "the project's figures count as missing",
    "nil_report": "a nil report",
    "missing_in_treasury": "an undecided verdict: no counterpart",
}
RETURNED = "sent back"


@dataclass(frozen=True)
class States:
    """Of a night: file → its state (returned, in_force, …; nothing for one that opened no submission), report → state and
    lateness, and the (unit, period, project) whose figures count as missing, the (period, project) without a counterpart."""

    of_file: dict[str, str]
    of_report: dict[tuple[str, str, str], tuple[str, bool]]
    missing_projects: set[tuple[str, str, str]]
    without_counterpart: set[tuple[str, str]]


def read_states(cursor: Cursor) -> States:
    """The states after a whole night."""
    cursor.execute(
        read_statement(__package__, "states_of_files")
    )
    of_file = {"/".join(location.split("/")[-2:]): state or "nothing" for location, state in cursor}
    cursor.execute("select unit_key, form_code, period_end, state, is_late from release.open_report")
    of_report = {(unit, form, str(end)): (state, is_late) for unit, form, end, state, is_late in cursor}
    cursor.execute(
        """select distinct unit_key, period_end, project_key from release.open_contribution
        where state = 'missing' and project_key <> ''"""
    )
    missing = {(unit, str(end), project) for unit, end, project in cursor}
    cursor.execute(
        """select distinct period_end, project_key from checks.chk_verdict
        where verdict = 'undecided' and reason = 'missing_counterpart'"""
    )
    return States(of_file, of_report, missing, {(str(end), project) for end, project in cursor})


def is_as_expected(error: Planted, states: States) -> bool:
    """Whether the night made of a planted error what it should."""
    if error.expected == "return":
        return states.of_file.get(error.path) == "returned"
    state, is_late = states.of_report.get(error.report, ("", False))
    stem, _, extension = error.path.rpartition(".")
    found: dict[str, Callable[[], bool]] = {
        "late": lambda: is_late,
        "missing": lambda: state == "missing",
        "missing_tien_do": lambda: state == "missing",
        "sent_twice": lambda: states.of_file.get(error.path) == "nothing",
        "revision": lambda: _are(states, (error.path, "superseded"), (f"{stem}-v2.{extension}", "in_force")),
        "worse_revision": lambda: _are(states, (error.path, "under_review")),
        "a_b_a": lambda: _are(states, (error.path, "superseded"), (f"{stem[:-1]}3.{extension}", "in_force")),
        "vanished_project": lambda: (error.unit_key, error.period_end, error.true) in states.missing_projects,
        "nil_report": lambda: state == "nil",
        "missing_in_treasury": lambda: (error.period_end, error.true) in states.without_counterpart,
    }
    return found.get(error.kind, lambda: _are(states, (error.path, "in_force")))()


def _are(states: States, *expected: tuple[str, str]) -> bool:
    return all(states.of_file.get(path) == state for path, state in expected)


def outcomes(errors: Iterable[Planted], states: States) -> list[tuple[str, int, int, str]]:
    """(kind, planted, as expected, what should become of it), in the order of planting."""
    planted, right = Counter[str](), Counter[str]()
    for error in errors:
        if error.expected != "flag" or error.kind in SHOULD:
            planted[error.kind] += 1
            right[error.kind] += is_as_expected(error, states)
    return [(kind, n, right[kind], SHOULD.get(kind, RETURNED)) for kind, n in planted.items()]
