"""The scenario of the sample nation: what `scenario.yml` decides, and seeded chance."""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

SCENARIO = Path(__file__).with_name("scenario.yml")
MILLION = 1_000_000


@dataclass(frozen=True)
class Habit:
    """How one office writes numbers: unit of money (and its đồng), decimals, mark for zero, rows above the form, totals."""

    money_unit: str
    factor: int
    decimals: int
    zero: str
    title_rows: int
    totals: bool
    numbers_as_text: bool


@dataclass(frozen=True)
class Scenario:
    """The decisions of scenario.yml under one seed."""

    seed: int
    decisions: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.decisions[name]

    def chance(self, *purpose: object) -> random.Random:
        """A stream of chance of its own for each purpose, so that no draw depends on the order of the work."""
        return random.Random(":".join(str(part) for part in (self.seed, *purpose)))

    @property
    def as_of(self) -> datetime:
        """The moment from which the nation is looked at: what arrives later has not arrived."""
        return datetime.fromisoformat(self["as_of"])

    def periods(self, form_code: str) -> list[date]:
        """Period ends of a form."""
        return [month_end(int(text[:4]), int(text[5:7])) for text in self["periods"].get(form_code, [])]

    @property
    def years(self) -> list[int]:
        return [year["year"] for year in self["years"]]

    def cutoff(self, period_end: date) -> date:
        """The day on which the figures of a period close."""
        return period_end.replace(day=self["cutoff_day"])


def read_scenario(
    seed: int | None, money_factor: Callable[[str], int | None], years: tuple[int, int] | None = None
) -> tuple[Scenario, list[tuple[int, Habit]]]:
    """The scenario (its own seed when None) and the habits of offices with their weights.

    `years`: first and last year of the longer scenario; ValueError when one of them is not modelled.
    """
    decisions = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    longer = decisions.pop("longer")
    if years is not None:
        decisions |= _longer(decisions, longer, *years)
    habits = [
        (
            entry["weight"],
            Habit(
                entry["money_unit"],
                money_factor(entry["money_unit"]) or 1,
                entry["decimals"],
                entry["zero"],
                entry["title_rows"],
                entry["totals"],
                entry.get("numbers_as_text", False),
            ),
        )
        for entry in decisions["habits"]
    ]
    return Scenario(decisions["seed"] if seed is None else seed, decisions), habits


def _longer(decisions: dict[str, Any], longer: dict[str, Any], first: int, last: int) -> dict[str, Any]:
    """The decisions that differ when the scenario is written for whole years, each list in the order of time."""
    years = sorted(decisions["years"] + longer["years"], key=lambda year: year["year"])
    modelled = [year["year"] for year in years]
    if first > last or first not in modelled or last not in modelled:
        raise ValueError(f"The sample nation can be written for years from {modelled[0]} to {modelled[-1]}.")
    periods = {
        form: sorted(text for text in listed + longer["periods"].get(form, []) if first <= int(text[:4]) <= last)
        for form, listed in decisions["periods"].items()
    }
    allocations = sorted(decisions["allocations"] + longer["allocations"], key=lambda way: str(way["decided"]))
    return {
        "as_of": longer["as_of"],
        "years": [year for year in years if first <= year["year"] <= last],
        "periods": periods,
        "allocations": [way for way in allocations if first <= way["budget_year"] <= last],
    }


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def shares(total: int, weights: Sequence[float], grain: int = 1) -> list[int]:
    """Numbers in the proportion of the weights, multiples of `grain` but for the heaviest, adding to the total exactly."""
    whole = sum(weights)
    exact = [total * weight / whole / grain for weight in weights]
    parts = [int(part) * grain for part in exact]
    by_rest = sorted(range(len(parts)), key=lambda n: int(exact[n]) - exact[n])
    for n in by_rest[: (total - sum(parts)) // grain]:
        parts[n] += grain
    parts[max(range(len(parts)), key=lambda n: weights[n])] += total - sum(parts)
    return parts
