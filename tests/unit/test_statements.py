"""Each statement in a .sql file is asked, and asked with the parameters that its text names."""

from __future__ import annotations

import ast
import re

from kc.house_page import HOUSES
from warehouse.settings import PROJECT

PARAMETER = re.compile(r"%\((\w+)\)s")
MODULES = [path for house in HOUSES for path in sorted((PROJECT / house).rglob("*.py"))]


def named_statement(node):
    """The name of `read_statement(..., "name")`, or None."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "read_statement"
    if is_call and isinstance(node.args[1], ast.Constant):
        return node.args[1].value
    return None


def calls_with_literal_parameters():
    """(module, statement's text, names given) of every call whose parameters stand beside the statement."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or (name := named_statement(node.args[0])) is None:
                continue
            statement = path.parent / "sql" / f"{name}.sql"
            if not statement.exists():
                statement = PROJECT / "warehouse" / "sql" / f"{name}.sql"
            given = node.args[1] if len(node.args) > 1 else None
            if given is None or isinstance(given, ast.Dict):
                keys = [] if given is None else given.keys
                if all(isinstance(key, ast.Constant) for key in keys):
                    yield path.name, statement, {key.value for key in keys}


def test_a_statement_is_given_the_parameters_that_it_names():
    calls = list(calls_with_literal_parameters())
    assert len(calls) > 60
    different = [
        (module, statement.name, sorted(asked ^ given))
        for module, statement, given in calls
        if (asked := set(PARAMETER.findall(statement.read_text(encoding="utf-8")))) != given
    ]
    assert not different


def test_every_statement_is_asked():
    said = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    unused = [
        path.name
        for house in HOUSES
        for path in (PROJECT / house).rglob("sql/*.sql")
        if not re.search(rf"""["']{path.stem}["']""", said)
    ]
    assert not unused
