"""The proofs of the rules: figures written down once, beside the rules and not made from them, and what the rule must say.

`proofs/*.yml` holds, by rule, some reports, and cases that change a few cells of them. In a proof `own` is the unit of the case,
`P1` one of its projects, `other` another unit. docs/decisions/0022 says why they are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from raw_builder import RawBuilder, month_end

FOLDER = Path(__file__).parent / "proofs"
FIRST_YEAR = 2026
# These stay what they are through the merger of 2025; the successors, from 2026 on, are like any other unit.
UNITS = (
    "cao-bang", "dien-bien", "lai-chau", "son-la", "lang-son", "quang-ninh", "thanh-hoa", "nghe-an", "ha-tinh", "hue",
)  # fmt: skip
OTHER_UNIT = "ha-noi"
# successor → one of its predecessors
MERGED = {
    "tuyen-quang-2025": "ha-giang", "thai-nguyen-2025": "bac-kan", "lao-cai-2025": "yen-bai", "phu-tho-2025": "hoa-binh",
    "bac-ninh-2025": "bac-giang", "hai-phong-2025": "hai-duong", "hung-yen-2025": "thai-binh", "ninh-binh-2025": "ha-nam",
    "quang-tri-2025": "quang-binh", "da-nang-2025": "quang-nam", "quang-ngai-2025": "kon-tum", "gia-lai-2025": "binh-dinh",
    "dak-lak-2025": "phu-yen", "khanh-hoa-2025": "ninh-thuan", "lam-dong-2025": "binh-thuan", "dong-nai-2025": "binh-phuoc",
    "tay-ninh-2025": "long-an", "ho-chi-minh-2025": "binh-duong", "dong-thap-2025": "tien-giang",
    "vinh-long-2025": "ben-tre", "an-giang-2025": "kien-giang", "can-tho-2025": "hau-giang", "ca-mau-2025": "bac-lieu",
}  # fmt: skip
CENTRE_ROLES = {"giao-ke-hoach": "cuc", "kho-bac": "kho-bac"}


@dataclass
class Case:
    """One case of a rule: the reports as they are sent, and what must be said of each scope.

    says      `pass exact`, `fail hard`, `undecided missing_value` …, or `nothing`
    names     for a failure, the cells that it must name: report → columns
    """

    rule_id: str
    number: int
    says: str
    scopes: tuple[str, ...]
    silent: tuple[str, ...]
    reports: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, list[str]]
    unit_key: str = ""
    year: int = 0
    submission_keys: dict[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The case in a word, for messages."""
        return f"{self.rule_id} case {self.number} ({self.says})"

    def translated(self, text: str) -> str:
        """A name of the proof as the warehouse knows it."""
        return translated(text, self.unit_key)


def translated(text: str, unit_key: str) -> str:
    """`own`, `other` and projects `P1`, `P2` … of a case as the warehouse knows them; within a scope the unit and the project."""
    if "=" in text:
        parts = [part.split("=", 1) for part in text.split(";")]
        return ";".join(
            f"{name}={translated(value, unit_key) if name in ('unit_key', 'project_key') else value}" for name, value in parts
        )
    if text.startswith("P") and text[1:].isdigit():
        return f"KCQG-{unit_key}-{text[1:]}"
    return {"own": unit_key, "other": OTHER_UNIT, "predecessor": MERGED.get(unit_key, "")}.get(text, text)


def read_proofs(folder: Path = FOLDER) -> dict[str, list[Case]]:
    """The cases of every rule that has a proof, by rule_id."""
    proofs: dict[str, list[Case]] = {}
    for path in sorted(folder.glob("*.yml")):
        for rule_id, proof in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            assert rule_id not in proofs, f"{path.name}: {rule_id} stands twice"
            proofs[rule_id] = [_case(rule_id, number, proof, case) for number, case in enumerate(proof["cases"], 1)]
    return proofs


def _case(rule_id: str, number: int, proof: Mapping[str, Any], case: Mapping[str, Any]) -> Case:
    reports = {
        name: {**report, "lines": [{**line, "cells": dict(line.get("cells", {}))} for line in report["lines"]]}
        for name, report in proof["reports"].items()
        if name not in case.get("without", ())
    }
    for change in case.get("where", ()):  # `report line column column = value`
        place, _, value = change.partition(" = ")
        name, line, *columns = place.split()
        reports[name]["lines"][int(line) - 1]["cells"] |= dict.fromkeys(columns, value)
    for name, changes in case.get("with", {}).items():
        reports[name] |= changes
    return Case(
        rule_id, number, case["says"], tuple(case.get("scopes", proof["scopes"])),
        tuple(case.get("silent", proof.get("silent", ()))), reports, case.get("names", {}),
    )  # fmt: skip


