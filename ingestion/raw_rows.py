"""A submission as read → its rows of schema raw, as text for COPY: made where the file is read, written where the database is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ingestion.findings import Finding, shortened
from ingestion.readers.narrative import NarrativeResult
from ingestion.sheets.draft import Draft
from ingestion.sheets.identity import Identity
from ingestion.written.text import column_letter

LINE_KEYS = (
    "line_unit_key", "place_unit_key", "fund_code", "activity_code", "indicator_code", "project_key", "establishment_key",
    "effect_code", "state_code",
)  # fmt: skip
CELL_COLUMNS = (
    "sheet_code", "row_number", "column_name", "reading", "value", "decimals", "qualifier", "is_estimated",
    "alternatives",
)  # fmt: skip
MENTION_COLUMNS = (
    "mention_number", "span_start", "span_end", "line_number", "written", "value", "low", "high", "unit", "qualifier",
    "is_estimated", "activity_code", "indicator_code", "measure", "unit_key", "budget_year", "period_start", "period_end",
    "fund_code",
)  # fmt: skip
RELATION_COLUMNS = (
    "relation_number", "relation_kind", "written", "left_mentions", "right_mention", "closeness", "explanation_vi",
    "explanation_en",
)  # fmt: skip
RawTable = tuple[str, tuple[str, ...], Iterable[tuple[Any, ...]]]  # its name, its columns, its rows
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})


@dataclass(frozen=True)
class SubmissionRows:
    """One submission ready for schema raw, as small as it can travel between processes.

    `texts` holds (table, columns, rows in COPY's text format) without the submission_key, which the database gives. `identity` is
    None when it cannot be told whose report it is; then there are only findings.
    """

    form_code: str
    form_version: str
    identity: Identity | None
    is_returned: bool
    findings: tuple[Finding, ...]
    texts: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    n_cells: int = 0


def submission_rows(draft: Draft) -> SubmissionRows:
    """A submission as read → its rows: header, columns, lines, cells, and of a narrative its mentions."""
    kept = SubmissionRows(
        draft.form.form_code, draft.version, draft.identity, draft.is_returned, tuple(shortened(draft.findings))
    )
    if draft.identity is None:
        return kept
    tables = submission_tables(draft)
    if draft.narrative:
        tables += mention_tables(draft.narrative)
    texts = ((table, columns, copy_text(rows)) for table, columns, rows in tables)
    n_cells = sum(len(table_lines.cells) for table_lines in draft.lines.values())
    return replace(kept, texts=tuple(each for each in texts if each[2]), n_cells=n_cells)


def submission_tables(draft: Draft) -> list[RawTable]:
    """The rows of schema raw about a submission as read, without its submission_key: header, columns, lines, cells."""
    form, lines = draft.form, [line for table_lines in draft.lines.values() for line in table_lines.lines]
    cells = [(code, *cell) for code, table_lines in draft.lines.items() for cell in table_lines.cells]
    return [
        (
            "submission_header",
            ("field_name", "sheet_name", "cell_address", "written"),
            ((c.field_name, c.sheet_name, c.cell_address, c.written) for c in draft.header.values()),
        ),
        (
            "submission_column",
            ("sheet_code", "sheet_name", "column_name", "column_letter", "header_written", "money_factor", "cell_row"),
            (
                (t.form_sheet.sheet_code, t.sheet.name, name, column_letter(t.sheet.first_column + position),
                 t.headers[name], t.money_factors.get(name), t.cell_rows.get(name))
                for t in draft.tables
                for name, position in t.positions.items()
            ),
        ),
        (
            form.table_name,
            ("sheet_code", "row_number", *form.raw_columns),
            ((n.sheet_code, n.row_number, *map(n.texts.get, form.raw_columns)) for n in lines),
        ),
        (
            "line",
            ("sheet_code", "row_number", "line_kind", *LINE_KEYS, "dimension_key", "codes"),
            (
                (n.sheet_code, n.row_number, n.line_kind, *map(n.keys.get, LINE_KEYS), n.keys.get("dimension_key", ""),
                 json.dumps(n.codes, ensure_ascii=False, sort_keys=True) if n.codes else None)
                for n in lines
            ),
        ),
        (
            "cell",
            CELL_COLUMNS,
            (
                (sheet_code, row_number, column_name, r.reading, r.value, r.decimals, r.qualifier, r.is_estimated,
                 "{" + ",".join(map(str, r.alternatives)) + "}" if r.alternatives else None)
                for sheet_code, row_number, column_name, r in cells
            ),
        ),
    ]  # fmt: skip


def mention_tables(result: NarrativeResult) -> list[RawTable]:
    """The mentions of a narrative, numbered from 1 in the order of the text, and the relations between them."""
    mentions = (
        (number, q.span.start, q.span.end, m.line, q.written, q.value, q.low, q.high, m.unit, q.qualifier, q.is_estimated,
         m.activity, m.indicator_code, m.measure, m.unit_key, m.budget_year, m.period_start, m.period_end, m.fund)
        for number, (m, q) in enumerate(((m, m.quantity) for m in result.mentions), 1)
    )  # fmt: skip
    relations = (
        (number, r.kind, r.written, "{" + ",".join(str(i + 1) for i in r.left) + "}", r.right + 1, r.closeness,
         r.explanation_vi, r.explanation_en)
        for number, r in enumerate(result.relations, 1)
    )  # fmt: skip
    return [("mention", MENTION_COLUMNS, mentions), ("mention_relation", RELATION_COLUMNS, relations)]


def copy_text(rows: Iterable[tuple[Any, ...]]) -> str:
    """Rows in COPY's text format; None is null, everything else its text."""
    return "".join("\t".join(map(_field, row)) + "\n" for row in rows)


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    return value.translate(ESCAPES) if isinstance(value, str) else str(value)
