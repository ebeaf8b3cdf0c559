"""What a night is made from, as hashes: a night from the same inputs as the one before has nothing to do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.rows import single_row
from warehouse.settings import PROJECT, Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from khuyencong.night.night import Night

CODE_FOLDERS = ("khuyencong", "warehouse", "ingestion", "expectations", "dbt_project/models", "dbt_project/macros")
CODE_ENDINGS = {".py", ".sql"}


def hash_of_files(folder: Path, endings: set[str]) -> str:
    """sha256 over names and bytes of the files below a folder, in name order, without paths of the machine."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in endings and p.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def hashes_of(settings: Settings) -> tuple[str, str, str, str]:
    """Hashes of the code, the register, the rules and the forms that a night uses."""
    code = hashlib.sha256()
    for folder in CODE_FOLDERS:
        code.update(hash_of_files(PROJECT / folder, CODE_ENDINGS).encode())
    return (
        code.hexdigest(),
        hash_of_files(settings.register, {".csv"}),
        hash_of_files(settings.rules, {".yml"}),
        hash_of_files(settings.forms, {".yml"}),
    )


def inputs_hash(night: Night) -> str:
    """sha256 of all that a night is made from: as_of, code, register, rules, forms, the newest receipt, words of reviewers and
    withdrawal, and how many files wait to be read.
    """
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "inputs_of_run"), {"run_key": night.run_key})
        return hashlib.sha256("|".join(map(str, single_row(cursor))).encode()).hexdigest()


def inputs_of_run_before(night: Night) -> str | None:
    """None when the run before failed or was no whole night: then what it left in staging and checks is not to be trusted."""
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute(
            "select inputs_hash from release.run where run_key < %s order by run_key desc limit 1",
            (night.run_key,),
        )
        row = cursor.fetchone()
    return row[0] if row else None