def give_places(proofs: Mapping[str, list[Case]]) -> dict[str, tuple[int, int]]:
    """A unit and a year for every case, so that no two meet; returns the years of each rule, (first, last)."""
    years, fixed = count(FIRST_YEAR, 2), defaultdict(count)
    found: dict[str, tuple[int, int]] = {}
    for rule_id, cases in sorted(proofs.items()):
        # what the centre or the other unit reports is beside the reports of all units of its year
        beside = [report for case in cases for name, report in case.reports.items() if name != "judged"]
        is_alone = any(report["form"] in CENTRE_ROLES or report.get("unit") == "other" or "crowd" in report for report in beside)
        units_of_year = UNITS[:1] if is_alone else (*UNITS, *MERGED)
        pool = ((unit, year) for year in years for unit in units_of_year)
        for case in cases:
            judged = case.reports["judged"]
            case.year = judged.get("in_year", 0)
            if not case.year:
                case.unit_key, case.year = next(pool)
                continue
            units = list(MERGED) if judged.get("is_successor") else [*UNITS, OTHER_UNIT]
            place = (judged["form"], case.year, judged.get("is_successor"))
            case.unit_key = units[next(fixed[place])]
        found[rule_id] = (min(case.year for case in cases), max(case.year for case in cases))
    return found


def send(builder: RawBuilder, case: Case) -> None:
    """Write the reports of a case into schema raw; a report with a `crowd` once for each of its numbers, each of another unit."""
    for name, report in case.reports.items():
        if report.get("crowd"):
            for unit_key, number in zip(MERGED, report["crowd"], strict=False):
                lines = [{**line, "cells": _counted(line["cells"], number)} for line in report["lines"]]
                send(builder, replace(case, unit_key=unit_key, reports={"one": {**report, "lines": lines, "crowd": None}}))
            continue
        form_code, month = report["form"], report["month"]
        year = case.year + report.get("year", 0)
        end = month_end(year, month)
        by_centre = CENTRE_ROLES.get(form_code)
        more: dict[str, Any] = {}
        if by_centre:
            number = f"{case.unit_key}-{next(builder.numbers)}"
            more = {"sender_role": by_centre, "document_no": number, "document_date": date(year, month, 1)}
        if "starts_in" in report:
            more["period_start"] = date(year, report["starts_in"], 1)
        case.submission_keys[name] = builder.submit(
            form_code,
            "trung-uong" if by_centre else case.translated(report.get("unit", "own")),
            end,
            [_line(case, line) for line in report["lines"]],
            money_factor=report.get("money_factor", 1),
            cutoff_date=end + timedelta(days=report.get("cut_off_later", 0)),
            **more,
        )


def _counted(cells: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {column: number if value == "CROWD" else value for column, value in cells.items()}


def _line(case: Case, line: Mapping[str, Any]) -> dict[str, Any]:
    return {k: case.translated(v) if k in ("project", "unit") else v for k, v in line.items()}


Verdicts = Mapping[tuple[str, int], list[Mapping[str, Any]]]
Named = Mapping[tuple[str, int, str], set[tuple[int, str]]]


def contradictions(case: Case, rule_id: str, verdicts: Verdicts, named: Named) -> Iterator[str]:
    """What the verdicts of a rule (the case's own, or a mutant of it) say against the case; nothing when it is proved."""
    judged = case.submission_keys["judged"]
    rows = {row["scope_key"]: row for row in verdicts.get((rule_id, judged), ())}
    scopes = [case.translated(scope) for scope in case.scopes]
    for scope in scopes:
        row = rows.get(scope)
        said = "nothing" if row is None else f"{row['verdict']} {row['reason'] or row['closeness']}"
        if said != case.says:
            yield f"{case.title} at {scope!r}: {said}"
    if case.says.startswith("fail"):
        expected = {(case.submission_keys[name], column) for name, columns in case.names.items() for column in columns}
        found = set().union(*(named.get((rule_id, judged, scope), ()) for scope in scopes))
        if found != expected:
            yield f"{case.title} names {sorted(found)}, not {sorted(expected)}"
    for scope in map(case.translated, case.silent):
        if scope in rows:
            yield f"{case.title} at {scope!r}: {rows[scope]['verdict']} where nothing is to be said"
