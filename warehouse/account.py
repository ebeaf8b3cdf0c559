"""Who runs the embedded server. PostgreSQL refuses to run as root, so under root another account does."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.address import WarehouseError

# Accounts that exist on nearly every system; none is created. The first that this process may become is taken.
UNPRIVILEGED = ("nobody", "postgres", "daemon")


@dataclass(frozen=True)
class Account:
    """An operating system account, and whether this process must change to it."""

    uid: int
    gid: int
    is_other: bool

    def run(self, command: Sequence[str | Path], *, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, with no way to the caller's terminal, pipes, PG* variables and secrets."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "LC_", "LANG", "AIRFLOW", "KC_")) and name not in ("HOME", "XDG_RUNTIME_DIR", "TMPDIR")
        }
        return subprocess.run(
            [str(part) for part in command],
            cwd="/",
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            start_new_session=True,
            check=False,
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
        )

    def own(self, path: Path, mode: int) -> None:
        """Give one file or folder to this account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def can(self, test: str, path: Path) -> bool:
        """Whether this account passes test(1) on a path: '-r' reads it, '-w' writes it, '-x' enters or runs it."""
        return self.run(["/bin/sh", "-c", f'test {test} "$1"', "sh", path]).returncode == 0


def find_account(data_owner: Path) -> Account:
    """The account for the server: our own; under root the owner of `data_owner`, else an unprivileged one.

    Raises WarehouseError when root may become none.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    candidates = []
    if data_owner.exists() and data_owner.stat().st_uid != 0:
        owner = data_owner.stat()
        candidates.append(Account(owner.st_uid, owner.st_gid, is_other=True))
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        candidates.append(Account(entry.pw_uid, entry.pw_gid, is_other=True))
    for account in candidates:
        try:
            if account.run(["/bin/sh", "-c", ":"]).returncode == 0:
                return account
        except (PermissionError, subprocess.SubprocessError):
            continue
    raise WarehouseError(
        "PostgreSQL does not run as root, and this process may not change to an unprivileged account "
        f"({', '.join(UNPRIVILEGED)}). Run as an ordinary user, or name a server in KC_DATABASE_URL."
    )
