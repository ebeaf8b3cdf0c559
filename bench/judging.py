"""How long dbt's checks take to judge many reports: a warehouse of its own, filled by COPY, staging and checks timed apart.

Verdicts are compared with `judged_form.expected_failures`, which judges the same reports without SQL.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bench import judged_form
from bench.judged_form import Line
from bench.raw_reports import fill, provinces
from ingestion.form_rows import load_forms_into
from ingestion.forms import load_forms
from warehouse.rows import single_value
from warehouse.settings import Settings, read_settings

if TYPE_CHECKING:
    from warehouse.address import Warehouse
    from warehouse.connections import Connection


FORM = "kinh-phi"
JUDGING = [
    "chk_submission", "chk_standing", "chk_disputed", "chk_correction", "chk_evidence", "chk_judged", "chk_counterpart",
    "chk_rule_column", "chk_scale_gauge", "chk_verdict",
]  # fmt: skip


def judge_in_sql(n: int, dirty_share: float, seed: int) -> dict[str, Any]:
    """n reports of 40 figures × the bench's 40 rules: rows, seconds, verdicts, and where SQL and numpy disagree."""
    with _own_warehouse() as (settings, warehouse):
        return judge_small_forms(settings, warehouse, n, dirty_share, seed)


def judge_small_forms(settings: Settings, warehouse: Warehouse, n: int, dirty_share: float, seed: int) -> dict[str, Any]:
    """`judge_in_sql` in a warehouse that is fresh and migrated."""
    reports = judged_form.make_reports(n, dirty_share, seed)
    expected = {(r + 1, judged_form.rule_name(s)) for r, s in judged_form.expected_failures(reports)}
    settings = replace(settings, rules=settings.home / "rules")
    settings.rules.mkdir(parents=True)
    (settings.rules / "bench.yml").write_text(yaml.safe_dump(judged_form.rule_entries(), allow_unicode=True), encoding="utf-8")
    told, failed = _judge(settings, warehouse, [judged_form.lines_of(report) for report in reports])
    return told | {"failed": len(failed), "failed_by_numpy": len(expected), "differ": len(failed ^ expected)}


def judge_whole_forms(n: int, seed: int) -> dict[str, Any]:
    """n whole reports (ten activities, their total, the projects) × every rule of the project that judges them."""
    with _own_warehouse() as (settings, warehouse):
        return _judge(settings, warehouse, judged_form.whole_reports(n, seed))[0]


def _judge(
    settings: Settings, warehouse: Warehouse, reports: Sequence[Sequence[Line]]
) -> tuple[dict[str, Any], set[tuple[int, str]]]:
    """What judging came to, and the failed (submission_key, rule_id)."""
    from expectations.rulebook.loading import load_rules_into
    from warehouse.address import connect

    with contextlib.closing(connect(warehouse)) as connection:
        start = time.perf_counter()
        forms = load_forms(settings.forms, settings.register)
        load_forms_into(connection, forms)
        load_rules_into(connection, settings)
        fill(connection, forms[FORM], reports, provinces(settings))
        filled = time.perf_counter() - start
        timed = _run(settings, warehouse, connection)
        with connection, connection.cursor() as cursor:
            cursor.execute("select count(*) from register.rule where judges_form = %s", (FORM,))
            n_rules = single_value(cursor)
            cursor.execute("select count(*) from staging.stg_figure")
            n_figures = single_value(cursor)
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


def _run(settings: Settings, warehouse: Warehouse, connection: Connection) -> dict[str, Any]:
    """Seconds of staging and of judging: what the models took by the clock, and the CPU time of the server."""
    from khuyencong.night.transform import run_dbt

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
    from warehouse.opening import discard_warehouse, open_warehouse

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
