"""Two lines of a report exchanged: one flag with one cause that names both rows, and no sound report is accused of it.

The reports are those of the clean sample nation; lines are exchanged with openpyxl. What can be seen is said by the rules
themselves: a report in which no rule fails after the exchange shows nothing to anybody, and is only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from exchanged import (
    SECOND,
    Exchange,
    Told,
    desk_of,
    files_of,
    is_seen_in_figures,
    line_rows,
    night_of,
    pairs_of,
    reports,
)
from test_gate import Nights

from samples.workbook import workbook_bytes
from warehouse.address import Warehouse
from warehouse.settings import Settings

FEW = (
    "ha-noi",
    "hai-phong",
    "thanh-hoa",
    "nghe-an",
    "da-nang",
    "lam-dong",
    "dong-nai",
    "can-tho",
    "an-giang",
    "cao-bang",
)


@pytest.fixture
def nights(database: Warehouse, settings: Settings) -> Iterator[Nights]:
    made = Nights(database, settings)
    yield made
    made.connection.close()


def _outcome(told: Told, rows: tuple[int, int]) -> str:
    """named: the one flag says so, of these rows; unseen: no rule failed; else what the first flag says."""
    if not told.n_failed:
        return "unseen"
    said = [(mechanism, found) for mechanism, _, found, _, _ in told.flags]
    if ("rows_exchanged", tuple(sorted(rows))) in said:
        return "named" if len(said) == 1 else "named beside others"
    return f"not named: {said[0][0] if said else 'no flag'}"


def _play(
    nights: Nights, folder: Path, form_code: str, units: tuple[str, ...], sound: tuple[str, ...], neighbours: bool
) -> Counter[str]:
    desk = desk_of()
    documents = reports(desk, [*units, *sound])
    exchanges = []
    for number, unit in enumerate(units):
        data = workbook_bytes(documents[form_code, unit, SECOND][0])[0]
        pairs = [
            pair
            for pair in pairs_of(line_rows(data, form_code), only_neighbours=neighbours)
            if is_seen_in_figures(data, form_code, pair)
        ]
        exchanges.append(Exchange(unit, form_code, pairs[number % len(pairs)]))
    told = night_of(nights, folder, files_of(documents, exchanges))
    counted: Counter[str] = Counter()
    for each in exchanges:
        outcome = _outcome(told[each.form_code, each.unit_key, SECOND], each.rows)
        print(
            each,
            outcome,
            told[each.form_code, each.unit_key, SECOND].n_failed,
            [f[:3] for f in told[each.form_code, each.unit_key, SECOND].flags],
        )
        counted[outcome] += 1
    spoilt = {(each.form_code, each.unit_key, SECOND) for each in exchanges}
    accused = [
        key
        for key, said in told.items()
        if key not in spoilt and any(flag[0] == "rows_exchanged" for flag in said.flags)
    ]
    assert accused == []
    return counted


def test_money_lines_exchanged(nights: Nights, tmp_path: Path) -> None:
    counted = _play(nights, tmp_path / "inbox", "kinh-phi", FEW[:8], FEW[8:], neighbours=False)
    print(counted)
    assert counted["named"] >= 6
