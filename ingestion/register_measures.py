"""What an indicator's unit of measure and its behaviour mean: is it money, does it count things, which measure is it?"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.register_rows import RegisterError, Tables


@dataclass(frozen=True)
class Indicator:
    """What readers and rules must know of an indicator; measure: the one that its behaviour means where a form leaves it open.

    A test holds is_money and measure against staging.stg_indicator, of which the warehouse asks the same.
    """

    indicator_code: str
    indicator_name: str
    activity: str
    unit: str
    is_money: bool
    is_count: bool
    measure: str
    is_formula: bool


def indicators_of(tables: Tables) -> dict[str, Indicator]:
    """Each indicator by its code, from rows whose words all exist."""
    units = {row["unit"]: row for row in tables["units_of_measure"]}
    measures = {row["behaviour"]: row["measure"] for row in tables["behaviours"]}
    return {
        row["indicator_code"]: Indicator(
            indicator_code=row["indicator_code"],
            indicator_name=row["indicator_name"],
            activity=row["activity"],
            unit=row["unit"],
            is_money=units[row["unit"]]["is_money"] == "yes",
            is_count=units[row["unit"]]["is_count"] == "yes",
            measure=measures[row["behaviour"]],
            is_formula=row["is_formula"] == "yes",
        )
        for row in tables["indicators"]
    }


def refuse_contradictions_of_measures(tables: Tables) -> None:
    """Raise RegisterError for a unit of measure whose figures cannot be stored in the unit that its row names."""
    units = {row["unit"]: row for row in tables["units_of_measure"]}
    for row in units.values():
        place, stored = f"units_of_measure.csv line {row['line']}", units[row["stored_unit"]]
        factor = float(row["stored_factor"] or 0)
        if factor < 1 or factor != int(factor):
            raise RegisterError(f"{place}: stored_factor is {row['stored_factor']!r}; it must be a whole number from 1 on.")
        if row["stored_unit"] == row["unit"] and factor != 1:
            raise RegisterError(f"{place}: stored_factor is {row['stored_factor']!r}; a unit that is stored as it is has 1.")
        if stored["stored_unit"] != stored["unit"]:
            raise RegisterError(f"{place}: stored_unit is {stored['unit']!r}, which is stored in another (line {stored['line']}).")
        if (row["is_money"], row["is_count"]) != (stored["is_money"], stored["is_count"]):
            raise RegisterError(f"{place}: is_money and is_count are not those of {stored['unit']!r} (line {stored['line']}).")
        if row["is_money"] == row["is_count"] == "yes":
            raise RegisterError(f"{place}: {row['unit']!r} cannot be money and a count.")
