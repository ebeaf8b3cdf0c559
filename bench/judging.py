"""How long dbt's checks take to judge many reports: a warehouse of its own, filled by COPY, staging and checks timed apart.

Verdicts are compared with `judged_form.expected_failures`, which judges the same reports without SQL.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import judged_form
from bench.judged_form import Line
from ingestion.forms import Form, load_forms, load_forms_into
from ingestion.raw import CELL_COLUMNS, LINE_KEYS, copy_rows
from ingestion.text import column_letter
from khuyencong.settings import TIMEZONE, Settings, read_settings

FORM = "kinh-phi"
FIRST_YEAR, FIRST_ROW = 2024, 8
JUDGING = [
    "chk_submission", "chk_standing", "chk_disputed", "chk_correction", "chk_evidence", "chk_judged", "chk_counterpart",
    "chk_rule_column", "chk_verdict",
]  # fmt: skip


def judge_in_sql(n: int, dirty_share: float, seed: int) -> dict[str, Any]:
    """n reports of 40 figures × the bench's 40 rules: rows, seconds, verdicts, and where SQL and numpy disagree."""
    with _own_warehouse() as (settings, warehouse):
        return judge_small_forms(settings, warehouse, n, dirty_share, seed)


def judge_small_forms(settings: Settings, warehouse: Any, n: int, dirty_share: float, seed: int) -> dict[str, Any]:
    """`judge_in_sql` in a warehouse that is fresh and migrated."""
    reports = judged_form.make_reports(n, dirty_share, seed)
    expected = {(r + 1, judged_form.rule_name(s)) for r, s in judged_form.expected_failures(reports)}
    settings = replace(settings, rules=settings.home / "rules")
    settings.rules.mkdir(parents=True)
    (settings.rules / "bench.yml").write_text(json.dumps(judged_form.rule_entries()), encoding="utf-8")
    told, failed = _judge(settings, warehouse, [judged_form.lines_of(report) for report in reports])
    return told | {"failed": len(failed), "failed_by_numpy": len(expected), "differ": len(failed ^ expected)}


def judge_whole_forms(n: int, seed: int) -> dict[str, Any]:
    """n whole reports (ten activities, their total, the projects) × every rule of the project that judges them."""
    with _own_warehouse() as (settings, warehouse):
        return _judge(settings, warehouse, judged_form.whole_reports(n, seed))[0]


def _judge(
    settings: Settings, warehouse: Any, reports: Sequence[Sequence[Line]]
) -> tuple[dict[str, Any], set[tuple[int, str]]]:
    """What judging came to, and the failed (submission_key, rule_id)."""
    from expectations.rule_loader import load_rules_into
    from khuyencong.warehouse import connect

    with contextlib.closing(connect(warehouse)) as connection:
        start = time.perf_counter()
        forms = load_forms(settings.forms)
        load_forms_into(connection, forms)
        load_rules_into(connection, settings)
        fill(connection, forms[FORM], reports, provinces(settings))
        filled = time.perf_counter() - start
        timed = _run(settings, warehouse, connection)
        with connection, connection.cursor() as cursor:
            cursor.execute("select count(*) from register.rule where judges_form = %s", (FORM,))
            n_rules = cursor.fetchone()[0]
            cursor.execute("select count(*) from staging.stg_figure")
            n_figures = cursor.fetchone()[0]
            cursor.execute("select verdict, count(*) from checks.chk_verdict group by verdict order by verdict")
            verdicts = dict(cursor.fetchall())
            cursor.execute("select submission_key, rule_id from checks.chk_verdict where verdict = 'fail'")
            failed = set(cursor.fetchall())
    n_verdicts = sum(verdicts.values())
    told = {
        "submissions": len(reports),
        "rules": n_rules,
        "rules_x_submissions": n_rules * len(reports),
        "figures": n_figures,
        "verdicts": n_verdicts,
        "by_verdict": verdicts,
        "filling_seconds": round(filled, 2),
        **timed,
        "verdicts_per_second": round(n_verdicts / timed["judging_seconds"]),
    }
    return told, failed


def provinces(settings: Settings) -> list[str]:
    """unit_key of every province of the register."""
    import csv

    with (settings.register / "units.csv").open(encoding="utf-8", newline="") as file:
        return [row["unit_key"] for row in csv.DictReader(file) if row["unit_kind"] == "province"]


