"""The scripts that docker-compose.yml runs, without Docker: secrets, the two databases, the addresses made of both, and the
SFTP inboxes under a real sshd, whose accounts live in a private /etc (mount namespace) and reach no other process.
"""

import base64
import contextlib
import csv
import dataclasses
import json
import os
import shutil
import stat
import subprocess
from datetime import datetime
from pathlib import Path

import paramiko
import psycopg2
import pytest
import yaml
from cryptography.fernet import Fernet
from servers import HOST, free_port, skip_without, wait_for

from khuyencong.night.stations import pull_source
from khuyencong.review.reviewers import add_reviewer
from warehouse.address import connect
from warehouse.migrate import applied_migrations
from warehouse.opening import find_warehouse, open_warehouse
from warehouse.place import packaged_binaries
from warehouse.settings import TIMEZONE, Settings

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
        MOUNTED_SECRETS=secrets, AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=users,
    ).splitlines()  # fmt: skip
    assert stat.S_IMODE(users.stat().st_mode) == 0o600
    assert set(json.loads(users.read_text(encoding="utf-8"))) == {"desk"}
    return dict(zip(wanted, shown, strict=True))


def test_secrets_are_those_of_the_compose_file_each_made_once(secrets):
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    made = read_secrets(secrets)
    named = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    assert named | {"sftp_host_key_public"} == {name for name in made if "/" not in name}
    assert len(set(made.values())) == len(made) and all(len(text) >= 40 for text in made.values())
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (secrets, secrets / "sftp")} == {0o700}
    assert stat.S_IMODE((secrets / "sources").stat().st_mode) & 0o055 == 0o055  # Airflow's account is another than ours
    run(DEPLOY / "new-secrets", secrets)
    assert made == read_secrets(secrets)


def read_secrets(secrets):
    return {str(path.relative_to(secrets)): path.read_text(encoding="utf-8") for path in secrets.rglob("*") if path.is_file()}


