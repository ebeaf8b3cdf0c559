"""Airflow's home on this machine, without Docker: its settings, its secrets, and its metadata on the embedded PostgreSQL."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psycopg2
from psycopg2 import sql

from warehouse.address import Warehouse, connect
from warehouse.opening import find_warehouse
from warehouse.rows import single_value
from warehouse.settings import PROJECT, Settings

SHARED_SETTINGS = PROJECT / "deploy" / "airflow" / "airflow.env"
POOLS = PROJECT / "deploy" / "airflow" / "pools.json"
# Every process that `make airflow` starts carries this variable, and so do its children: by it they are found and ended.
MARK = "KC_AIRFLOW_HOME"
LOGIN = DATABASE = "airflow"


class AirflowTrouble(RuntimeError):
    """Airflow does not run as it should; the message says what, and where to look."""


def airflow_home(settings: Settings) -> Path:
    return settings.home / "airflow"


def password_file(settings: Settings) -> Path:
    """Names and passwords of the logins, as Airflow's simple login keeps them: a JSON object of texts, mode 600."""
    return airflow_home(settings) / "passwords.json"


def shared_settings() -> dict[str, str]:
    """NAME → value of deploy/airflow/airflow.env."""
    lines = SHARED_SETTINGS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def airflow_environment(
    settings: Settings, port: int, dags_folder: Path | None = None, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of Airflow's components and of their tasks: ours of now, the shared settings, and this home's own.

    `extra` goes before all of it. Starts the embedded PostgreSQL when it does not run. Raises WarehouseError.
    """
    home, extra = airflow_home(settings), dict(extra or {})
    bin_folder = Path(sys.executable).parent
    own = {
        MARK: str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__SECRET_KEY": _secret(home, "api_secret_key"),
        "AIRFLOW__API_AUTH__JWT_SECRET": _secret(home, "jwt_secret"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags_folder or PROJECT / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": _secret(home, "fernet_key"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(settings)),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(home / "bundles"),
        "KC_HOME": str(settings.home),
        "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        # Airflow's components speak to each other on loopback, past any proxy of this machine.
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1", "localhost"])),
        "PYTHONUNBUFFERED": "1",
        # Airflow writes its processes' titles over their environment unless it is told not to; the mark stands there.
        "SPT_NOENV": "1",
    }
    ours = {
        "KC_DATABASE_URL": settings.database_url,
        "KC_INBOX": settings.inbox,
        "KC_SECRETS": settings.secrets,
        "KC_SMTP": settings.smtp,
        "KC_SMTP_TLS": settings.smtp_tls,
        "KC_SMTP_LOGIN": settings.smtp_login,
        "KC_MAIL_FROM": settings.mail_from,
    }
    own |= {name: str(value) for name, value in ours.items() if value} | metadata_addresses(settings)
    inherited = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("AIRFLOW")}
    return {**inherited, **shared_settings(), **own, "no_proxy": own["NO_PROXY"], **extra}


def make_passwords(settings: Settings, users: str) -> dict[str, str]:
    """The password of each login of `users` (`name:role,name:role`), made at random when it has none; name → password."""
    path = password_file(settings)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    names = [user.split(":")[0].strip() for user in users.split(",")]
    missing = {name: secrets.token_urlsafe(18) for name in names if name not in known}
    if missing:
        write_private(path, json.dumps({**known, **missing}))
    return {**known, **missing}


def metadata_database(settings: Settings) -> Warehouse:
    """The database `airflow` of a login of the same name, on the embedded server of this home, made when it is not there.

    Also where the warehouse itself is another server. Raises WarehouseError.
    """
    server = find_warehouse(replace(settings, database_url=None))
    password = _secret(airflow_home(settings), "database_password")
    metadata = replace(server, user=LOGIN, password=password, dbname=DATABASE, host=server.tcp_host)
    with contextlib.suppress(psycopg2.OperationalError), contextlib.closing(psycopg2.connect(metadata.dsn)):
        return metadata
    with contextlib.closing(connect(server, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (LOGIN,))
            word = "alter" if cursor.fetchone() else "create"
            cursor.execute(sql.SQL(word + " role {} login password {}").format(sql.Identifier(LOGIN), sql.Literal(password)))
            cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create database {0} owner {0}").format(sql.Identifier(LOGIN)))
    return metadata


def metadata_addresses(settings: Settings) -> dict[str, str]:
    """Where Airflow finds its metadata, for its two ways of asking. Starts PostgreSQL when it does not run."""
    address = metadata_database(settings).tcp_url
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": address.replace("postgresql", "postgresql+psycopg2", 1),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": address.replace("postgresql", "postgresql+asyncpg", 1),
    }


def prepare_metadata(settings: Settings, environment: Mapping[str, str]) -> bool:
    """Airflow's tables and pools, brought up to date; False when the last start left them so. Raises AirflowTrouble."""
    note = airflow_home(settings) / "prepared.json"
    wanted = {"airflow": _airflow_version(), "pools": POOLS.read_text(encoding="utf-8"), "tables": _revision(settings)}
    if wanted["tables"] and note.exists() and json.loads(note.read_text(encoding="utf-8")) == wanted:
        return False
    for command in (["db", "migrate"], ["pools", "import", str(POOLS)]):
        _airflow(settings, environment, command)
    note.write_text(json.dumps({**wanted, "tables": _revision(settings)}), encoding="utf-8")
    return True


def _airflow(settings: Settings, environment: Mapping[str, str], command: list[str]) -> None:
    program, log = Path(sys.executable).parent / "airflow", airflow_home(settings) / "logs" / "prepare.log"
    with log.open("ab") as out:
        done = subprocess.run(
            [program, *command], env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False
        )
    if done.returncode != 0:
        raise AirflowTrouble(f"`airflow {' '.join(command)}` failed; its words are in {log}.")


def _revision(settings: Settings) -> str | None:
    """The revision of Airflow's tables in the metadata database, None when there are none."""
    with contextlib.closing(psycopg2.connect(metadata_database(settings).dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.alembic_version') is not null")
        if not single_value(cursor):
            return None
        cursor.execute("select string_agg(version_num, ',' order by version_num) from alembic_version")
        revision: str | None = single_value(cursor)
        return revision


def _airflow_version() -> str:
    from importlib import metadata

    return metadata.version("apache-airflow")


def _secret(home: Path, name: str) -> str:
    """A secret of this home, random, made once."""
    path = home / "secrets" / name
    if not path.exists():
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()  # of the shape that Fernet asks for
        write_private(path, key if name == "fernet_key" else secrets.token_hex(32))
    return path.read_text(encoding="utf-8")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all; its folders are the owner's too."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)
