"""What the door says about a file: one finding a fault, its sentences taken from findings.yml, the one home of all codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from ingestion.written.characters import shown
from ingestion.written.money_units import text_unit
from warehouse.settings import in_its_words

CATALOGUE = Path(__file__).parent / "findings.yml"
MOST_ALIKE = 200
# What stands in no cell, by the words that it has in place of an address → what sentences call its place.
NAMED_PLACES = {
    "sheet name": ("Tên trang “{sheet}”", "the name of sheet “{sheet}”"),
    "file name": ("Tên tệp", "the name of the file"),
    "folder": ("Tên thư mục của tệp", "the folder of the file"),
    "form": ("Mẫu biểu", "the form itself"),
}
CELL_VI, CELL_EN = "Ô {cell} trang “{sheet}”", "cell {cell} of sheet “{sheet}”"
VERDICTS = ("return", "cell", "note", "quarantine")


@dataclass(frozen=True)
class Finding:
    """One fault: its code and verdict (VERDICTS), where it stands, what is written there, what was expected."""

    code: str
    verdict: str
    message_vi: str
    message_en: str
    sheet_name: str | None = None
    cell_address: str | None = None
    sheet_code: str | None = None
    row_number: int | None = None
    column_name: str | None = None
    written: str | None = None
    expected: str | None = None


class ReturnedFile(Exception):
    """A file that cannot be read at all; carries the finding that says why."""

    def __init__(self, finding: Finding):
        super().__init__(finding.message_en)
        self.finding = finding


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Code → verdict and the two sentences; raises ValueError when an entry is incomplete."""
    entries: dict[str, dict[str, str]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    for code, entry in entries.items():
        if set(entry) != {"verdict", "vi", "en"} or entry["verdict"] not in VERDICTS:
            raise ValueError(f"{CATALOGUE.name}: {code}: needs verdict ({', '.join(VERDICTS)}), vi and en.")
        for language in ("vi", "en"):
            entry[language] = in_its_words(entry[language]).replace("{money_unit}", text_unit())
    return entries


def shortened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings as people read them: of one code the first MOST_ALIKE, then one that says how many more there are.

    What refuses a cell is kept whole, because each of them says of its figure that it does not count.
    """
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.code] += finding.verdict != "cell"
        if counts[finding.code] <= MOST_ALIKE:
            yield finding
    for code, count in counts.items():
        if count > MOST_ALIKE:
            yield find("more_alike", written=code, expected=count - MOST_ALIKE)


def find(
    code: str,
    *,
    sheet_name: str | None = None,
    cell: str | None = None,
    sheet_code: str | None = None,
    row_number: int | None = None,
    column_name: str | None = None,
    written: object = None,
    expected: object = None,
    **words: object,
) -> Finding:
    """A finding of the catalogue at a place; `words` fill further blanks of its sentences. Raises KeyError for an unknown code."""
    entry = catalogue()[code]
    written_text = None if written is None else shown(str(written))[:500]
    expected_text = None if expected is None else str(expected)[:2000]
    blanks = {"sheet": sheet_name or "", "cell": cell or "", "written": written_text or "", "expected": expected_text or ""}
    blanks["row"] = "" if row_number is None else str(row_number)
    blanks |= {name: str(word) for name, word in words.items()}
    vi, en = entry["vi"], entry["en"]
    if cell in NAMED_PLACES:
        vi, en = _at_named_place(vi, en, *NAMED_PLACES[cell])
    return Finding(
        code=code,
        verdict=entry["verdict"],
        message_vi=vi.format(**blanks).strip(),
        message_en=en.format(**blanks).strip(),
        sheet_name=sheet_name,
        cell_address=cell,
        sheet_code=sheet_code,
        row_number=row_number,
        column_name=column_name,
        written=written_text,
        expected=expected_text,
    )


def _at_named_place(vi: str, en: str, place_vi: str, place_en: str) -> tuple[str, str]:
    """Two sentences about a cell as they are said of a place that is no cell."""
    for cell, place in ((CELL_EN, place_en), (CELL_EN.capitalize(), place_en[:1].upper() + place_en[1:])):
        en = en.replace(cell, place)
    vi = vi.replace(CELL_VI, place_vi)
    return vi.replace(CELL_VI[:1].lower() + CELL_VI[1:], place_vi[:1].lower() + place_vi[1:]), en
