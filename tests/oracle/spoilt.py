"""What planted errors can touch; of everything else the oracle's word stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from oracle.territory import BROKEN, Territory
from samples.model import Nation
from samples.planter import PlantedError

LAST_DAY = date.max


class Spoilt:
    """Forms of a unit, with all that it was merged with, from the period of an error on: a wrong figure may hold later ones.

    A project that two units report spoils both.
    """

    def __init__(self, errors: Iterable[PlantedError], nation: Nation, territory: Territory) -> None:
        self.territory = territory
        self.reports = {(e.document.unit_key, e.document.form.form_code, e.document.period_end) for e in errors}
        owner = {project.code: project.unit_key for project in nation.projects}
        self.since: dict[tuple[str, str], date] = {}
        for error in errors:
            form, end = error.document.form.form_code, error.document.period_end
            for unit in {error.document.unit_key, owner.get(error.planted, error.document.unit_key)}:
                place = (self._family(unit), form)
                self.since[place] = min(end, self.since.get(place, end))

    def touches(self, group: str, form: str, end: date) -> bool:
        """Whether an error may show in a form's figures of a unit (of a map) at a month-end; of a group of units always."""
        unit = group.removeprefix(BROKEN)
        if self.territory.kind.get(unit, "group") == "group":
            return True
        return self.since.get((self._family(unit), form), LAST_DAY) <= end

    def _family(self, unit: str) -> str:
        """The unit in which all that it was merged with ends."""
        return self.territory.answering(unit, LAST_DAY)
