"""dbt, called in this process: the models of some stations, and the register's seeds when they changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from khuyencong.culprits.failed_nodes import FailedNode
from khuyencong.night.nodes import Log, NodeResult, failed_node, node_result, reporter
from warehouse.address import Warehouse, connect
from warehouse.opening import open_warehouse
from warehouse.settings import Settings, read_settings
from warehouse.statements import read_statement

QUIET = [
    "--quiet", "--no-print", "--log-level", "none", "--log-level-file", "info", "--no-use-colors", "--no-write-json",
    "--no-send-anonymous-usage-stats", "--no-version-check", "--no-hints-enabled",
]  # fmt: skip

FAILURES = ("error", "fail", "runtime error", "partial success")

_parsed: dict[tuple[str, ...], Any] = {}


class TransformError(RuntimeError):
    """dbt failed: our code or our arithmetic is wrong. The message names each node and gives its sentence; `nodes` are those that
    have a query.
    """

    def __init__(self, sentence: str, nodes: Sequence[FailedNode] = ()) -> None:
        super().__init__(sentence)
        self.nodes = tuple(nodes)


def run_dbt(
    warehouse: Warehouse,
    settings: Settings,
    select: list[str],
    *,
    exclude: Sequence[str] = (),
    seeds: bool = False,
    full_refresh: bool = False,
    unit_tests: bool = False,
    log: Log = None,
) -> list[NodeResult]:
    """Build the selected models and run their tests, each as soon as its parents stand.

    select        dbt's node selection, usually folders of dbt_project/models ("staging", "checks")
    exclude       nodes of the selection that are left out
    seeds         load the register first, if its files differ from those loaded last
    unit_tests    also run dbt's unit tests; they judge code with invented rows, so a night leaves them out
    log           called with each node when it is done

    Raises TransformError when a node fails or nothing is selected. Artefacts and logs stand under home/dbt.
    """
    with _environment(warehouse, settings):
        done = _load_register(warehouse, settings, log) if seeds else []
        command = ["build", "--select", *select, "--indirect-selection", "buildable", "--exclude-resource-type", "seed"]
        if not unit_tests:
            command += ["--exclude-resource-type", "unit_test"]
        if exclude:
            command += ["--exclude", *exclude]
        if full_refresh:
            command.append("--full-refresh")
        results = _invoke(warehouse, settings, command, log)
        if not results:
            raise TransformError(f"No dbt model is selected by {' '.join(select)}.")
        return done + results


def register_hashes(settings: Settings) -> tuple[str, str]:
    """(structure, content) of the register's files: sha256 over headers and column types, and over every byte."""
    structure, content = hashlib.sha256(), hashlib.sha256()
    structure.update((settings.dbt_project / "dbt_project.yml").read_bytes())
    for path in sorted(settings.register.glob("*.csv")):
        text = path.read_bytes()
        structure.update(path.name.encode() + b"\0" + text.split(b"\n", 1)[0] + b"\0")
        content.update(path.name.encode() + b"\0" + text + b"\0")
    content.update(structure.digest())
    return structure.hexdigest(), content.hexdigest()


def _load_register(warehouse: Warehouse, settings: Settings, log: Log) -> list[NodeResult]:
    hashes = register_hashes(settings)
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("select structure_hash, content_hash from register.loaded")
        loaded = cursor.fetchone()
    if loaded == hashes:
        return []
    command = ["build", "--select", "resource_type:seed", "--indirect-selection", "buildable"]
    # Tables of the same shape are filled again, so that nothing that reads them is dropped.
    if loaded is None or loaded[0] != hashes[0]:
        command.append("--full-refresh")
    results = _invoke(warehouse, settings, command, log)
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            read_statement(__package__, "register_loaded"),
            {"structure_hash": hashes[0], "content_hash": hashes[1]},
        )
    return results


def _invoke(warehouse: Warehouse, settings: Settings, command: list[str], log: Log) -> list[NodeResult]:
    from dbt.adapters.factory import cleanup_connections
    from dbt.cli.main import dbtRunner

    options = [*QUIET, *_places(settings)]
    key = (str(settings.dbt_project), str(settings.register), warehouse.host, str(warehouse.port), warehouse.user, warehouse.dbname)
    if key not in _parsed:
        parsed = dbtRunner().invoke(["parse", *options])
        if not parsed.success:
            raise TransformError(f"dbt cannot read its project: {parsed.exception}")
        _parsed[key] = parsed.result
    # A run writes compiled SQL into the manifest that it is given, and a second run would trust it: each gets a copy.
    runner = dbtRunner(manifest=_parsed[key].deepcopy(), callbacks=[reporter(log)] if log else [])
    outcome = runner.invoke([*command, *options])
    cleanup_connections()  # dbt leaves them open, and an open connection forbids copying the database
    if outcome.exception or outcome.result is None:
        raise TransformError(f"dbt stopped: {outcome.exception}")
    results = [node_result(result) for result in outcome.result.results]
    failed = [node for node in results if node.status in FAILURES]
    if failed or not outcome.success:
        sentences = "; ".join(f"{node.name}: {' '.join(node.message.split())}" for node in failed)
        log_file = settings.home / "dbt" / "logs" / "dbt.log"
        asked = [failed_node(result, _parsed[key]) for result in outcome.result.results if str(result.status) in FAILURES]
        raise TransformError(
            f"dbt failed at {sentences or 'no node that it names'}. Log: {log_file}", [node for node in asked if node.query]
        )
    return results


def _places(settings: Settings) -> list[str]:
    """dbt's options that keep what it writes in the home."""
    folder = settings.home / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    return [
        "--project-dir", str(settings.dbt_project), "--profiles-dir", str(settings.dbt_project),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
    ]  # fmt: skip


@contextlib.contextmanager
def _environment(warehouse: Warehouse, settings: Settings) -> Iterator[None]:
    """The variables that profiles.yml and dbt_project.yml read, for the time of one run."""
    values = {
        "KC_PG_HOST": warehouse.host,
        "KC_PG_PORT": str(warehouse.port),
        "KC_PG_USER": warehouse.user,
        "DBT_ENV_SECRET_KC_PG_PASSWORD": warehouse.password or "",
        "KC_PG_DBNAME": warehouse.dbname,
        # the register's folder as dbt wants it, below its project or beside it
        "KC_REGISTER_FOLDER": os.path.relpath(settings.register, settings.dbt_project),
        "KC_PG_SSLMODE": dict(warehouse.options).get("sslmode", "prefer"),
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def main(arguments: list[str]) -> int:
    """dbt by hand on the warehouse of these settings: `python -m khuyencong.night.transform build --select staging`."""
    from dbt.cli.main import dbtRunner

    settings = read_settings()
    with _environment(open_warehouse(settings), settings):
        return 0 if dbtRunner().invoke([*arguments, *_places(settings)]).success else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
