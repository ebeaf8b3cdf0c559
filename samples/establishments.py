"""Establishments that benefit: invented, obviously so, each supported once by one project of one fund."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from samples.local import LocalLine, done_part, spent
from samples.projects import Project, establishments_of, progress
from samples.scenario import MILLION, Scenario, shares

NATIONAL = "KCQG"
KINDS = ("Hộ kinh doanh", "Doanh nghiệp nhỏ và vừa", "Hợp tác xã")


@dataclass(frozen=True)
class Establishment:
    """One beneficiary: `support` and `counterpart` in đồng are paid when `rank` of `among` is reached by the work done."""

    number: int
    kind: str
    fund: str
    activity: str
    project_code: str
    support: int
    counterpart: int
    rank: int
    among: int
    project: Project | None
    line: LocalLine | None

    @property
    def name(self) -> str:
        return f"Cơ sở mẫu {self.number:04d}"

    @property
    def tax_code(self) -> str:
        """A number that no tax office gives: no province has the prefix 99."""
        return f"99{self.number:08d}"

    def is_supported(self, month: int) -> bool:
        """Whether its support is paid by the cut-off of a month."""
        done = progress(self.project, month) if self.project else done_part(self.line, month) if self.line else 0.0
        return math.floor(self.among * done + 1e-9) >= self.rank


def draw_establishments(
    scenario: Scenario,
    projects: list[Project],
    lines: list[LocalLine],
    place_code: str,
    numbers: Iterator[int],
) -> list[Establishment]:
    """Beneficiaries of one unit's projects and local lines, in their order; `numbers` gives each one its own number."""
    found: list[Establishment] = []
    ways = scenario["beneficiaries"]
    part = scenario["supported_pct"]
    for project in projects:
        if project.activity in ways and project.contract:
            way = ways[project.activity]
            count = establishments_of(project, way["most"], part)
            found += _share(project.contract * part // 100, count, way, project.code, numbers, project, None)
    in_fund: dict[str, int] = {}
    for line in lines:
        way = ways.get(line.activity)
        final = spent(line, 12)["implemented"]
        if way is None or not final:
            continue
        count = math.ceil(final * part / 100 / (way["most"] * MILLION))
        in_fund[line.fund] = in_fund.get(line.fund, 0) + 1
        code = f"{line.fund}-{place_code}-{in_fund[line.fund]:03d}"
        found += _share(final * part // 100, count, way, code, numbers, None, line)
    return found


def _share(
    total: int,
    count: int,
    way: dict[str, Any],
    project_code: str,
    numbers: Iterator[int],
    project: Project | None,
    line: LocalLine | None,
) -> list[Establishment]:
    """Divide supported money among `count` new establishments."""
    fund = line.fund if line else NATIONAL
    activity = line.activity if line else project.activity
    return [
        Establishment(
            number=next(numbers),
            kind=KINDS[rank % len(KINDS)],
            fund=fund,
            activity=activity,
            project_code=project_code,
            support=support,
            counterpart=round(support * way["counterpart"]),
            rank=rank,
            among=count,
            project=project,
            line=line,
        )
        for rank, support in enumerate(shares(total, [1] * count), 1)
    ]
