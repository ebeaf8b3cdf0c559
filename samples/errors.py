"""Planted errors: what offices get wrong, put into clean reports on purpose and noted in the truth.

This module and the two that hold the kinds know nothing of the rules that will judge the reports.
"""

from __future__ import annotations

from collections.abc import Mapping

from samples.documents import Document
from samples.errors_in_cells import CELL_KINDS
from samples.errors_in_files import FILE_KINDS
from samples.planter import PlantedError, Planter
from samples.reports import Desk


def plant(desk: Desk, documents: list[Document], planted: Mapping[str, int] | None = None) -> list[PlantedError]:
    """Plant what scenario.yml asks for, or `planted` (kind → how many): change reports in place, add files, take some away."""
    kinds = CELL_KINDS | FILE_KINDS
    planter = Planter(desk, documents)
    for kind, wanted in (desk.nation.scenario["planted"] if planted is None else planted).items():
        for n in range(wanted):
            kinds[kind](planter, kind, desk.nation.scenario.chance("planted", kind, n), n)
    return planter.errors
