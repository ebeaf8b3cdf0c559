"""Which rows of the register hold for a unit on a day, and their end."""

from __future__ import annotations

from ingestion.known_words import unknown_word
from ingestion.register_units import FIRST, LAST, OF_A_UNIT, day_before
from khuyencong.register.draft import Draft, RegisterRefusal


def unit_named(draft: Draft, key: str) -> dict[str, str]:
    """The row of a reporting unit; raises RegisterRefusal for a key that is none."""
    units = {row["unit_key"]: row for row in draft.rows("units")}
    said = unknown_word(key, units, "The unit", "register/units.csv")
    if said:
        raise RegisterRefusal(said)
    if units[key]["unit_kind"] == "group":
        raise RegisterRefusal(f"{key} is a group of units, which sends nothing and is neither closed nor merged.")
    return units[key]


def must_exist_until(unit: dict[str, str], day: str, doing: str) -> None:
    """Raise RegisterRefusal for a unit that has an end already, or that did not exist on the day before `day`."""
    key = unit["unit_key"]
    if unit["valid_to"]:
        raise RegisterRefusal(f"{key} was closed already: its last day is {unit['valid_to']}. It cannot be {doing} again.")
    if day <= unit["valid_from"]:
        raise RegisterRefusal(f"{key} begins on {unit['valid_from']}; it cannot be {doing} on {day}, before it had a day.")


def end_unit(draft: Draft, key: str, day: str, note: str = "") -> None:
    """End a unit's row and every row that holds for it on the day before `day`; a row that begins later is refused.

    Its accounts in sources.csv have no days and stay as they are.
    """
    last = day_before(day)
    for file in OF_A_UNIT:
        for number, row in enumerate(draft.rows(file)):
            if row["unit_key"] != key or (row["valid_to"] or LAST) < day:
                continue
            if (row["valid_from"] or FIRST) >= day:
                raise RegisterRefusal(
                    f"{file}.csv has a row of {key} that begins on {row['valid_from']}, when the unit would not exist any more."
                )
            draft.change(file, number, valid_to=last)
    for number, row in enumerate(draft.rows("units")):
        if row["unit_key"] == key:
            told = {"note": "; ".join(filter(None, (row["note"], note)))} if note else {}
            draft.change("units", number, valid_to=last, **told)


def place_of_kind(draft: Draft, file: str, kind: str) -> int | None:
    """Behind which row of a file a row of a unit of this kind belongs: the last of its kind; None at the end."""
    kinds = {row["unit_key"]: row["unit_kind"] for row in draft.rows("units")}
    last = [number for number, row in enumerate(draft.rows(file), 1) if kinds.get(row["unit_key"]) == kind]
    return last[-1] if last else None
