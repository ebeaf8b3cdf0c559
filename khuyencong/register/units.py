"""A unit is added, with its names, code, region and addresses, or closed: rows of the register from one sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.known_words import unknown_word
from ingestion.register_rows import REPORTING_KINDS
from ingestion.register_units import UNIT_KEY, bare_name, unit_prefixes
from ingestion.written.text import nfc
from khuyencong.mail.contacts import ADDRESS
from khuyencong.register.days import end_unit, must_exist_until, place_of_kind, unit_named
from khuyencong.register.draft import Draft, RegisterRefusal

# What stands before the key in sort_key, so that units of a kind stand together.
SORTED_BY = {"province": "", "centre": "00 ", "regional_centre": "01 ", "ministry_unit": "02 "}
CODE = re.compile(r"\d{2}")
ADDRESS_BASIS = "khai khi thêm đơn vị"


@dataclass(frozen=True)
class NewUnit:
    """What is said of a unit that begins; `basis` is the document it stands on, `aliases` how people write it besides its name.

    `region_basis`, `region_certainty` and `note` take the place of the basis where rows of the register say something else.
    """

    key: str
    name: str
    kind: str
    begins: date
    basis: str
    name_en: str | None = None
    region: str | None = None
    gso_code: str | None = None
    aliases: Sequence[str] = ()
    reporter: str | None = None
    superior: str | None = None
    region_basis: str | None = None
    region_certainty: str = "source"
    note: str = ""


def add_unit(folder: Path, new: NewUnit) -> Draft:
    """The register of a folder with one unit more; raises RegisterRefusal. Nothing is written before `settle`."""
    draft = Draft(folder)
    add_rows(draft, new)
    return draft


def close_unit(folder: Path, key: str, ends: date, basis: str) -> Draft:
    """The register of a folder in which a unit is no more from `ends` on: its last day is the day before. Nobody follows it."""
    draft, day = Draft(folder), ends.isoformat()
    must_say(basis, "basis", "the document that closes it")
    unit = unit_named(draft, key)
    must_exist_until(unit, day, "closed")
    end_unit(draft, key, day, f"kết thúc {day}: {nfc(basis.strip())}")
    return draft


def add_rows(draft: Draft, new: NewUnit) -> None:
    """Add the rows of a new unit to a draft: units, unit_aliases, and as said unit_codes, group_members, contacts."""
    _check(draft, new)
    begins, basis, name = new.begins.isoformat(), nfc(new.basis.strip()), nfc(new.name.strip())
    plain = plain_name(name)
    days = {"unit_key": new.key, "valid_from": begins, "valid_to": ""}
    rows: list[tuple[str, dict[str, str]]] = [
        (
            "units",
            {**days, "unit_kind": new.kind, "unit_name": name, "unit_name_en": nfc((new.name_en or plain).strip()),
             "sort_key": SORTED_BY[new.kind] + new.key.replace("-", " "), "certainty": f"source: {basis}", "note": new.note},
        )
    ]  # fmt: skip
    written = [name, *([plain] if new.kind == "province" else []), *(nfc(each.strip()) for each in new.aliases)]
    rows += [("unit_aliases", {**days, "alias": alias}) for alias in dict.fromkeys(written)]
    if new.gso_code:
        rows.append(("unit_codes", {**days, "gso_code": new.gso_code}))
    if new.region:
        region = {"legal_basis": new.region_basis or basis, "certainty": new.region_certainty}
        rows.append(("group_members", {**days, "group_key": new.region, **region}))
    for role, address in (("reporter", new.reporter), ("superior", new.superior)):
        if address:
            rows.append(("contacts", {**days, "contact_role": role, "address": address, "certainty": ADDRESS_BASIS}))
    places = {file: place_of_kind(draft, file, new.kind) for file, _ in rows}
    for file, row in rows:
        place = places[file]
        draft.add(file, row, place)
        places[file] = None if place is None else place + 1


def plain_name(name: str) -> str:
    """A name as it is typed without Vietnamese letters, in its own case: Hà Nội → Ha Noi."""
    letters = unicodedata.normalize("NFD", name).translate({ord("đ"): "d", ord("Đ"): "D"})
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def must_say(text: str | None, what: str, example: str) -> None:
    """Raise RegisterRefusal for a text that is left out, or that has more than one line."""
    if not text or not text.strip():
        raise RegisterRefusal(f"Without {what} nothing is written: say {example}.")
    if not text.strip().isprintable():
        raise RegisterRefusal(f"The {what} {text!r} has signs that nobody sees or more than one line.")


def must_be_key(key: str) -> None:
    """Raise RegisterRefusal for what cannot be the key of a unit."""
    if not UNIT_KEY.fullmatch(key):
        raise RegisterRefusal(f"{key!r} is no key: a key is small letters without marks and digits, joined by -.")


def _check(draft: Draft, new: NewUnit) -> None:
    must_say(new.basis, "basis", "the document that the unit stands on")
    must_say(new.name, "name", "what the unit is called")
    for text in (new.name_en, *new.aliases):
        if text is not None:
            must_say(text, "name", "what the unit is called")
    must_be_key(new.key)
    if (said := unknown_word(new.kind, REPORTING_KINDS, "The kind")) is not None:
        raise RegisterRefusal(said)
    units = {row["unit_key"]: row for row in draft.rows("units")}
    if new.key in units:
        row = units[new.key]
        raise RegisterRefusal(
            f"The key {new.key} is taken: {row['unit_name']}, {row['valid_from']} to {row['valid_to'] or 'today'}. A unit that "
            f"begins anew has a key of its own, such as {new.key}-{new.begins.year}."
        )
    for name in (new.name, *new.aliases):
        if bare_name(name) in ("", *unit_prefixes()) or bare_name(name).isdigit():
            raise RegisterRefusal(f"{name!r} names nobody: it is a word that stands before names, or a number.")
    _check_region(draft, new)
    if new.gso_code is not None and not CODE.fullmatch(new.gso_code):
        raise RegisterRefusal(f"{new.gso_code!r} is no GSO code of a province: two digits, 01 to 99.")
    if new.gso_code is not None and new.kind != "province":
        raise RegisterRefusal(f"Only a province has a GSO code; {new.key} is a {new.kind}.")
    for address in (new.reporter, new.superior):
        if address is not None and not ADDRESS.fullmatch(address):
            raise RegisterRefusal(f"{address!r} is no plain mail address of an office.")


def _check_region(draft: Draft, new: NewUnit) -> None:
    if new.kind != "province":
        if new.region:
            raise RegisterRefusal(f"A {new.kind} stands in no region: its figures are the nation's. Leave the region out.")
        return
    regions = list(dict.fromkeys(row["group_key"] for row in draft.rows("group_members")))
    if new.region is None:
        raise RegisterRefusal(f"A province belongs to a region: say which of {', '.join(regions)}.")
    if (said := unknown_word(new.region, regions, "The region")) is not None:
        raise RegisterRefusal(said)
