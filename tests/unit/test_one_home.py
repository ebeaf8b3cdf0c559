"""Each of these facts is written in one home and read from there: a scan of SQL and Python for spellings of their own.

What people write (the sample nation), invented registers and what tests work out by hand are no homes and are not scanned.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass, field

import pytest

from warehouse.settings import PROJECT

FOLDERS = ("warehouse", "ingestion", "expectations", "khuyencong", "kc", "dags", "bench", "dbt_project")
LEFT_OUT = ("warehouse/migrations/", "dbt_project/target/")


@dataclass(frozen=True)
class Fact:
    """homes: where it is written; readers: files that name its words and decide nothing by them, each with the reason;
    spellings: what may stand nowhere else; once: lines as they stood before it had a home, which the scan must find."""

    homes: tuple[str, ...]
    spellings: tuple[str, ...]
    once: tuple[str, ...]
    readers: dict[str, str] = field(default_factory=dict)


FACTS = {
    "is it money": Fact(
        homes=("dbt_project/register/units_of_measure.csv", "dbt_project/models/staging/stg_indicator.sql",
               "ingestion/register_measures.py"),
        spellings=(
            r"(=|<>|\b(in|like|ilike|when|endswith)\b)\s*\(?\s*'%{0,2}(triệu |tỷ |nghìn )?đồng'",
            r"beneficiary%|starts_?with\([^)]*'beneficiary'\)|\bstored_unit\(|money_factor\(\w+\.unit\)",
        ),
        once=(
            "release.stored_unit(unit) = 'đồng' as is_money", "indicator.unit in ('triệu đồng', 'tỷ đồng')",
            "coalesce(indicator.unit like '%%đồng', cell.indicator_code like 'beneficiary%%', false)",
            "coalesce(right(indicator.unit, 4) = 'đồng', starts_with(figure.indicator_code, 'beneficiary'), false)",
            "indicator is not None and indicator.unit == 'triệu đồng'", "row['unit'].endswith('đồng')",
            "case when written_unit in ('triệu đồng', 'tỷ đồng', 'nghìn đồng') then 'đồng' else written_unit end",
            "case when mention.unit = 'triệu đồng' then 1000000 else 1 end", "money_factor(i.unit) is not None",
        ),
        readers={
            "ingestion/readers/narrative/scanner.py": "tells every amount of a text in one unit of money",
            "ingestion/written/quantities.py": "words of money as people write them, before any indicator is known",
        },
    ),
    "which measure a behaviour means": Fact(
        homes=("dbt_project/register/behaviours.csv", "dbt_project/models/staging/stg_indicator.sql",
               "ingestion/register_measures.py"),
        spellings=(r"'ytd_flow'|'average'", r"\bbehaviour\s*(=|<>|==|!=|in)\s*\(?\s*'", r"case\s+\w+\.behaviour\b"),
        once=(
            "when indicator.behaviour = 'average' then 'stock'", "{'ytd_flow': 'ytd', 'average': 'stock'}",
            "case i.behaviour when 'ytd_flow' then 'ytd' when 'stock' then 'stock' end as measure",
            "if behaviour in ('plan', 'stock', 'ratio'):", "and indicator.behaviour <> 'ratio'", "indicator.behaviour == 'plan'",
        ),
    ),
    "the key of an identity": Fact(
        homes=("warehouse/functions/raw/identity_key.sql",),
        spellings=(r"has_document_no\s+then\s+[\w.]*document_no\b", r"concat_ws\([^()]*\)\s+as\s+identity_key"),
        once=("case when form.has_document_no then submission.document_no else '' end",
              "concat_ws('|', submission.unit_key, submission.form_code) as identity_key"),
        readers={"dbt_project/models/facts/fct_submission.sql": "shows the document's number where the form is about one"},
    ),
    "who followed whom": Fact(
        homes=("warehouse/functions/register/succession_step.sql", "warehouse/functions/register/succession_chain.sql",
               "ingestion/register.py"),
        spellings=(r"\bsuccession_kind\b", r"\bregister\.successions\b|ref\('successions'\)"),
        once=("where succession_kind = 'whole'", "select predecessor_key, successor_key from register.successions",
              "select * from {{ ref('successions') }}", "row['succession_kind'] == 'whole'"),
        readers={
            "dbt_project/models/staging/stg_succession.sql": "hands the rows to the function",
            "dbt_project/dbt_project.yml": "the column's type",
            "ingestion/register_rows.py": "the words that may stand there",
            "ingestion/register_units.py": "refuses rows that contradict each other",
            "khuyencong/register/mergers.py": "writes such a row",
        },
    ),
    "the ladder of closeness": Fact(
        homes=("warehouse/functions/checks/closeness.sql", "ingestion/written/closeness.py"),
        spellings=(r"\b(then|return|judged\()\s*'(rounding|truncation|borderline)'",),
        once=("when difference_low < 0 and difference_high > 0 then 'rounding'", "when low_each = cap_vnd then 'borderline'",
              "return judged('truncation')"),
    ),
    "which figures a term of a rule picks": Fact(
        homes=("dbt_project/macros/is_picked.sql",),
        spellings=(r"_codes\s+is\s+null\b",),
        once=("and (term.fund_codes is null or figure.fund_code = any(term.fund_codes))",
              "and (term.indicator_codes is null or cell.indicator_code = any(term.indicator_codes))"),
        readers={
            "khuyencong/desk/sql/empty_terms.sql": "asks outside dbt which terms never pick anything",
            "dbt_project/models/facts/fct_within_plan.sql": "a rule of some lines alone keeps no other within the plan",
        },
    ),
    "when a budget year begins": Fact(
        homes=("warehouse/functions/register/budget_year_of.sql", "warehouse/functions/register/month_of_year.sql",
               "warehouse/functions/register/year_start.sql", "warehouse/functions/register/year_end.sql",
               "ingestion/written/budget_years.py"),
        spellings=(
            r"\bmake_date\(|\bdate_trunc\(\s*'year'|\b(extract|date_part)\(\s*'?(iso)?(year|month)\b",
            r"to_char\([^()]*,\s*'(YYYY|MM|Q)'\)",
            r"\bdate\([^()]*,\s*1,\s*1\)|\bdate\([^()]*12,\s*31\)|\bmonth=(1|12)\b|\.(year|month)\b|\}-(01|12)\b",
        ),
        once=(
            "make_date(budget_year, 1, 1) as period_start", "case when measure = 'plan' then make_date(budget_year, 12, 31) end",
            "extract(year from a.period_end)::integer as budget_year", "extract(month from a.period_start) > 1 as is_span",
            "date_trunc('year', shown.period_end)::date as period_start", "new_year = datetime.date(end.year, 1, 1)",
            "before = date.fromordinal(start.toordinal() - 1) if start.month > 1 else None",
            "'period_end': date(key[2], 12, 31) if is_plan else end", "f'{identity.budget_year}-12' if is_plan else ''",
            "replace(self, start=self.start.replace(month=1, day=1))", "if end.month not in form.period_months:",
        ),
        readers={
            "ingestion/written/periods.py": "the last day of a calendar month",
            "ingestion/form_sheet.py": "counts months back from a report's end",
            "warehouse/functions/register/months_of_span.sql": "counts the months of a period",
            "ingestion/written/period_names.py": "writes a period with the names of calendar months and years",
            "ingestion/sheets/second_tables.py": "a heading may name the calendar year or month of a day",
            "ingestion/readers/narrative/percentages.py": "the same month of two years",
            "dbt_project/models/checks/chk_suspect.sql": "the same month of two years",
            "khuyencong/register/mergers.py": "a unit's key may end with the year of its merger",
            "khuyencong/register/units.py": "a unit's key may end with the year of its begin",
            "bench/judged_form.py": "the first day of an invented rule", "bench/raw_reports.py": "invented reports",
        },
    ),
    "of which kind a value of a YAML file is": Fact(
        homes=("ingestion/known_words.py",),
        spellings=(r"'a list of texts", r"def _?is_a\("),
        once=("_EXAMPLES = {'texts': 'a list of texts, [one, two]'}", "def _is_a(kind: str, value: object) -> bool:"),
    ),
}  # fmt: skip


def code_of(path):
    """A file without its comments and docstrings, in single quotes."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return re.sub(r"--[^\n]*|\{#.*?#\}", "", text, flags=re.DOTALL)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node):
            node.body = [*node.body[1:], ast.Pass()]
    return ast.unparse(tree)


@functools.cache
def scanned():
    files = [path for folder in FOLDERS for ending in ("sql", "py") for path in (PROJECT / folder).rglob(f"*.{ending}")]
    named = {str(path.relative_to(PROJECT)): path for path in sorted(files)}
    return {name: code_of(path) for name, path in named.items() if not name.startswith(LEFT_OUT)}


def spelt(fact, code):
    return [found[0] for spelling in fact.spellings for found in re.finditer(spelling, code)]


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_written_in_its_home_alone(name):
    fact = FACTS[name]
    elsewhere = {place: found for place, code in scanned().items() if (found := spelt(fact, code))}
    elsewhere = {place: found for place, found in elsewhere.items() if place not in (*fact.homes, *fact.readers)}
    assert not elsewhere, f"{name}: read it from {' or '.join(fact.homes)}"


@pytest.mark.parametrize("name", FACTS)
def test_its_homes_are_there(name):
    missing = [place for place in (*FACTS[name].homes, *FACTS[name].readers) if not (PROJECT / place).is_file()]
    assert not missing


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, fact in FACTS.items() for line in fact.once])
def test_the_scan_finds_what_stood_elsewhere(name, line):
    assert spelt(FACTS[name], line)


def test_the_scan_sees_what_it_must():
    assert {name.partition("/")[0] for name in scanned()} == {*FOLDERS}
    assert len(scanned()) > 400
