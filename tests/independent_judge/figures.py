"""The figures of a table: every cell of a quantity column with its keys, its value in đồng and how finely it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from independent_judge.register import Register
from independent_judge.tables import Line, Spec, Table, lines_of
from independent_judge.written import (
    MISSING,
    NOT_APPLICABLE,
    NOTHING,
    NOUGHT,
    NUMBER,
    UNREADABLE,
    Written,
    read_date,
    read_number,
)

QUANTITIES = ("figure", "check")
COUNTED = ("date", "mark", "project_state")  # columns whose filled cells are counted
Keys = Mapping[str, str]


@dataclass(frozen=True)
class Figure:
    """One cell of a quantity column: its keys, what it says, and `step`, the unit of its last printed digit (0: exact).

    `is_stored`: the form is the source of record for it, as the register says; only that is a figure in the sense of the design.
    """

    sheet: str
    row: int
    column: str
    kind: str
    role: str
    is_stored: bool
    keys: Keys
    measure: str
    state: str
    value: Decimal
    step: Decimal

    @property
    def is_missing(self) -> bool:
        return self.state == MISSING

    @property
    def place(self) -> tuple[str, int, str]:
        return self.sheet, self.row, self.column


@dataclass(frozen=True)
class TableReader:
    """Reads the table of one sheet of one report; `day` is the day on which its names of units hold."""

    register: Register
    form: str
    sheet: Spec
    table: Table
    factor: Decimal | None
    day: date

    def figures(self) -> Iterator[Figure]:
        """Every figure, column by column. A fund's column in which no line says anything was not filled: it is missing."""
        lines = [(line, self._keys(line)) for line in lines_of(self.table, self.sheet)]
        for column in self.sheet["columns"]:
            if column["role"] not in QUANTITIES or column["name"] not in self.table.columns:
                continue
            cells = [(line, keys, self._written(column, keys, line)) for line, keys in lines]
            details = [self.table.content(line.row, column["name"]) for line, _ in lines if line.kind == "detail"]
            is_left_out = column.get("fund") and details and all(content is None for content in details)
            decimals = max((written.decimals or 0 for _, _, written in cells), default=0)
            for line, keys, written in cells:
                yield self._figure(column, line, keys, NOTHING if is_left_out and written is NOUGHT else written, decimals)

    def _figure(self, column: Spec, line: Line, keys: Keys, said: Written, decimals: int) -> Figure:
        indicator = column.get("indicator") or column.get("counts_as") or keys.get("indicator_code", "")
        fund = column.get("fund") or keys.get("fund_code") or self.sheet.get("line_fund", "")
        measure = column["measure"]
        if measure == "by_behaviour":
            measure = self.register.measures.get(indicator, "")
        factor = self._factor(column, line, keys)
        is_stored = (indicator, fund, self.form, self.sheet["sheet_code"]) in self.register.stored or "fact" in column
        return Figure(
            sheet=self.sheet["sheet_code"],
            row=line.row,
            column=column["name"],
            kind=line.kind,
            role=column["role"],
            is_stored=column["role"] == "figure" and is_stored,
            keys={**keys, "indicator_code": indicator, "fund_code": fund, "column_name": column["name"]},
            measure=measure,
            state=said.state,
            value=(said.value if factor is None else (said.value * factor).to_integral_value()) * Decimal(keys.get("sign", "1")),
            step=self._step(column, indicator, said, decimals, factor),
        )

    def _step(self, column: Spec, indicator: str, said: Written, decimals: int, factor: Decimal | None) -> Decimal:
        """The unit of the last digit printed in the column; counts, and money printed to the đồng, are exact."""
        if said.decimals is None or column["type"] in COUNTED or self.register.is_count(indicator):
            return Decimal(0)
        step = Decimal(10) ** -decimals * (factor or 1)
        return Decimal(0) if factor is not None and step <= 1 else step

    def _factor(self, column: Spec, line: Line, keys: Keys) -> Decimal | None:
        """What an amount is multiplied by to be đồng, by the unit of its line, else of the file; None for what is no money."""
        if column["type"] == "money":
            return self.factor
        if column["type"] != "by_indicator" or not self.register.is_money(keys.get("indicator_code", "")):
            return None
        return self.register.money_factor(self.table.content(line.row, "unit_of_measure") or "") or self.factor

    def _written(self, column: Spec, keys: Keys, line: Line) -> Written:
        content = self.table.content(line.row, column["name"])
        if column["type"] in COUNTED:
            if content is None:
                return NOUGHT if column["blank"] == "zero" else NOTHING
            if column["type"] == "date" and read_date(content) is None:
                return Written(UNREADABLE)
            counts = column["type"] != "project_state" or self.register.word("state", content) in column["counts_when"]
            return Written(NUMBER, Decimal(int(counts)))
        if content is not None:
            return read_number(content)
        if line.kind == "total":
            return NOTHING
        meaning = column["blank"] if column["blank"] != "by_indicator" else self.register.blanks.get(keys.get("indicator_code", ""))
        return {"zero": NOUGHT, "missing": NOTHING, "not_applicable": Written(NOT_APPLICABLE)}[meaning or "missing"]

    def _keys(self, line: Line) -> dict[str, str]:
        if line.kind == "total":
            return {}
        cells = [(c["type"], self.table.content(line.row, c["name"])) for c in self.sheet["columns"] if c["role"] == "key"]
        keys: dict[str, str] = {}
        for kind, content in cells:
            if content is None:
                continue
            match kind:
                case "activity":
                    keys["activity_code"] = self.register.activity(content) or ""
                case "indicator_code":
                    keys["indicator_code"] = str(content).strip()
                case "indicator":
                    keys.setdefault("indicator_code", self.register.word("indicator", content) or "")
                case "project" | "establishment":
                    keys[f"{kind}_key"] = str(content).strip()
                case "fund":
                    keys["fund_code"] = self.register.word("fund", content) or ""
                case "effect":
                    keys["sign"] = self.register.word("effect", content) or "0"
                case "unit":
                    keys["unit_key"] = self.register.unit(content, self.day) or ""
        return keys
