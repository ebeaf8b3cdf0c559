"""Whose warehouse this is: the folder of a programme's forms, rules and register, and what its rows say of the programme itself.

A process works for one programme, the one that KC_PROGRAMME names (warehouse/settings.py); without it, for the one that this
repository holds.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

PROJECT = Path(__file__).resolve().parent.parent
PARTS = ("forms", "rules", "register")
LIMITS = "limits.yml"


class ProgrammeError(ValueError):
    """A folder that is no programme, or rows that do not say which programme it is; the message says what to do."""


@dataclass(frozen=True)
class Folders:
    """Where a programme's forms, rules and register lie, and the file with the limits of the door."""

    forms: Path
    rules: Path
    register: Path
    limits: Path


@dataclass(frozen=True)
class Programme:
    """The row of register/programme.csv with that of its currency.

    nation_key   the unit of units.csv that stands for all others
    decimals     digits of an amount after its mark: a currency with hundredths has 2, one without a smaller part 0
    """

    programme_code: str
    programme_name: str
    programme_name_en: str
    nation_key: str
    currency_code: str
    time_zone: str
    currency_name: str
    currency_name_en: str
    decimals: int

    @property
    def smallest_part(self) -> Decimal:
        """The least amount of the currency: 1, or 0.01 where it has hundredths."""
        return Decimal(1).scaleb(-self.decimals)


PRESENT = Folders(
    PROJECT / "ingestion" / "forms", PROJECT / "expectations" / "rules", PROJECT / "dbt_project" / "register",
    PROJECT / "expectations" / "door" / LIMITS,
)  # fmt: skip


def folders_of(folder: Path) -> Folders:
    """The parts of a programme's folder. Raises ProgrammeError naming those that are missing."""
    missing = [f"{name}/" for name in PARTS if not (folder / name).is_dir()]
    if missing:
        raise ProgrammeError(
            f"KC_PROGRAMME names {folder}, which is no programme: {', '.join(missing)} missing. Such a folder holds forms/, rules/ "
            f"and register/, and {LIMITS} where the door limits percentages (docs/operations.md)."
        )
    return Folders(folder / "forms", folder / "rules", folder / "register", folder / LIMITS)


def read_programme(register: Path) -> Programme:
    """The row of programme.csv in a register's folder, with its currency; read again when a file changed. Raises ProgrammeError."""
    try:
        stamps = tuple((register / f"{name}.csv").stat().st_mtime_ns for name in ("programme", "currencies"))
    except OSError as error:
        said = f"{error.filename} cannot be read: each programme says there who it is (docs/operations.md)."
        raise ProgrammeError(said) from error
    return _read(register, stamps)


@lru_cache(maxsize=8)
def _read(register: Path, stamps: tuple[int, ...]) -> Programme:
    rows, currencies = _rows(register / "programme.csv"), _rows(register / "currencies.csv")
    if len(rows) != 1:
        raise ProgrammeError(f"{register / 'programme.csv'} has {len(rows)} rows; a register is of one programme.")
    row = rows[0]
    own = next((each for each in currencies if each.get("currency_code") == row.get("currency_code")), None)
    if own is None:
        raise ProgrammeError(f"programme.csv names the currency {row.get('currency_code')!r}, which currencies.csv has not.")
    try:
        ZoneInfo(row["time_zone"])
        return Programme(
            **row, currency_name=own["currency_name"], currency_name_en=own["currency_name_en"], decimals=int(own["decimals"])
        )
    except (LookupError, TypeError, ValueError) as error:
        raise ProgrammeError(
            f"{register}: programme.csv or currencies.csv lacks a column, or one cannot be read ({error}). The files of this "
            "repository's register show them all."
        ) from error


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
