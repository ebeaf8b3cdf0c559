"""Numbers that the desk may change: register/parameters.csv."""

from __future__ import annotations

import csv
from pathlib import Path

from warehouse.settings import Settings


def read_parameters(settings: Settings) -> dict[str, float]:
    """parameter_code → value, as the register has them today; each row names its unit."""
    return parameters_of(settings.register)


def parameters_of(register: Path) -> dict[str, float]:
    """parameter_code → value of the register in a folder."""
    with (register / "parameters.csv").open(encoding="utf-8", newline="") as file:
        return {row["parameter_code"]: float(row["parameter_value"]) for row in csv.DictReader(file)}
