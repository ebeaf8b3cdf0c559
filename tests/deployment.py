"""An installation as a desk would deploy it: a copy of the project with sources of its own, and the servers behind them.

The sample nation lies where its units would put it: an SFTP account a unit, and three units by HTTPS, S3 and IMAP. Beside them
stand sources that are broken, each in its own way.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import imaplib
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import boto3
from servers import (
    HOST,
    WebServer,
    broken_wire,
    certificate_chain,
    dovecot,
    free_port,
    openssh,
    s3_store,
    web,
)

from warehouse.settings import PROJECT, Settings

COPIED = ("kc", "khuyencong", "warehouse", "ingestion", "expectations", "samples", "bench", "dags", "deploy")
TOKEN, S3_SECRET = "ma-truy-cap-that", "khoa:bi-mat-s3"
CAP = 2_000_000


@dataclass
class Deployment:
    """A copy of the project (`project`), its secrets, and the rows of its sources.csv."""

    folder: Path
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in COPIED:
            shutil.copytree(PROJECT / name, self.project / name, ignore=shutil.ignore_patterns("__pycache__", "secrets"))
        shutil.copytree(PROJECT / "dbt_project", self.project / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
        self.secrets.mkdir()
        self._write()

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def register(self) -> Path:
        return self.project / "dbt_project" / "register"

    def settings(self, name: str) -> Settings:
        """Settings of a home of this deployment with its own embedded warehouse."""
        known = Settings(home=self.folder / name, database_url=None, inbox=None, secrets=self.secrets)
        return dataclasses.replace(
            known,
            register=self.register,
            forms=self.project / "ingestion" / "forms",
            rules=self.project / "expectations" / "rules",
            dbt_project=self.project / "dbt_project",
        )

    def environment(self, name: str) -> dict[str, str]:
        """What a program of the copied project needs to know to work in a home of this deployment."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("KC_", "AIRFLOW"))}
        own = {"PYTHONPATH": str(self.project), "KC_HOME": str(self.folder / name), "KC_SECRETS": str(self.secrets)}
        return clean | own

    def parameters(self, **values: object) -> None:
        path = self.register / "parameters.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert values.keys() <= {row["parameter_code"] for row in rows}
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"parameter_value": values.get(row["parameter_code"], row["parameter_value"])} for row in rows)

    def secret(self, name: str, text: str) -> None:
        (self.secrets / name).write_text(text, encoding="utf-8")

    def source(self, code: str, transport: str, location: str, unit_key: str, secret: str) -> None:
        """A row of sources.csv; its secret becomes a file."""
        self.rows.append((code, transport, location, unit_key, code, ""))
        self.secret(code, secret)
        self._write()

    def _write(self) -> None:
        with (self.register / "sources.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("source_code", "transport", "location", "unit_key", "secret_name", "note"))
            writer.writerows(self.rows)


@dataclass
class Servers:
    """The servers of a deployment: how a unit sends (unit, name, bytes), and the trouble of each broken source by its code."""

    send: Callable[[str, str, bytes], None]
    broken: dict[str, str]


@contextlib.contextmanager
def nation_on_servers(deployment: Deployment, nation: Path) -> Iterator[Servers]:
    """The files of a nation (a folder a unit) on running servers, each with its row of the register and its secret."""
    units = sorted(path.name for path in nation.iterdir() if path.is_dir() and path.name != "truth")
    by_web, by_s3, by_mail = [unit for unit in units if not any((nation / unit).glob("giao-ke-hoach*"))][:3]
    passwords = {unit: f"mat-khau-{unit}" for unit in units}
    deployment.parameters(
        max_file_bytes=CAP, source_tries=2, source_pause_seconds=0.2, settle_seconds=0.5, file_seconds=60
    )
    with contextlib.ExitStack() as stack:
        chain = certificate_chain(deployment.folder / "certificates")
        (deployment.folder / "sshd").mkdir()
        (deployment.folder / "dovecot").mkdir()
        sftp = stack.enter_context(openssh(deployment.folder / "sshd", passwords, {}))
        site = stack.enter_context(web(chain, TOKEN))
        store = stack.enter_context(s3_store())
        port = stack.enter_context(dovecot(deployment.folder / "dovecot", chain, passwords))
        cut = stack.enter_context(broken_wire(sftp.port, 1_000))  # while keys are exchanged: nothing was listed yet
        deployment.secret("authorities.pem", chain.authority)
        ways = {by_web: partial(_publish, site), by_s3: _bucket(store), by_mail: partial(_mail, port, chain.authority, passwords)}

        def send(unit: str, name: str, data: bytes) -> None:
            ways.get(unit, sftp.put)(unit, name, data)

        for unit in units:
            for path in sorted((nation / unit).iterdir()):
                send(unit, path.name, path.read_bytes())
        deployment.source(f"https-{by_web}", "https", site.location, by_web, TOKEN)
        deployment.source(f"s3-{by_s3}", "s3", f"{store}/bao-cao/inbox", by_s3, S3_SECRET)
        deployment.source(f"imap-{by_mail}", "imap", f"imaps://{by_mail}@{HOST}:{port}/INBOX", by_mail, passwords[by_mail])
        for unit in units:
            if unit not in (by_web, by_s3, by_mail):
                deployment.source(f"sftp-{unit}", "sftp", f"sftp://{unit}@{HOST}:{sftp.port}/inbox", unit, passwords[unit])
        known_hosts = [sftp.known_hosts, f"[{HOST}]:{cut} {sftp.host_key}", f"[localhost]:{sftp.port} {_another_key(deployment)}"]
        deployment.secret("known_hosts", "\n".join(known_hosts))
        troubled = stack.enter_context(web(chain, TOKEN))
        troubled.files = {"cut.xlsx": b"x" * 9_000, "gone.xlsx": b"x" * 9_000, "big.xlsx": b"x" * (CAP + 1)}
        troubled.cut, troubled.absent = {"cut.xlsx"}, {"gone.xlsx"}
        unit = next(unit for unit in units if unit not in (by_web, by_s3, by_mail))
        account = f"sftp://{unit}@{{}}/inbox"
        broken = {
            "broken-host-key": (("sftp", account.format(f"localhost:{sftp.port}")), passwords[unit], "host_key_other"),
            "broken-password": (("sftp", account.format(f"{HOST}:{sftp.port}")), "sai", "password_refused"),
            "broken-token": (("https", site.location), "ma-het-han", "token_refused"),
            "broken-address": (("https", f"{site.location}khong-co/"), TOKEN, "place_absent"),
            "broken-nobody": (("sftp", account.format(f"{HOST}:{free_port()}")), "x", "unreachable"),
            "broken-wire": (("sftp", account.format(f"{HOST}:{cut}")), passwords[unit], "unreachable"),
            "broken-files": (("https", troubled.location), TOKEN, "partly"),
        }
        for code, ((transport, location), secret, _) in broken.items():
            deployment.source(code, transport, location, unit, secret)
        yield Servers(send, {code: trouble for code, (_, _, trouble) in broken.items()})


def _publish(site: WebServer, unit: str, name: str, data: bytes) -> None:
    site.files[name] = data


def _bucket(address: str) -> Callable[[str, str, bytes], None]:
    key, _, secret = S3_SECRET.partition(":")
    client = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1"
    )
    client.create_bucket(Bucket="bao-cao")
    return lambda unit, name, data: client.put_object(Bucket="bao-cao", Key=f"inbox/{name}", Body=data)


def _mail(port: int, authority: str, passwords: dict[str, str], unit: str, name: str, data: bytes) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"{unit}@so.invalid", "desk@khuyen-cong.invalid", name
    message.set_content("Báo cáo gửi kèm.")
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    with imaplib.IMAP4_SSL(HOST, port, ssl_context=ssl.create_default_context(cadata=authority)) as box:
        box.login(unit, passwords[unit])
        box.append("INBOX", None, None, message.as_bytes())


def _another_key(deployment: Deployment) -> str:
    path = deployment.folder / "another_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])
