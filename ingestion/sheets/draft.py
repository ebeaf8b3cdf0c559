"""What was found of one form in a file, on the way to its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingestion.findings import Finding
from ingestion.form import Form
from ingestion.readers.narrative import NarrativeResult
from ingestion.sheets.headers import HeaderCell
from ingestion.sheets.identity import Identity
from ingestion.sheets.layout import Table
from ingestion.sheets.line import TableLines


@dataclass
class Draft:
    """One form found in a file; `identity` is None when nobody can tell whose it is; `rivals`: sheets that fit one place."""

    form: Form
    version: str
    identity: Identity | None = None
    header: dict[str, HeaderCell] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    lines: dict[str, TableLines] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    narrative: NarrativeResult | None = None
    rivals: list[str] = field(default_factory=list)

    @property
    def is_returned(self) -> bool:
        return any(finding.verdict == "return" for finding in self.findings)
