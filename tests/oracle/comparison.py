"""Two tables cell by cell: what the product shows, and what the oracle says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Number
from typing import Any

Cell = tuple[str, tuple, str, Any, Any]  # table, key, column, what the product shows, what the oracle says


@dataclass
class Tally:
    """How much was compared, and every cell that differs; a row that only one side has differs in all its columns."""

    rows: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    columns: dict[str, set[str]] = field(default_factory=dict)
    different: list[Cell] = field(default_factory=list)

    def compare(
        self,
        table: str,
        shown: Mapping[tuple, Mapping[str, Any]],
        true: Mapping[tuple, Mapping[str, Any]],
        columns: Iterable[str],
    ) -> None:
        """Compare two tables by key in the columns named."""
        columns = tuple(columns)
        self.columns.setdefault(table, set()).update(columns)
        self.rows[table] += len(shown)
        for key in shown.keys() | true.keys():
            if key not in shown or key not in true:
                side = ("no row", "a row") if key in true else ("a row", "no row")
                self.different.append((table, key, "*", *side))
                continue
            self.cells[table] += len(columns)
            for column in columns:
                left, right = shown[key][column], true[key][column]
                if left != right and not (left is not None and right is not None and _same(left, right)):
                    self.different.append((table, key, column, left, right))

    def add(self, other: Tally) -> None:
        """Take in what another comparison found."""
        self.rows += other.rows
        self.cells += other.cells
        for table, columns in other.columns.items():
            self.columns.setdefault(table, set()).update(columns)
        self.different += other.different

    def report(self, examples: int = 12) -> str:
        """What was compared, table by table, and the first differences of each column."""
        lines = [
            f"{table}: {len(self.columns[table])} columns × {rows} rows = {self.cells[table]} cells"
            for table, rows in sorted(self.rows.items())
        ]
        lines.append(f"{sum(self.cells.values())} cells, {len(self.different)} different")
        by_column = Counter((table, column) for table, _, column, _, _ in self.different)
        for (table, column), count in by_column.most_common():
            lines.append(f"  {table}.{column}: {count}")
            those = sorted((d for d in self.different if d[0] == table and d[2] == column), key=lambda d: str(d[1]))
            lines += [
                f"    {' '.join(map(str, key))}: shown {left}, true {right}"
                for _, key, _, left, right in those[:examples]
            ]
        return "\n".join(lines)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, Number) and isinstance(right, Number):
        return Decimal(str(left)) == Decimal(str(right))
    return False
