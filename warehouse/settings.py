"""Where things are: the one place that reads the environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from warehouse.programme import PRESENT, PROJECT, Folders, Programme, ProgrammeError, folders_of, read_programme

__all__ = ["PROJECT", "TIMEZONE", "Settings", "in_its_words", "programme_folders", "read_secret", "read_settings", "this_programme"]


@cache
def programme_folders() -> Folders:
    """The folders of the programme that KC_PROGRAMME names, the same as long as the process lives. Raises ProgrammeError."""
    named = os.environ.get("KC_PROGRAMME")
    return folders_of(Path(named).expanduser().resolve()) if named else PRESENT


def this_programme() -> Programme:
    """What the programme of this process says of itself. Raises ProgrammeError."""
    return read_programme(programme_folders().register)


def in_its_words(text: str) -> str:
    """A sentence of ours with the names that the programme gives: {programme_name}, {currency_name} and their `_en`."""
    if "{programme_name" not in text and "{currency_name" not in text:
        return text
    own = this_programme()
    for name in ("programme_name", "programme_name_en", "currency_name", "currency_name_en"):
        text = text.replace("{" + name + "}", getattr(own, name))
    return text


def _time_zone() -> ZoneInfo:
    """The programme's; where there is no programme to ask, whoever reads the settings is told why."""
    try:
        return ZoneInfo(this_programme().time_zone)
    except (ProgrammeError, LookupError, ValueError):
        return ZoneInfo("UTC")


TIMEZONE = _time_zone()


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
    register, forms, rules   the programme's folders (KC_PROGRAMME, default those of this repository)
    """

    home: Path
    database_url: str | None
    inbox: Path | None
    secrets: Path | None = None
    smtp: str | None = None
    smtp_tls: str | None = None
    smtp_login: str | None = None
    mail_from: str | None = None
    register: Path = field(default_factory=lambda: programme_folders().register)
    forms: Path = field(default_factory=lambda: programme_folders().forms)
    rules: Path = field(default_factory=lambda: programme_folders().rules)
    dbt_project: Path = PROJECT / "dbt_project"

    @property
    def landing(self) -> Path:
        return self.home / "landing"


def read_settings() -> Settings:
    """Settings from KC_HOME, KC_PROGRAMME, KC_DATABASE_URL, KC_INBOX, KC_SECRETS, KC_SMTP, KC_SMTP_TLS, KC_SMTP_LOGIN and
    KC_MAIL_FROM.

    Raises ProgrammeError where KC_PROGRAMME names no programme.
    """
    this_programme()
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
