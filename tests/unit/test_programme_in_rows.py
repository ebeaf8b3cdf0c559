"""What belongs to one programme stands in its rows: code names no nation, programme, money, fund, indicator or office of it.

Looked at are the texts that code works with: strings of Python that are no docstring, SQL and YAML without comments. An example in
a docstring decides nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.settings import PROJECT

CODE = ("kc", "khuyencong", "ingestion", "expectations", "dags", "warehouse", "dbt_project/models", "dbt_project/macros",
        "dbt_project/tests")  # fmt: skip
OF_A_PROGRAMME = ("ingestion/forms", "expectations/rules")
NAMES = re.compile(
    r"khuyến công|khuyen[ -]cong|viet-nam|việt nam|\bđồng\b|\bVN[DĐ]\b|\bKC(?:QG|DP|ĐP)\b|\bKC-[A-Z]\d|Ho_Chi_Minh|trung-uong"
    r"|phia-(?:bac|nam)|mien-trung|sở công thương|\b(?:triệu|tỷ|nghìn) đồng",
    re.IGNORECASE,
)
# file → why it may; each must still be one that says such a name
EXCEPTIONS = {
    "kc/figures.py": "examples of commands in their help",
    "kc/register.py": "examples of commands in their help",
    "kc/releases.py": "examples of commands in their help",
    "warehouse/migrations/0103_checks.sql": "applied, so never changed",
    "warehouse/migrations/0104_release.sql": "applied, so never changed",
    "warehouse/migrations/0130_programme.sql": "whose the warehouses are that were made before this",
    "dbt_project/models/staging/stg_figure.yml": "invented rows of a unit test",
}


def files() -> list[Path]:
    found = [path for root in CODE for ending in ("py", "sql", "yml") for path in (PROJECT / root).rglob(f"*.{ending}")]
    return [path for path in found if not str(path.relative_to(PROJECT)).startswith(OF_A_PROGRAMME)]


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of what a file works with: no docstrings, no comments; of a command its docstring too, which is its help."""
    written = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        mark = "--" if path.suffix == ".sql" else "#"
        yield from ((number, line.split(mark)[0]) for number, line in enumerate(written.splitlines(), 1))
        return
    tree = ast.parse(written)
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    is_help = path.is_relative_to(PROJECT / "kc")
    documents = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)} if not is_help else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


def named(path: Path) -> list[str]:
    place = path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path.name
    return [f"{place}:{line}: {found[0]}" for line, text in texts(path) for found in NAMES.finditer(text)]


def test_code_names_nothing_of_one_programme() -> None:
    assert len(files()) > 400
    found = {str(path.relative_to(PROJECT)): said for path in files() if (said := named(path))}
    assert {name: said for name, said in found.items() if name not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() - found.keys() == set(), "exceptions that need none"


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("a.py", 'UNIT = "triệu đồng"\n', True), ("a.py", 'NATION = "viet-nam"\n', True), ("a.py", 'CODE = f"{x} KC-E05"\n', True),
        ("a.py", '"""12 triệu đồng"""\nX = 1  # viet-nam\n', False), ("a.py", 'WORD = "hợp đồng lao động"\n', True),
        ("a.sql", "select 'viet-nam' as nation\n", True), ("a.sql", "-- viet-nam\nselect 1\n", False),
        ("a.yml", 'vi: "khuyến công"\n', True), ("a.yml", "# khuyến công\nvi: x\n", False),
    ],
)  # fmt: skip
def test_the_scan_sees_what_it_must(tmp_path: Path, name: str, text: str, is_found: bool) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert bool(named(tmp_path / name)) is is_found
