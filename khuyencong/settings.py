"""Where things are: the one place that reads the environment."""

from __future__ import annotations

import os
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
    """

    home: Path
    database_url: str | None
    inbox: Path | None
    register: Path = PROJECT / "dbt_project" / "register"
    forms: Path = PROJECT / "ingestion" / "forms"
    rules: Path = PROJECT / "expectations" / "rules"
    dbt_project: Path = PROJECT / "dbt_project"

    @property
    def landing(self) -> Path:
        return self.home / "landing"


def read_settings() -> Settings:
    """Settings from KC_HOME, KC_DATABASE_URL and KC_INBOX."""
    home = Path(os.environ.get("KC_HOME", str(PROJECT / ".kc"))).expanduser().resolve()
    inbox = os.environ.get("KC_INBOX")
    return Settings(
        home=home,
        database_url=os.environ.get("KC_DATABASE_URL") or None,
        inbox=Path(inbox).expanduser().resolve() if inbox else None,
    )
