"""The cases of the proofs in a database of their own, judged by one run of dbt."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from raw_builder import RawBuilder
from rule_proofs import Case, send

from expectations.rulebook.loading import write_rules
from expectations.rulebook.rule import Rule
from ingestion.form import Form
from khuyencong.night.transform import run_dbt
from warehouse.address import Warehouse, connect
from warehouse.migrate import migrate
from warehouse.settings import TIMEZONE, Settings

NAME = "khuyencong_checks"
MODELS = [
    "stg_indicator", "stg_submission", "stg_succession", "stg_figure", "stg_plan", "chk_submission", "chk_standing", "chk_disputed",
    "chk_correction", "chk_evidence", "chk_judged", "chk_counterpart", "chk_rule_column", "chk_operand", "chk_scale_gauge",
    "chk_verdict", "chk_failing", "chk_verdict_figure",
]  # fmt: skip
VERDICT_COLUMNS = ("rule_id", "submission_key", "scope_key", "verdict", "closeness", "reason")


@dataclasses.dataclass
class Judged:
    """verdicts: (rule_id, submission_key) → rows; named: (rule_id, submission_key, scope_key) → (submission_key, column) of the
    cells behind a failure; by_hand: the submissions that a test wrote itself, by name."""

    verdicts: dict[tuple[str, int], list[dict[str, Any]]]
    named: dict[tuple[str, int, str], set[tuple[int, str]]]
    by_hand: dict[str, int]


@contextmanager
def judged_cases(
    cluster: Warehouse,
    folder: Path,
    rules: Sequence[Rule],
    cases: Mapping[str, Sequence[Case]],
    write_more: Callable[[RawBuilder], dict[str, int]] = lambda builder: {},
    forms: Mapping[str, Form] | None = None,
    more_settings: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Judged]:
    """A fresh database with `rules`, the forms of the programme or others, and the reports of all cases; dropped at the end."""
    with closing(connect(cluster, dbname="postgres")) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(f"drop database if exists {NAME} with (force)")
            cursor.execute(f"create database {NAME}")
            cursor.execute(f"alter database {NAME} set timezone = 'Asia/Ho_Chi_Minh'")
            warehouse = dataclasses.replace(cluster, dbname=NAME)
            migrate(warehouse)
            with closing(connect(warehouse)) as connection:
                builder = RawBuilder(connection) if forms is None else RawBuilder(connection, dict(forms))
                builder.load_forms()
                write_rules(connection, rules)
                builder.night(datetime(2900, 1, 1, tzinfo=TIMEZONE))
                for case in (case for of_rule in cases.values() for case in of_rule):
                    send(builder, case)
                by_hand = write_more(builder)
            run_dbt(warehouse, Settings(home=folder, database_url=warehouse.dsn, inbox=None, **more_settings), MODELS, seeds=True)
            yield _read(warehouse, by_hand)
            cursor.execute(f"drop database if exists {NAME} with (force)")


def _read(warehouse: Warehouse, by_hand: dict[str, int]) -> Judged:
    judged = Judged(defaultdict(list), defaultdict(set), by_hand)
    with closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(VERDICT_COLUMNS)} from checks.chk_verdict")
        for row in cursor:
            judged.verdicts[row[0], row[1]].append(dict(zip(VERDICT_COLUMNS, row, strict=True)))
        cursor.execute(
            """select rule_id, submission_key, scope_key, figure_submission_key, column_name
            from checks.chk_verdict_figure"""
        )
        for rule_id, submission_key, scope_key, *cell in cursor:
            judged.named[rule_id, submission_key, scope_key].add(tuple(cell))
    return judged