def fill(connection: Any, form: Form, reports: Sequence[Sequence[Line]], units: Sequence[str]) -> None:
    """Submissions 1… into schema raw as ingestion leaves them (less the text as typed, which no model reads), and a night.

    Each is of a unit and month of its own, without blanks.
    """
    when = [(units[i % len(units)], _month_end(i // len(units))) for i in range(len(reports))]
    received = [datetime.combine(end + timedelta(days=20), datetime.min.time(), TIMEZONE) for _, end in when]
    keys = range(1, len(reports) + 1)
    with connection, connection.cursor() as cursor:
        as_of = max(received) + timedelta(days=1)
        cursor.execute("insert into release.run (as_of, started_at) values (%s, %s)", (as_of, as_of))
        copy_rows(
            cursor, "receipt",
            ("receipt_key", "source_code", "location", "received_at", "sha256", "byte_count", "file_extension", "state"),
            ((key, "bench", key, received[key - 1], f"{key:064}", 1, "xlsx", "read") for key in keys),
        )  # fmt: skip
        copy_rows(
            cursor, "submission",
            ("submission_key", "receipt_key", "form_code", "form_version", "unit_key", "sender_role", "budget_year",
             "period_start", "period_end", "money_unit", "money_factor", "received_at", "sha256"),
            ((key, key, form.form_code, form.version, unit, "so", end.year, date(end.year, 1, 1), end, form.money_unit,
              1_000_000, received[key - 1], f"{key:064}") for key, (unit, end) in zip(keys, when, strict=True)),
        )  # fmt: skip
        copy_rows(
            cursor, "submission_column",
            ("submission_key", "sheet_code", "sheet_name", "column_name", "column_letter", "header_written"),
            ((key, sheet.sheet_code, sheet.sheet_name, column.name, column_letter(column.position), column.headers[0])
             for key in keys for sheet in form.sheets for column in sheet.columns),
        )  # fmt: skip
        copy_rows(
            cursor, "line", ("submission_key", "sheet_code", "row_number", "line_kind", *LINE_KEYS),
            ((key, sheet, row, kind, *map(line_keys.get, LINE_KEYS))
             for key, lines in zip(keys, reports, strict=True)
             for row, (sheet, kind, line_keys, _) in enumerate(lines, FIRST_ROW)),
        )  # fmt: skip
        copy_rows(
            cursor, "cell", CELL_COLUMNS,
            ((key, sheet, row, column, "number", number, 0, "exact", False, None)
             for key, lines in zip(keys, reports, strict=True)
             for row, (sheet, _, _, cells) in enumerate(lines, FIRST_ROW)
             for column, number in cells.items()),
        )  # fmt: skip


def _month_end(months: int) -> date:
    years, month = divmod(months + 1, 12)
    return date(FIRST_YEAR + years, month + 1, 1) - timedelta(days=1)


def _run(settings: Settings, warehouse: Any, connection: Any) -> dict[str, Any]:
    """Seconds of staging and of judging: what the models took by the clock, and the CPU time of the server."""
    from khuyencong.transform import run_dbt

    run_dbt(warehouse, settings, ["stg_succession"], seeds=True)
    server = _parent(connection.info.backend_pid)
    timed: dict[str, Any] = {}
    for name, select in (("staging", ["staging"]), ("judging", JUDGING)):
        start = _cpu_seconds(server)
        nodes = run_dbt(warehouse, settings, select, full_refresh=True)
        timed[f"{name}_cpu_seconds"] = round(_cpu_seconds(server) - start, 2)
        models = {node.name: round(node.seconds, 2) for node in nodes if node.name.startswith(("stg_", "chk_"))}
        timed[f"{name}_seconds"] = round(sum(models.values()), 2)
        timed[f"{name}_models"] = models
    return timed


def _parent(process: int) -> int:
    return int(_stat(process)[1])


def _cpu_seconds(server: int) -> float:
    """CPU time of a PostgreSQL server: its own, of the children that ended, and of those that live."""
    own = sum(map(int, _stat(server)[11:15]))
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            stat = _stat(int(path.name))
            if int(stat[1]) == server:
                own += int(stat[11]) + int(stat[12])
    return own / os.sysconf("SC_CLK_TCK")


def _stat(process: int) -> list[str]:
    """The fields of /proc/<process>/stat after the name: 0 state, 1 parent, 11 to 14 CPU ticks (own, own children)."""
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


@contextlib.contextmanager
def _own_warehouse() -> Iterator[tuple[Settings, Any]]:
    """An embedded server in a folder of its own, on one core together with this process, removed afterwards."""
    from khuyencong.warehouse import discard_warehouse, open_warehouse

    home = Path(tempfile.mkdtemp(prefix="kc-bench-"))
    settings = replace(read_settings(), home=home, inbox=None, database_url=None)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield settings, open_warehouse(settings)
    finally:
        discard_warehouse(settings)
        shutil.rmtree(home, ignore_errors=True)
        os.sched_setaffinity(0, cores)
