"""Which report of an identity is in force, which waits, and which are judged no more.

A report of the role in force stands when it comes; a later one takes its place when it holds no more figures, lines that it lost
counted as held; else it waits, and is weighed again when the next comes and at last. The judge counts what its own failed
blocking verdicts hold, so a culprit whom only the engine can name is held here with the others of the verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from independent_judge.evidence import Shelf
from independent_judge.judging import verdicts
from independent_judge.register import Register
from independent_judge.reports import Report
from independent_judge.rules import Rule
from independent_judge.tables import Spec

Forms = dict[str, Spec]
LINE = ("activity_code", "project_key", "establishment_key", "unit_key")


def choose(reports: Iterable[Report], forms: Forms, register: Register, rules: list[Rule]) -> tuple[list[Report], list[Report]]:
    """(in force, waiting) of what the door let in."""
    queues: dict[tuple[object, ...], list[Report]] = defaultdict(list)
    for report in sorted(reports, key=lambda r: (r.received_at, r.sha256)):
        kind = register.unit_kinds.get(report.unit, "")
        if report.trouble or register.roles_in_force.get((report.form, kind)) != report.role:
            continue
        number = report.document_no if "document_no" in forms[report.form]["identity"] else ""
        queue = queues[report.unit, report.form, report.period_end, number]
        if not queue or queue[-1].sha256 != report.sha256:
            queue.append(report)

    def held(report: Report, moment: datetime) -> int:
        """How many figures of a report are held by what had come by a moment."""
        known = [next((r for r in reversed(queue) if r.received_at <= moment), None) for queue in queues.values()]
        shelf = Shelf([r for r in known if r is not None and not r.is_withdrawal], register, forms)
        blocking = [rule for rule in rules if rule.severity == "block" and rule.judges == report.form]
        return len({cell for rule in blocking for v in verdicts(rule, report, shelf, frozenset()) for cell in v.cells})

    in_force: list[Report] = []
    waiting: list[Report] = []
    for queue in queues.values():
        current, others = _walk(queue, held)
        in_force += [current] if current else []
        waiting += others
    return in_force, waiting


def _walk(queue: list[Report], held: Callable[[Report, datetime], int]) -> tuple[Report | None, list[Report]]:
    """The versions of one identity in the order of arrival."""
    current: Report | None = None
    waiting: list[Report] = []

    def weigh(moment: datetime) -> None:
        nonlocal current, waiting
        for report in list(waiting):
            if current is None or held(report, moment) + _lost(current, report) <= held(current, moment):
                waiting = waiting[waiting.index(report) + 1 :]
                current = report

    for report in queue:
        weigh(report.received_at)
        if report.is_withdrawal:
            current, waiting = None, []
        else:
            waiting.append(report)
            weigh(report.received_at)
    if waiting:
        weigh(datetime.max.replace(tzinfo=queue[0].received_at.tzinfo))
    return current, waiting


def _lost(old: Report, new: Report) -> int:
    """Lines of a report that say something and that a later one does not list."""
    return len(_lines(old, says_something=True) - _lines(new, says_something=False))


def _lines(report: Report, *, says_something: bool) -> set[tuple[object, ...]]:
    return {
        (figure.sheet, *(figure.keys.get(name, "") for name in LINE))
        for figure in report.figures
        if figure.kind == "detail" and (not says_something or figure.is_stored and figure.value)
    }
