"""Units merge whole, into a new one or into one of them: every row of the register that a merger takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ingestion.written.text import nfc
from khuyencong.register.days import end_unit, must_exist_until, unit_named
from khuyencong.register.draft import Draft, RegisterRefusal
from khuyencong.register.units import NewUnit, add_rows, must_be_key, must_say

REGION_BASIS = "derived from the regions of its predecessors"


@dataclass(frozen=True)
class Merger:
    """`units` end the day before `on`; `into` is a new key, or the one of them that goes on with all rows it has.

    What else is said (name, region, code, aliases, addresses) is of a new unit. Its name may be left out when its key is that
    of one of them and the year, tay-ninh-2025: then it has that unit's names. Its region may be left out when all of them
    belong to one.
    """

    units: Sequence[str]
    into: str
    on: date
    basis: str
    name: str | None = None
    name_en: str | None = None
    region: str | None = None
    gso_code: str | None = None
    aliases: Sequence[str] = ()
    reporter: str | None = None
    superior: str | None = None


def merge_units(folder: Path, merger: Merger, today: date) -> Draft:
    """The register of a folder after a merger of whole units; raises RegisterRefusal. Nothing is written before `settle`.

    An account of one that ends (sources.csv) becomes the successor's, which may report for those it follows from `on` on; of a
    merger that is yet to come it stays, because until then the successor may send nothing through it.
    """
    draft, day = Draft(folder), merger.on.isoformat()
    must_say(merger.basis, "basis", "the document that merges them")
    merged = _merging(draft, merger)
    ending = [unit for unit in merged if unit["unit_key"] != merger.into]
    if len(ending) == len(merged):
        new = _new_unit(draft, merger, merged)
    else:
        new = None
        _refuse_words_of_a_new_unit(merger)
    for unit in ending:
        end_unit(draft, unit["unit_key"], day)
    if new is not None:
        add_rows(draft, new)
    basis = nfc(merger.basis.strip())
    for unit in ending:
        follows = {"predecessor_key": unit["unit_key"], "successor_key": merger.into, "effective_date": day}
        draft.add("successions", {**follows, "succession_kind": "whole", "share": "", "legal_basis": basis, "certainty": "source"})
    if merger.on <= today:
        gone = {unit["unit_key"] for unit in ending}
        for number, row in enumerate(draft.rows("sources")):
            if row["unit_key"] in gone:
                draft.change("sources", number, unit_key=merger.into)
    return draft


def accounts_of(draft: Draft, keys: Sequence[str]) -> list[str]:
    """The source_codes of sources.csv that are still accounts of one of these units."""
    return [row["source_code"] for row in draft.rows("sources") if row["unit_key"] in keys]


def _merging(draft: Draft, merger: Merger) -> list[dict[str, str]]:
    """The rows of the units that merge, each there on the day before and of one kind."""
    keys = list(merger.units)
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise RegisterRefusal(f"{twice} stands twice among the units that merge.")
    if len(keys) < 2:
        raise RegisterRefusal(f"{', '.join(keys) or 'Nobody'} alone is no merger: name all units that merge, two at least.")
    merged = [unit_named(draft, key) for key in keys]
    for unit in merged:
        must_exist_until(unit, merger.on.isoformat(), "merged")
    kinds = {unit["unit_kind"]: unit["unit_key"] for unit in merged}
    if len(kinds) > 1:
        told = " and ".join(f"{key} is a {kind}" for kind, key in kinds.items())
        raise RegisterRefusal(f"Units of one kind merge; {told}.")
    return merged


def _refuse_words_of_a_new_unit(merger: Merger) -> None:
    """One that goes on keeps its rows; what is said of it besides would be lost without a word."""
    said = [
        name for name in ("name", "name_en", "region", "gso_code", "aliases", "reporter", "superior") if getattr(merger, name)
    ]
    if said:
        told = ", ".join(said)
        raise RegisterRefusal(f"{merger.into} goes on with the rows it has: {told} would be of a new unit. Leave it out.")


def _new_unit(draft: Draft, merger: Merger, merged: Sequence[dict[str, str]]) -> NewUnit:
    there = next((row for row in draft.rows("units") if row["unit_key"] == merger.into), None)
    if there is not None:
        raise RegisterRefusal(f"{merger.into} exists: to go on it must be among the units that merge, else take a new key.")
    must_be_key(merger.into)
    namesake = next((unit for unit in merged if merger.into == f"{unit['unit_key']}-{merger.on.year}"), None)
    if merger.name is None and namesake is None:
        raise RegisterRefusal(f"What is {merger.into} called? Say its name.")
    names = [unit["unit_name"] for unit in merged]
    new = NewUnit(
        key=merger.into, name=merger.name or "", kind=merged[0]["unit_kind"], begins=merger.on, basis=merger.basis,
        name_en=merger.name_en, region=merger.region, gso_code=merger.gso_code, aliases=tuple(merger.aliases),
        reporter=merger.reporter, superior=merger.superior, note=f"hợp nhất: {', '.join(names[:-1])} và {names[-1]}",
    )  # fmt: skip
    if merger.name is None and namesake is not None:
        held = [row for row in draft.rows("unit_aliases") if row["unit_key"] == namesake["unit_key"] and not row["valid_to"]]
        before = [row["alias"] for row in held]
        name_en = merger.name_en or namesake["unit_name_en"]
        new = replace(new, name=namesake["unit_name"], name_en=name_en, aliases=(*before, *merger.aliases))
    if new.region is None and new.kind == "province":
        region = _common_region(draft, merger)
        new = replace(new, region=region, region_basis=REGION_BASIS, region_certainty="derived")
    return new


def _common_region(draft: Draft, merger: Merger) -> str:
    """The region that all of them belong to on the day before; raises RegisterRefusal when they belong to several."""
    found: dict[str, str] = {}
    for row in draft.rows("group_members"):
        if row["unit_key"] in merger.units and not row["valid_to"]:
            found[row["unit_key"]] = row["group_key"]
    if len(set(found.values())) != 1:
        told = ", ".join(f"{key} to {group}" for key, group in found.items()) or "none of them to any"
        raise RegisterRefusal(f"The region of {merger.into} must be said: {told}.")
    return next(iter(found.values()))
