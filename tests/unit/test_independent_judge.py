"""The independent judge is independent, reads what people write, and judges small figures as worked by hand."""

import ast
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from independent_judge.difference import differences
from independent_judge.evidence import Shelf
from independent_judge.figures import Figure
from independent_judge.judging import verdicts
from independent_judge.register import Register
from independent_judge.reports import Report, read_forms
from independent_judge.rules import read_rules
from independent_judge.written import MISSING, NOT_APPLICABLE, NUMBER, UNREADABLE, read_number

ROOT = Path(__file__).parents[2]
JUDGE = ROOT / "tests" / "independent_judge"
ALLOWED = {"openpyxl", "yaml", "independent_judge", *sys.stdlib_module_names}
FORMS, _ = read_forms(ROOT / "ingestion" / "forms")
REGISTER = Register(ROOT / "dbt_project" / "register")
RULES = {rule.rule_id: rule for rule in read_rules(ROOT / "expectations" / "rules")[0]}


def test_it_imports_nothing_but_python_two_readers_and_itself():
    for path in JUDGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                assert {str(name).split(".")[0] for name in names} <= ALLOWED, (path.name, names)


@pytest.mark.parametrize(
    ("content", "state", "value", "decimals"),
    [
        (206.2, NUMBER, "206.2", 1), (43, NUMBER, "43", 0), (0.394002, NUMBER, "0.394002", 6), ("1.433,30", NUMBER, "1433.30", 2),
        ("47.017", NUMBER, "47017", 0), ("-", NUMBER, "0", None), ("…", MISSING, "0", None), ("x", NOT_APPLICABLE, "0", None),
        ("-38,4", NUMBER, "-38.4", 1), ("#REF!", UNREADABLE, "0", None), ("1.43", UNREADABLE, "0", None),
    ],
)  # fmt: skip
def test_what_a_cell_says(content, state, value, decimals):
    said = read_number(content)
    assert (said.state, said.value, said.decimals) == (state, Decimal(value), decimals)


def report(*amounts: tuple[str, str, object], month: int = 9, step: int = 100_000, form: str = "kinh-phi") -> Report:
    """A money report of Hà Nội: (activity or total, column, million đồng), printed to a tenth of a million."""
    end = date(2026, month, 30 if month in (6, 9) else 31)
    made = Report("ha-noi/a.xlsx", "a" * 64, datetime(2026, 12, 1), form, "ha-noi", "so", date(2026, 1, 1), end, 2026, end)
    indicators = {column["name"]: column for column in FORMS["kinh-phi"]["sheets"][0]["columns"]}
    for row, (activity, name, amount) in enumerate(amounts):
        column = indicators[name]
        keys = {"indicator_code": column["indicator"], "fund_code": column["fund"], "column_name": name}
        if activity != "total":
            keys["activity_code"] = activity
        state, printed = (MISSING, 0) if amount is None else (NUMBER, step)
        kind = "total" if activity == "total" else "detail"
        value, is_stored = Decimal(str(amount or 0)) * 1_000_000, column["role"] == "figure"
        made.figures.append(
            Figure("money", row, name, kind, column["role"], is_stored, keys, column["measure"], state, value, Decimal(printed))
        )
    return made


def said(rule_id: str, judged: Report, *others: Report) -> dict[str, tuple[str, str]]:
    shelf = Shelf([judged, *others], REGISTER, FORMS)
    return {v.scope: (v.verdict, v.reason) for v in verdicts(RULES[rule_id], judged, shelf, frozenset())}


def parts(first: object, second: object, total: object) -> Report:
    return report(("A1", "kcdp_t_plan", first), ("A3", "kcdp_t_plan", second), ("total", "kcdp_t_plan", total))


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        (parts(10.1, 20.2, 30.3), ("pass", "")),
        (parts(10.1, 20.2, 30.4), ("pass", "")),  # three halves of the last digit: up to 0.15 is rounding
        (parts(10.1, 20.2, 30.5), ("fail", "hard")),
        (parts(10.1, None, 10.1), ("undecided", "missing_value")),
        (report(("A1", "kcdp_t_plan", 10)), ("undecided", "missing_term")),
    ],
)
def test_a_total_is_the_sum_of_its_parts_as_printed(judged, verdict):
    assert said("KP-01", judged) == {"column_name=kcdp_t_plan": verdict}


def test_a_cumulative_amount_is_compared_with_the_period_before():
    now, before = report(("A1", "kcdp_t_implemented", 50)), report(("A1", "kcdp_t_implemented", 60), month=6)
    scope = "activity_code=A1;fund_code=KCDP-T;indicator_code=KC-E06"
    assert said("TG-01", now, before) == {scope: ("fail", "hard")}
    assert said("TG-01", before, now) == {scope: ("undecided", "no_counterpart_report")}
    first = report(("A1", "kcdp_t_implemented", 5), month=3)
    assert said("TG-01", first) == {scope: ("pass", "")}, "before the first period of the year there is nothing"
    silent = report(("A3", "kcdp_t_implemented", 70))
    assert scope not in said("TG-01", silent, before), "what a report does not speak of is no scope of it"


def test_differences_are_named_whoever_is_silent():
    judged = parts(10, 20, 30)
    (ours,) = verdicts(RULES["KP-01"], judged, Shelf([judged], REGISTER, FORMS), frozenset())
    key = (judged.name, "KP-01", ours.scope)
    names = {judged.name: judged.path}
    assert differences({key: ours}, {key: ("pass", "whatever")}, names) == []
    for theirs in ({}, {key: ("fail", "hard")}, {key: ("pass", ""), (judged.name, "KP-02", ""): ("pass", "")}):
        assert len(differences({key: ours}, theirs, names)) == 1
    (sentence,) = differences({key: ours}, {key: ("fail", "hard")}, names)
    assert sentence == (
        "KP-01 on ha-noi/a.xlsx [column_name=kcdp_t_plan]: the judge says pass (left 30000000 of 2, right 30000000 of 1), "
        "the warehouse fail"
    )
