"""The families of rules that look at figures one by one: what the YAML of one names, as scope, terms and parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

SINGLE_FAMILIES = ("unique", "not_copy", "cap", "outlier")
OF_A_PROJECT = ("project_key", "activity_code", "fund_code")
OF_AN_OUTLIER = ("exponent", "width", "floor", "least_factor", "min_observations")


def single_parts(
    entry: Mapping[str, Any], forms: Collection[str]
) -> tuple[str, list[str], list[tuple[str, Mapping[str, Any]]], dict[str, Any]]:
    """(family, scope, terms by side, parameters) of a rule of one of these families; `forms` are those that exist.

    Raises ValueError where the rule says what its family cannot.
    """
    family = next(name for name in SINGLE_FAMILIES if name in entry)
    body = dict(entry[family])
    earlier, parameters = None, {}
    if family == "unique":
        scope = [body.pop("key")]
    elif family == "not_copy":
        scope, parameters, earlier = [body.pop("per")], {"min_nonzero": body.pop("min_nonzero")}, "previous"
    elif family == "outlier":
        if entry["severity"] == "block":
            raise ValueError("a figure far from those of other units may be right: at most warn")
        scope, earlier = list(body.pop("per")), body.pop("since")
        parameters = {"since": earlier, **{name: body.pop(name) for name in OF_AN_OUTLIER}}
    else:
        scope = list(OF_A_PROJECT)
        parameters = {"priority_factor": body.pop("priority_factor")}
        if "beneficiaries_on" in body:  # of a whole project: divided by the establishments on that form's list
            parameters["beneficiaries_on"] = body.pop("beneficiaries_on")
            if parameters["beneficiaries_on"] not in forms:
                raise ValueError(f"unknown form {parameters['beneficiaries_on']!r}")
        else:
            scope.insert(1, "establishment_key")
    parts: list[tuple[str, Mapping[str, Any]]] = [("left", body)]
    if earlier:
        parts.append(("right", {**body, "shift": earlier}))
    return family, scope, parts, parameters
