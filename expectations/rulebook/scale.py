"""Rules of the family `scale`: is a whole report in its unit of money? What the YAML of one names, as terms.

A gauge is a source that knows the size of the report's money without the report: what was decided, what the treasury paid, what
the same units reported the year before, what the things that the report counts cost elsewhere. It is a list of comparisons, each of
`own` figures of the report `against` those of the source, or with the `things` that they paid for. No gauge may compare the
report with itself: in a wrong unit all its amounts are wrong alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from expectations.rulebook.words import SCALE_GAUGES
from ingestion.form import Form

Part = tuple[str, str, int, Mapping[str, Any]]


def scale_parts(scale: Mapping[str, Any], judges: str, form: Form) -> tuple[list[Part], dict[str, list[str]]]:
    """(side, role, number of the comparison, term) for each term of a `scale` mapping, and the parameter `gauges`: the gauge
    of each comparison by its number, from 1.

    Terms of the role `whole` are all quantities of the form, which stand or fall together; they are added to nothing. Raises
    ValueError where a gauge compares the report with itself.
    """
    parts: list[Part] = []
    names: list[str] = []
    for gauge in SCALE_GAUGES:
        for comparison in scale.get(gauge, ()):
            names.append(gauge)
            parts += [("left", "own", len(names), comparison["own"])]
            if "against" in comparison:
                against = comparison["against"]
                if against.get("form", judges) == judges and against.get("shift", "same") == "same":
                    raise ValueError(f"{gauge}: the report is gauged against itself")
                parts.append(("right", "against", len(names), against))
            else:
                parts.append(("left", "things", len(names), comparison["things"]))
    parts += [("left", "whole", 0, term) for term in _whole(form)]
    return parts, {"gauges": names}


def _whole(form: Form) -> Iterator[Mapping[str, Any]]:
    for sheet in form.sheets:
        columns = [column.name for column in sheet.columns if column.is_quantity]
        for line in ("detail", "total") if sheet.total_labels else ("detail",):
            yield {"sheet": sheet.sheet_code, "columns": columns, "line": line, "times": 0}
