"""Tables that stations before the release would have made, for tests that insert their own rows."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from typing import Any

import yaml

from warehouse.settings import PROJECT, TIMEZONE

REGISTER = PROJECT / "dbt_project" / "register"
AS_OF = datetime(2026, 4, 30, 22, 0, tzinfo=TIMEZONE)


def load_register(cursor: Any) -> None:
    """The seed tables of schema register, from the same files and column types as dbt makes them from, and what they mean.

    In these tests figures come and go without files, so nothing has to speak for what goes (unexplained_close_pct).
    """
    project = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    types = project["seeds"]["khuyencong"]["+column_types"]
    for path in sorted(REGISTER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        columns = ", ".join(f"{name} {types[name]}" for name in header)
        cursor.execute(f"create table if not exists register.{path.stem} ({columns}); truncate register.{path.stem}")
        with path.open(encoding="utf-8") as file:
            cursor.copy_expert(f"copy register.{path.stem} from stdin with (format csv, header true)", file)
    cursor.execute("update register.parameters set parameter_value = 100 where parameter_code = 'unexplained_close_pct'")
    model = (PROJECT / "dbt_project" / "models" / "staging" / "stg_indicator.sql").read_text(encoding="utf-8")
    model = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"register.\1", re.sub(r"(?m)^\{\{ config.*$", "", model))
    model = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"\1.\2", model)
    cursor.execute(f"drop table if exists staging.stg_indicator; create table staging.stg_indicator as {model}")


def make_fact_tables(cursor: Any) -> None:
    """Empty facts.fct_contribution and facts.fct_report with the columns that a release reads."""
    cursor.execute(
        """create table facts.fct_contribution as
        select * from release.contribution where false;
        alter table facts.fct_contribution drop column contribution_key, drop column opened_release,
            drop column closed_release, drop column reason, drop column closed_reason,
            drop column closed_cause_reference;
        create table facts.fct_report as select * from release.report where false;
        alter table facts.fct_report drop column report_key, drop column opened_release, drop column closed_release,
            drop column reason, drop column cause_reference, drop column closed_reason,
            drop column closed_cause_reference"""
    )


def start_run(cursor: Any, as_of: datetime = AS_OF, **hashes: str) -> int:
    """A run row with closed control totals of the stations before the release; the facts must stand already.

    `hashes` are register_hash, rules_hash, forms_hash.
    """
    values = {"register_hash": "", "rules_hash": "", "forms_hash": "", **hashes}
    cursor.execute(
        """insert into release.run (as_of, started_at, register_hash, rules_hash, forms_hash)
        values (%s, %s, %s, %s, %s) returning run_key""",
        (as_of, as_of, values["register_hash"], values["rules_hash"], values["forms_hash"]),
    )
    run_key = cursor.fetchone()[0]
    cursor.execute(
        """insert into release.control_total
            (run_key, station, control, rows_in, rows_out, amount_in, amount_out, n_apart, example)
        select %(run_key)s, station, station, 1, 1, 0, 0, 0, ''
        from unnest(array['land', 'read', 'door', 'build', 'reconcile']) as station
        union all
        select %(run_key)s, 'facts', 'contributions of tonight', count(*), count(*), coalesce(sum(abs(value)), 0),
            coalesce(sum(abs(value)), 0), 0, ''
        from facts.fct_contribution
        union all
        select %(run_key)s, 'facts', 'reports of tonight', count(*), count(*), count(*) filter (where is_owed),
            count(*) filter (where is_owed), 0, ''
        from facts.fct_report""",
        {"run_key": run_key},
    )
    return run_key


CONTRIBUTION = {
    "unit_key": "ha-noi", "budget_year": 2025, "period_start": "2025-01-01", "period_end": "2025-03-31",
    "fund_code": "KCDP-T", "activity_code": "A1", "indicator_code": "KC-E05", "measure": "ytd", "project_key": "",
    "establishment_key": "", "dimension_key": "", "line_reference": "", "effective_from": "2025-03-31", "effective_to": None,
    "carried_into": "", "place_unit_key": "", "state": "accepted", "value": 0, "low": None, "high": None,
    "is_corrected": False, "is_estimated": False, "cause_reference": "sha-1", "decision_reference": "",
    "form_code": "kinh-phi", "report_period_end": None, "held_by": "",
}  # fmt: skip
REPORT = {
    "unit_key": "ha-noi", "form_code": "kinh-phi", "period_end": "2025-03-31", "sender_role": "so", "document_no": "",
    "is_owed": True, "state": "in_force", "is_late": False, "days_late": 0, "is_estimated": False,
    "period_start": "2025-01-01", "sha256_in_force": "sha-1", "sha256_under_review": None,
}  # fmt: skip


RULE = {
    "rule_id": "R", "rule_version": 1, "family": "linear", "judges_form": "kinh-phi", "scope": [], "operator": "==",
    "severity": "block", "missing_mode": "undecided", "level": 1, "valid_from": "2020-01-01", "rule_name": "R",
    "rule_name_en": "R", "legal_basis": "", "terms_hash": "1",
}  # fmt: skip


def put(cursor: Any, table: str, default: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Insert rows, each a few columns that differ from the default row."""
    for row in rows:
        full = {**default, **row}
        names = ", ".join(full)
        marks = ", ".join(["%s"] * len(full))
        cursor.execute(f"insert into {table} ({names}) values ({marks})", list(full.values()))


def set_facts(cursor: Any, contributions: list[dict[str, Any]], reports: list[dict[str, Any]]) -> None:
    """Tonight's facts, replacing last night's."""
    cursor.execute("truncate facts.fct_contribution, facts.fct_report")
    put(cursor, "facts.fct_contribution", CONTRIBUTION, contributions)
    put(cursor, "facts.fct_report", REPORT, reports)
