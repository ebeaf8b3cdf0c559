"""The scripts that docker-compose.yml runs, without Docker: secrets, the two databases, the addresses made of both."""

import contextlib
import json
import os
import stat
import subprocess
from pathlib import Path

import psycopg2
import pytest
import yaml
from cryptography.fernet import Fernet

from khuyencong.reviewers import add_reviewer
from khuyencong.settings import Settings
from khuyencong.warehouse import applied_migrations, connect, find_warehouse, open_warehouse
from khuyencong.warehouse.place import packaged_binaries

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"


def run(*command, **environment):
    environment = {**os.environ, **{name: str(value) for name, value in environment.items()}}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.fixture
def secrets(tmp_path):
    run(DEPLOY / "new-secrets", tmp_path / "secrets")
    return tmp_path / "secrets"


def addresses(secrets, tmp_path):
    """What with-secrets gives to the process that it starts."""
    wanted = ("KC_DATABASE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY")
    users = tmp_path / "users" / "passwords.json"
    shown = run(
        DEPLOY / "with-secrets", "sh", "-c", " ".join(f'echo "${name}";' for name in wanted),
        KC_SECRETS=secrets, AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=users,
    ).splitlines()  # fmt: skip
    assert stat.S_IMODE(users.stat().st_mode) == 0o600
    assert set(json.loads(users.read_text(encoding="utf-8"))) == {"desk"}
    return dict(zip(wanted, shown, strict=True))


def test_secrets_are_those_of_the_compose_file_each_made_once(secrets):
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    made = {path.name: path.read_text(encoding="utf-8") for path in secrets.iterdir()}
    assert set(made) == {Path(secret["file"]).name for secret in compose["secrets"].values()}
    assert len(set(made.values())) == len(made) and all(len(text) >= 40 for text in made.values())
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    run(DEPLOY / "new-secrets", secrets)
    assert made == {path.name: path.read_text(encoding="utf-8") for path in secrets.iterdir()}


def test_fernet_key_is_one(secrets, tmp_path):
    assert Fernet(addresses(secrets, tmp_path)["AIRFLOW__CORE__FERNET_KEY"])


def test_databases_are_made_and_the_warehouse_migrates_as_its_own_login(secrets, tmp_path, own_settings):
    server = find_warehouse(own_settings())
    _rename_our_own(server)
    run(
        "sh", DEPLOY / "postgres/databases.sh", KC_SECRETS=secrets, POSTGRES_USER="postgres",
        PGHOST=server.host, PGPORT=server.port, PATH=f"{packaged_binaries()}:{os.environ['PATH']}",
    )  # fmt: skip
    here = f"@127.0.0.1:{server.port}/"
    found = {name: text.replace("@postgres:5432/", here) for name, text in addresses(secrets, tmp_path).items()}

    warehouse = open_warehouse(Settings(home=tmp_path, database_url=found["KC_DATABASE_URL"], inbox=None))
    with contextlib.closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        assert applied_migrations(connection)
        cursor.execute("select rolsuper, datcollate, datlocale from pg_roles, pg_database "
                       "where rolname = current_user and datname = current_database()")  # fmt: skip
        assert cursor.fetchone() == (False, "C", "C.UTF-8")
        # Airflow's tasks come as this owner: it carries the answers of reviewers, whom it can add, and is none itself.
        assert add_reviewer(connection, "lan") and not add_reviewer(connection, "lan", unit="ha-noi")
        cursor.execute("""select review.is_reviewer('lan'), review.is_reviewer(session_user),
            pg_has_role('answer_carrier', 'usage'), pg_has_role('reviewer', 'usage')""")
        assert cursor.fetchone() == (True, False, True, False)

    metadata = found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", "")
    with contextlib.closing(psycopg2.connect(metadata)) as connection, connection.cursor() as cursor:
        cursor.execute("create table in_its_own_database (n int)")
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(metadata.replace("airflow:", "airflow:x"))


def _rename_our_own(server):
    """The embedded server's login and database bear the names that the script makes: out of its way."""
    with contextlib.closing(connect(server, dbname="template1")) as connection:
        connection.autocommit = True
        connection.cursor().execute("create role postgres login superuser")
    with contextlib.closing(
        psycopg2.connect(host=server.host, port=server.port, user="postgres", dbname="template1")
    ) as connection:
        connection.autocommit = True
        for kind in ("database", "role"):
            connection.cursor().execute(f"alter {kind} khuyencong rename to embedded")