def test_units_that_report_on_a_day_are_those_of_the_register(secrets):
    register = Settings(home=Path(), database_url=None, inbox=None).register / "units.csv"
    with register.open(encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    for day in ("2024-12-31", "2025-06-30", "2025-07-01", "2026-11-26"):
        wanted = [u["unit_key"] for u in units if u["unit_kind"] != "group" and u["valid_from"] <= day <= (u["valid_to"] or "9999")]
        assert run(DEPLOY / "sftp/reporting-units", register, day).split() == wanted
    today = datetime.now(TIMEZONE).date().isoformat()
    reporting = run(DEPLOY / "sftp/reporting-units", register, today).split()
    assert sorted(path.name for path in (secrets / "sftp").iterdir()) == sorted(f"{unit}.password" for unit in reporting)


def test_fernet_key_is_one(secrets, tmp_path):
    assert Fernet(addresses(secrets, tmp_path)["AIRFLOW__CORE__FERNET_KEY"])


def test_databases_are_made_and_the_warehouse_migrates_as_its_own_login(secrets, tmp_path, own_settings):
    server = find_warehouse(own_settings())
    _rename_our_own(server)
    run(
        "sh", DEPLOY / "postgres/databases.sh", MOUNTED_SECRETS=secrets, POSTGRES_USER="postgres",
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


NOW = datetime.fromisoformat("2026-03-20T09:00:00+07:00")
# The accounts of the inboxes: with a password, with a password, with a key of its own, without a secret.
BY_PASSWORD, OTHER, BY_KEY, WITHOUT = "ha-noi", "cao-bang", "lang-son", "nghe-an"
PRIVATE = """set -e
mount --make-rprivate /
mount --bind "$STAGE/etc" /etc
mount --bind "$STAGE/run" /run
mount --bind "$STAGE/srv" /srv
shift
exec setpriv --no-new-privs --bounding-set "$CAPABILITIES" "$STAGE/sftp/start" "$@"
"""


class Inboxes:
    """The running server of deploy/sftp: its port, its secrets, and where the inboxes lie on this machine."""

    def __init__(self, port, secrets, inboxes):
        self.port, self.secrets, self.inboxes = port, secrets, inboxes

    @contextlib.contextmanager
    def connected(self, unit, password=None, key=None):
        client = paramiko.SSHClient()
        kind, data = (self.secrets / "sftp_host_key_public").read_text().split()[:2]
        client.get_host_keys().add(f"[{HOST}]:{self.port}", kind, paramiko.Ed25519Key(data=base64.b64decode(data)))
        client.connect(HOST, self.port, unit, password, key, look_for_keys=False, allow_agent=False)
        with client:
            yield client

    def password(self, unit):
        return (self.secrets / "sftp" / f"{unit}.password").read_text()


@pytest.fixture(scope="module")
def inboxes(tmp_path_factory):
    """sshd as docker-compose.yml starts it: its script, configuration, capabilities; on an /etc, /run and /srv of its own."""
    skip_without("openssh-server", "/usr/sbin/sshd", "/usr/bin/setpriv", "/usr/bin/unshare")
    if subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("NOT TESTED: this machine allows no mount namespace, in which the accounts could be made")
    stage = tmp_path_factory.mktemp("sftp")
    secrets = stage / "run" / "secrets"
    run(DEPLOY / "new-secrets", secrets)
    (secrets / "sftp" / f"{WITHOUT}.password").unlink()
    (secrets / "sftp" / f"{BY_KEY}.password").unlink()
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stage / "own_key")
    shutil.copy(stage / "own_key.pub", secrets / "sftp" / f"{BY_KEY}.pub")
    (stage / "run" / "accounts").symlink_to("secrets/sftp")
    for folder in ("etc", "srv", "srv/inboxes"):
        (stage / folder).mkdir()
    for name in ("passwd", "group", "shadow", "gshadow", "login.defs", "nsswitch.conf", "ld.so.cache"):
        shutil.copy2(Path("/etc") / name, stage / "etc" / name)
    shutil.copytree("/etc/alternatives", stage / "etc" / "alternatives", symlinks=True)
    shutil.copytree(DEPLOY / "sftp", stage / "sftp")
    shutil.copytree(PROJECT / "dbt_project" / "register", stage / "sftp" / "register")
    with started(stage) as port:
        yield Inboxes(port, secrets, stage / "srv" / "inboxes")


@contextlib.contextmanager
def started(stage):
    """The server on what a stage holds; its port."""
    service = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["sftp"]
    capabilities = ",".join(["-all", *(f"+{name.lower()}" for name in service["cap_add"])])
    port, log = free_port(), stage / "sshd.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", PRIVATE, "sh", "start", "-p", str(port), "-o", f"ListenAddress={HOST}"],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "STAGE": str(stage), "CAPABILITIES": capabilities},
            stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_for(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_a_unit_has_its_own_inbox_and_nothing_else(inboxes):
    with inboxes.connected(BY_PASSWORD, inboxes.password(BY_PASSWORD)) as client:
        files = client.open_sftp()
        assert files.listdir("/") == ["inbox"]  # the root of a chroot: no neighbour, no /etc
        with files.open("/inbox/report.xlsx", "w") as file:
            file.write(b"a workbook")
        for place in (f"/../{OTHER}/inbox", f"/srv/inboxes/{OTHER}", f"/{OTHER}"):
            with pytest.raises(FileNotFoundError):
                files.listdir(place)
        with pytest.raises(PermissionError):
            files.mkdir("/beside")  # the chroot itself belongs to root
        files.symlink(f"/srv/inboxes/{OTHER}/inbox", "/inbox/way-out")
        with pytest.raises(FileNotFoundError):
            files.listdir("/inbox/way-out")
        files.remove("/inbox/way-out")
    written = inboxes.inboxes / BY_PASSWORD / "inbox" / "report.xlsx"
    assert written.read_bytes() == b"a workbook"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600 and written.stat().st_uid >= 20000
    with inboxes.connected(OTHER, inboxes.password(OTHER)) as client:
        assert client.open_sftp().listdir("/inbox") == []
    owners = {path.stat().st_uid for path in inboxes.inboxes.glob("*/inbox")}
    assert len(owners) == len(list(inboxes.inboxes.iterdir())) > 30


def test_there_is_no_shell_no_command_and_no_forwarding(inboxes):
    with inboxes.connected(BY_PASSWORD, inboxes.password(BY_PASSWORD)) as client:
        _, out, _ = client.exec_command("id; cat /etc/passwd", timeout=10)
        assert b"uid=" not in out.read()  # the file server answers in its own protocol, whatever was asked for
        with pytest.raises(paramiko.SSHException):
            client.invoke_shell()  # no terminal
        for kind, target in (("direct-tcpip", (HOST, inboxes.port)), ("direct-tcpip", (HOST, 22))):
            with pytest.raises(paramiko.ChannelException):
                client.get_transport().open_channel(kind, target, (HOST, 1))
        with pytest.raises(paramiko.SSHException):
            client.get_transport().request_port_forward(HOST, 0)


def test_only_who_has_a_secret_comes_in_and_only_with_it(inboxes):
    own = paramiko.Ed25519Key.from_private_key_file(str(inboxes.secrets.parents[1] / "own_key"))
    desk = paramiko.Ed25519Key.from_private_key_file(str(inboxes.secrets / "sources" / "sftp_desk_key"))
    with inboxes.connected(BY_KEY, key=own) as client:
        assert client.open_sftp().listdir("/") == ["inbox"]
    for unit in (BY_PASSWORD, OTHER, BY_KEY):
        with inboxes.connected(unit, key=desk) as client:
            assert client.open_sftp().listdir("/") == ["inbox"]
    refused = [
        (BY_PASSWORD, {"password": inboxes.password(OTHER)}),
        (BY_PASSWORD, {"key": own}),
        (BY_KEY, {"password": ""}),
        (WITHOUT, {"password": ""}),
        (WITHOUT, {"key": desk}),
        ("root", {"key": desk}),
    ]
    for unit, given in refused:
        with pytest.raises(paramiko.AuthenticationException), inboxes.connected(unit, **given):
            pass


def test_what_a_unit_uploads_is_pulled_with_the_rows_that_the_deployment_prints(inboxes, settings, tmp_path):
    with inboxes.connected(OTHER, inboxes.password(OTHER)) as client, client.open_sftp().open("/inbox/2026-02.xlsx", "w") as file:
        file.write(b"a workbook of a province")
    register, secrets = tmp_path / "register", tmp_path / "secrets"
    shutil.copytree(settings.register, register)
    rows = run(DEPLOY / "sftp/source-rows", inboxes.secrets / "sftp", REGISTER=register)
    assert len(rows.splitlines()) > 30 and WITHOUT not in rows
    with (register / "sources.csv").open("a", encoding="utf-8") as file:
        file.write(rows.replace("@sftp:22/", f"@{HOST}:{inboxes.port}/"))
    assert run(DEPLOY / "sftp/source-rows", inboxes.secrets / "sftp", REGISTER=register) == ""
    secrets.mkdir()
    shutil.copy(inboxes.secrets / "sources" / "sftp_desk_key", secrets)
    known = (inboxes.secrets / "sources" / "known_hosts").read_text()
    assert known.startswith("sftp ssh-ed25519 ")
    (secrets / "known_hosts").write_text(known.replace("sftp ", f"[{HOST}]:{inboxes.port} ", 1))

    settings = dataclasses.replace(settings, register=register, secrets=secrets)
    assert pull_source(settings, f"sftp-{OTHER}", NOW).rows_out == 1
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection.cursor() as cursor:
        cursor.execute("select location, claimed_unit_key from raw.receipt")
        assert cursor.fetchall() == [("2026-02.xlsx", OTHER)]
    assert pull_source(settings, f"sftp-{OTHER}", NOW).rows_out == 0
    (secrets / "known_hosts").write_text("")
    assert pull_source(settings, f"sftp-{BY_PASSWORD}", NOW).rows_out == 0
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection.cursor() as cursor:
        cursor.execute("select source_code, trouble_code from raw.source_standing where trouble_code is not null")
        assert cursor.fetchall() == [(f"sftp-{BY_PASSWORD}", "host_key_unknown")]


def test_at_the_next_start_an_account_goes_with_its_secret_and_a_folder_keeps_its_owner(inboxes):
    def owners():
        return {path.parent.name: path.stat().st_uid for path in inboxes.inboxes.glob("*/inbox")}

    before = owners()
    given, taken = inboxes.secrets / "sftp" / f"{WITHOUT}.password", inboxes.secrets / "sftp" / f"{BY_PASSWORD}.password"
    password = taken.read_text()
    given.write_text("mot-mat-khau-moi-cho-don-vi")
    taken.unlink()
    with started(inboxes.secrets.parents[1]) as port:
        again = Inboxes(port, inboxes.secrets, inboxes.inboxes)
        with pytest.raises(paramiko.AuthenticationException), again.connected(BY_PASSWORD, password):
            pass
        with again.connected(WITHOUT, given.read_text()) as client:
            assert client.open_sftp().listdir("/inbox") == []
    # What was sent stays where it is, and a number is not given twice.
    assert {unit: number for unit, number in owners().items() if unit != WITHOUT} == before
    assert owners()[WITHOUT] not in before.values()
    assert (inboxes.inboxes / BY_PASSWORD / "inbox" / "report.xlsx").exists()
