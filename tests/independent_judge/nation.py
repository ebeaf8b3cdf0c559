"""A whole inbox judged: every file of its manifests read, what stands chosen, every linear rule judged in every scope."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from independent_judge.evidence import Shelf
from independent_judge.judging import Cells, Verdict, verdicts
from independent_judge.register import Register
from independent_judge.reports import Name, Reader, Report, read_forms
from independent_judge.rules import Rule, read_rules
from independent_judge.standing import choose

Key = tuple[Name, str, str]  # report, rule, scope


@dataclass(frozen=True)
class Judgement:
    """What the judge says: the reports in force and waiting, every verdict, and the rules that it does not know, by family."""

    in_force: list[Report]
    waiting: list[Report]
    rules: list[Rule]
    verdicts: dict[Key, Verdict]
    other_families: dict[str, str]

    @property
    def names(self) -> dict[Name, str]:
        """What a report is called in messages."""
        return {r.name: r.path for r in (*self.in_force, *self.waiting)}


def judge_inbox(inboxes: list[Path], project: Path, held: Cells) -> Judgement:
    """Judge the files that the manifests of some folders list and that lie there, by the forms, rules and register of a project.

    `held`: cells that the gate holds, which are no evidence against another report; whom the engine blames is not a matter of a
    linear rule, so it is taken from the gate.
    """
    forms, header = read_forms(project / "ingestion" / "forms")
    register = Register(project / "dbt_project" / "register")
    reader = Reader(forms, header, register)
    rules, others = read_rules(project / "expectations" / "rules")
    reports = [
        reader.read(inbox / row["path"], row["path"], datetime.fromisoformat(row["received_at"]))
        for inbox in inboxes
        for row in csv.DictReader((inbox / "manifest.csv").open(encoding="utf-8", newline=""))
        if (inbox / row["path"]).exists()
    ]
    in_force, waiting = choose(reports, forms, register, rules)
    shelf = Shelf(in_force, register, forms)
    judged = [*in_force, *waiting]
    return Judgement(
        in_force, waiting, rules,
        {
            (report.name, said.rule_id, said.scope): said
            for rule in rules for report in judged if report.form == rule.judges
            for said in verdicts(rule, report, shelf, held)
        },
        others,
    )  # fmt: skip
