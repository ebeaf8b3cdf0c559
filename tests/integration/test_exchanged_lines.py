"""Two lines of a report exchanged: one flag with one cause that names both rows, and no sound report is accused of it.

The reports are those of the clean sample nation; lines are exchanged with openpyxl. What can be seen is said by the rules
themselves: a report in which no rule fails after the exchange shows nothing to anybody, and is only counted. So is an exchange of
two kinds of line (an indicator of plan and a count): the figures of the one stand in columns that the other does not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from exchanged import (
    SECOND,
    Exchange,
    Told,
    desk_of,
    files_of,
    kinds_of,
    night_of,
    pairs_of,
    reports,
)
from test_gate import Nights

from samples.workbook import workbook_bytes
from warehouse.address import Warehouse
from warehouse.settings import Settings

# unit → form and the number of its pair of rows, neighbours first: so many of one form that near and far ones are among them
FEW = {
    "ha-noi": ("kinh-phi", 0), "hai-phong": ("kinh-phi", 1), "thanh-hoa": ("kinh-phi", 2), "nghe-an": ("kinh-phi", 3),
    "da-nang": ("kinh-phi", 5), "lam-dong": ("kinh-phi", 11), "can-tho": ("kinh-phi", 14), "dong-nai": ("kinh-phi", 20),
    "lang-son": ("ket-qua", 4), "son-la": ("ket-qua", 8), "lai-chau": ("ket-qua", 7), "hue": ("ket-qua", 18),
}  # fmt: skip
SOUND = ("an-giang", "cao-bang")


@pytest.fixture
def nights(database: Warehouse, settings: Settings) -> Iterator[Nights]:
    made = Nights(database, settings)
    yield made
    made.connection.close()


def outcome(told: Told, rows: tuple[int, int]) -> str:
    """named: one flag says so, of these rows; unseen: no rule failed; soft: none about which an error is sought (only that the
    report is far from others, or a ratio); else what the first flag says.
    """
    if not told.n_hard:
        return "soft" if told.n_failed else "unseen"
    said = [(mechanism, found) for mechanism, _, found, _, _ in told.flags]
    if ("rows_exchanged", tuple(sorted(rows))) in said:
        return "named" if len(said) == 1 else "named beside others"
    return f"not named: {said[0][0] if said else 'no flag'}"


SEEN = ("named", "unseen", "soft")


def _play(nights: Nights, folder: Path, wanted: dict[str, tuple[str, int]], sound: Sequence[str]) -> dict[str, Counter[str]]:
    """Form → how many exchanges came out how; `wanted` names for each unit its form and the number of its pair."""
    documents = reports(desk_of(), [*wanted, *sound])
    exchanges = []
    for unit, (form_code, number) in wanted.items():
        data = workbook_bytes(documents[form_code, unit, SECOND][0])[0]
        pairs = pairs_of(data, form_code)
        rows = pairs[number % len(pairs)]
        exchanges.append(Exchange(unit, form_code, rows, kinds_of(data, form_code, rows)))
    told = night_of(nights, folder, files_of(documents, exchanges))
    counted: dict[str, Counter[str]] = {"kinh-phi": Counter(), "ket-qua": Counter()}
    for each in exchanges:
        said = told[each.form_code, each.unit_key, SECOND]
        what = outcome(said, each.rows)
        counted[each.form_code][what if each.n_kinds == 1 or what in SEEN else "two kinds of line"] += 1
        print(each, outcome(said, each.rows), said.n_failed, [flag[:3] for flag in said.flags])
        for mechanism, _, rows, vi, en in said.flags:
            if mechanism == "rows_exchanged":
                assert all(f"dòng {row} (" in vi and f"row {row} (" in en for row in rows)
    spoilt = {(each.form_code, each.unit_key, SECOND) for each in exchanges}
    flagged = [(key, flag[0]) for key, said in told.items() if key not in spoilt for flag in said.flags]
    assert [each for each in flagged if each[1] in ("rows_exchanged", "line_missing")] == []
    print(counted)
    return counted


def test_exchanged_lines_are_one_flag_that_names_both(nights: Nights, tmp_path: Path) -> None:
    counted = _play(nights, tmp_path / "inbox", FEW, SOUND)
    for form_code, outcomes in counted.items():
        assert set(outcomes) <= {*SEEN, "two kinds of line"}, (form_code, outcomes)
    assert counted["kinh-phi"]["named"] >= 6 and counted["ket-qua"]["named"] >= 2


@pytest.mark.long
@pytest.mark.parametrize("form_code", ["kinh-phi", "ket-qua"])
def test_every_pair_of_lines(nights: Nights, tmp_path: Path, form_code: str) -> None:
    """A pair a province: all pairs of the money report's lines, and of the results as many as there are provinces."""
    rows = desk_of().nation.register.rows["units"]
    rows = desk_of().nation.register.rows["units"]
    provinces = list(dict.fromkeys(row["unit_key"] for row in rows if row["unit_kind"] == "province"))
    documents = reports(desk_of(), provinces)
    there = [unit for unit in provinces if (form_code, unit, SECOND) in documents]
    counted = _play(nights, tmp_path / "inbox", {unit: (form_code, number) for number, unit in enumerate(there)}, ())
    # of the results one: a tour without a person, of which one rule speaks, and no figure of the period before
    not_named = {what: n for what, n in counted[form_code].items() if what not in (*SEEN, "two kinds of line")}
    assert sum(not_named.values()) <= {"kinh-phi": 0, "ket-qua": 1}[form_code], not_named
    assert counted[form_code]["named"] >= {"kinh-phi": 45, "ket-qua": 15}[form_code]
