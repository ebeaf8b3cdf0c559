"""Where things are: the one place that reads the environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

PROJECT = Path(__file__).resolve().parent.parent
TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Settings:
    """Folders and addresses of one installation.

    home          everything the warehouse writes: landing, embedded PostgreSQL, dbt artefacts, samples (KC_HOME, default .kc)
    database_url  a PostgreSQL server to use instead of the embedded one (KC_DATABASE_URL)
    inbox         a folder that overrides every location of register/sources.csv (KC_INBOX)
    secrets       a folder with a file a secret (KC_SECRETS); passwords, keys and tokens of sources are nowhere else
    smtp          host:port of the server that mail is handed to (KC_SMTP); without one, mail is written and not sent
    smtp_tls      starttls or tls: how the way there is kept secret (KC_SMTP_TLS); none for a server of this machine or network
    smtp_login    name of the secret that holds user:password for that server (KC_SMTP_LOGIN)
    mail_from     who mail comes from (KC_MAIL_FROM)
    """

    home: Path
    database_url: str | None
    inbox: Path | None
    secrets: Path | None = None
    smtp: str | None = None
    smtp_tls: str | None = None
    smtp_login: str | None = None
    mail_from: str | None = None
    register: Path = PROJECT / "dbt_project" / "register"
    forms: Path = PROJECT / "ingestion" / "forms"
    rules: Path = PROJECT / "expectations" / "rules"
    dbt_project: Path = PROJECT / "dbt_project"

    @property
    def landing(self) -> Path:
        return self.home / "landing"


def read_settings() -> Settings:
    """Settings from KC_HOME, KC_DATABASE_URL, KC_INBOX, KC_SECRETS, KC_SMTP, KC_SMTP_TLS, KC_SMTP_LOGIN and KC_MAIL_FROM."""
    home = Path(os.environ.get("KC_HOME", str(PROJECT / ".kc"))).expanduser().resolve()
    inbox, secrets = os.environ.get("KC_INBOX"), os.environ.get("KC_SECRETS")
    return Settings(
        home=home,
        database_url=os.environ.get("KC_DATABASE_URL") or None,
        inbox=Path(inbox).expanduser().resolve() if inbox else None,
        secrets=Path(secrets).expanduser().resolve() if secrets else None,
        smtp=os.environ.get("KC_SMTP") or None,
        smtp_tls=os.environ.get("KC_SMTP_TLS") or None,
        smtp_login=os.environ.get("KC_SMTP_LOGIN") or None,
        mail_from=os.environ.get("KC_MAIL_FROM") or None,
    )


def read_secret(settings: Settings, name: str) -> str:
    """A secret by its name: the file of that name in the folder of secrets, else the variable KC_SECRET_<NAME>.

    The name is letters, digits, `.`, `-` and `_`; in the variable it is in capitals with `_` for the others. Raises LookupError
    when there is no such secret, never with a part of one.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name):
        raise LookupError(f"{name!r} is no name of a secret.")
    if settings.secrets is not None and (settings.secrets / name).is_file():
        return (settings.secrets / name).read_text(encoding="utf-8").strip()
    variable = "KC_SECRET_" + re.sub("[^A-Z0-9]", "_", name.upper())
    if variable not in os.environ:
        raise LookupError(f"There is no secret {name}: no file of that name, no variable {variable}.")
    return os.environ[variable].strip()
