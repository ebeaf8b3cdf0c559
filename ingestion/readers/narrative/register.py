"""The register rows a narrative is read with: units, indicators, things counted, phrases and cues."""

import csv
import datetime
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.budget_year_row import budget_years_of
from warehouse.parameters import parameters_of
from warehouse.programme import read_programme

TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "uỳ": "ùy", "uý": "úy"}
TONES |= {"uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy", "tỉ": "tỷ"}
TONE = re.compile(rf"(?<!q)(?:{'|'.join(TONES)})(?!\w)")  # the two placements differ only at the end of a word
PLAIN = str.maketrans("–—‑’“”", "---'\"\"")


@dataclass(frozen=True)
class Found:
    """A register row found in a text: [start, end) and the row."""

    start: int
    end: int
    row: dict[str, Any]


class Phrases:
    """Rows found in a text by their ``column`` words, longest first where two overlap at one place."""

    def __init__(self, rows: list[dict[str, Any]], column: str = "phrase") -> None:
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            if row[column]:
                self._rows[_key(row[column])].append(row)
        longest_first = sorted(self._rows, key=len, reverse=True)
        words = "|".join(re.escape(w).replace(r"\ ", " +") for w in longest_first)
        bounded = rf"(?<![\w/])(?:{words})(?![\w])"
        self._pattern = re.compile(bounded) if words else None
        self._anywhere = re.compile(rf"(?=({bounded}))") if words else None

    def find(self, folded: str, start: int = 0, end: int | None = None) -> list[Found]:
        """All rows in a folded text, by place; phrases may overlap, one that lies inside another is not reported."""
        if self._anywhere is None:
            return []
        found, reach = [], -1
        # A lookahead sees beyond the end asked for, so the stretch is cut out first.
        for m in self._anywhere.finditer(folded[start : len(folded) if end is None else end]):
            if m.end(1) > reach:
                reach = m.end(1)
                found += [Found(start + m.start(1), start + m.end(1), row) for row in self._rows[_key(m[1])]]
        return found

    def at(self, folded: str, start: int) -> Found | None:
        """The row whose words stand exactly at a place."""
        match = self._pattern.match(folded, start) if self._pattern else None
        return Found(match.start(), match.end(), self._rows[_key(match[0])][0]) if match else None


def fold(text: str) -> str:
    """Lower case, one placement of tone marks, one dash: of the same length as the text, so that offsets stay."""
    lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text).translate(PLAIN)
    return TONE.sub(lambda m: TONES[m[0]], lowered).replace("đăk", "đắk")


def _key(words: str) -> str:
    return re.sub(r" +", " ", fold(words))


class Register:
    """The register as the narrative reader needs it."""

    def __init__(self, folder: Path) -> None:
        self.indicators = {r["indicator_code"]: r for r in _rows(folder / "indicators.csv")}
        self.measures = {r["behaviour"]: r["measure"] for r in _rows(folder / "behaviours.csv")}
        self.budget_years = budget_years_of(parameters_of(folder))
        self.units = {r["unit_key"]: r for r in _rows(folder / "units.csv")}
        self.nation_key = read_programme(folder).nation_key
        funds = _rows(folder / "funds.csv")
        self.programme_funds = frozenset(r["fund_code"] for r in funds if r["is_of_programme"] == "yes")
        aliases = _rows(folder / "unit_aliases.csv")
        aliases += [_as_alias(r, c) for r in self.units.values() for c in ("unit_name", "unit_name_en")]
        # Two-letter short names are words of the language; only a name that starts in capitals is looked up.
        self.aliases = Phrases([a for a in aliases if len(a["alias"]) > 3], "alias")
        self.things = Phrases(_rows(folder / "narrative_things.csv"))
        phrases = _rows(folder / "narrative_phrases.csv")
        self._phrases_of = defaultdict(list)
        for row in phrases:
            self._phrases_of[row["thing"]].append(row)
        self._finder_of = {thing: Phrases(rows) for thing, rows in self._phrases_of.items()}
        cues = _rows(folder / "narrative_cues.csv")
        self._cues = {k: Phrases([c for c in cues if c["kind"] == k]) for k in {c["kind"] for c in cues}}
        self.plan_ratios, self.growths = (frozenset(c["value"] for c in cues if c["kind"] == k) for k in ("plan_ratio", "growth"))
        guests = "|".join(re.escape(fold(c["phrase"])) for c in cues if c["kind"] == "guest") or "(?!)"
        self.guest = re.compile(rf"(?:{guests})\s*(?:tỉnh)?\s*\Z")  # what stands before a place that is not the reporter
        self._cues["topic"] = Phrases([c for c in cues if c["kind"] in ("fund", "reset", "name")])

    def cues(self, kind: str) -> Phrases:
        """The cue phrases of one kind: fund, topic (fund, reset or name), measure, continue, open_list, stop, national."""
        return self._cues.get(kind, Phrases([]))

    def phrases(self, thing: str) -> Phrases:
        """The indicator phrases of one thing."""
        return self._finder_of.get(thing, Phrases([]))

    def defaults(self, thing: str) -> list[dict[str, Any]]:
        """The rows of a thing that need no phrase."""
        return [r for r in self._phrases_of.get(thing, []) if not r["phrase"]]

    def is_stop_line(self, line: str) -> bool:
        """Whether a line only announces links to other pages."""
        folded = fold(line).strip(" :.»>")
        found = self.cues("stop").at(folded, 0)
        return found is not None and found.end >= len(folded) - 12

    def unit_on(self, rows: list[dict[str, Any]], day: datetime.date) -> str | None:
        """The unit that bore a name on a day, among the alias rows of that name; None when none did."""
        keys = [r["unit_key"] for r in rows if (r["valid_from"] or "0") <= day.isoformat() <= (r["valid_to"] or "9")]
        return keys[0] if keys else None


def _as_alias(unit: dict[str, Any], column: str) -> dict[str, Any]:
    names = {"alias": unit[column], "unit_key": unit["unit_key"]}
    return names | {"valid_from": unit["valid_from"], "valid_to": unit["valid_to"]}


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=4)
def load_register(folder: Path) -> Register:
    """The register of a folder of CSV files, read once."""
    return Register(folder)
