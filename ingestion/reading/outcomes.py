"""What reading one landed file comes to: its submissions and findings, or what kept it from being read."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.findings import Finding
from ingestion.raw_rows import SubmissionRows

# What the file did to its reader: it goes back to its sender.
OF_THE_FILE = ("file_crash", "file_time", "file_memory", "file_output", "file_not_stored")
# What became of the bytes in landing: they are asked for again.
OF_THE_BYTES = ("bytes_missing", "bytes_changed")
# What the machine could not do; the file is tried again on a later night.
OF_THE_MACHINE = ("machine",)
CAUSES = (*OF_THE_FILE, *OF_THE_BYTES, *OF_THE_MACHINE)


@dataclass(frozen=True)
class FileRead:
    """The submissions of a file as rows of schema raw, and the findings about the file itself."""

    submissions: tuple[SubmissionRows, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class FileTrouble:
    """Why a file was not read: a cause of CAUSES and what was seen of it, for the desk."""

    cause: str
    detail: str


Outcome = FileRead | FileTrouble
