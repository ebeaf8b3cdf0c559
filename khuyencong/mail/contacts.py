"""Who is written to: rows of register/contacts.csv. Read from the file, so that the desk hears of a warehouse that is down."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date

from warehouse.settings import Settings

# One plain address: no name, no list, no line end; what is more than that could become a second recipient or a header.
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Contacts:
    """The addresses of one day: (unit_key, contact_role) → addresses in the order of the file."""

    addresses: dict[tuple[str, str], tuple[str, ...]]

    def of(self, unit_key: str, role: str) -> tuple[str, ...]:
        """The addresses of a unit in a role: reporter or superior; none when nobody is known."""
        return self.addresses.get((unit_key, role), ())

    @property
    def desk(self) -> tuple[str, ...]:
        """The national desk; raises LookupError when no row names it, because then nobody would hear anything."""
        found = tuple(each for (_, role), some in self.addresses.items() if role == "desk" for each in some)
        if not found:
            raise LookupError("register/contacts.csv names no desk on this day: nobody would hear of what is wrong.")
        return found


def read_contacts(settings: Settings, day: date) -> Contacts:
    """The contacts that hold on a day. Raises ValueError for a row that is no plain address."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    with (settings.register / "contacts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not ADDRESS.fullmatch(row["address"]):
                raise ValueError(f"register/contacts.csv: {row['address']!r} of {row['unit_key']} is no plain mail address.")
            if row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999-12-31"):
                key = row["unit_key"], row["contact_role"]
                found[key] = (*found.get(key, ()), row["address"])
    return Contacts(found)
