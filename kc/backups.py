"""Commands that keep the warehouse safe: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kc.options import JsonOption


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    target: Annotated[
        Path | None, typer.Argument(help="A file, or a folder to name it in by the time. Default: backups in KC_HOME.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Everything that cannot be made again in one file: the database, the landed bytes, a manifest with hashes.

    Example: kc backup /mnt/backups
    """
    from kc.output import Refused, console, number, print_json
    from kc.session import machine_now
    from khuyencong.backup.backup import make_backup
    from khuyencong.backup.file import BackupRefused
    from warehouse.settings import read_settings

    settings = read_settings()
    try:
        made = make_backup(settings, (target or settings.home / "backups").absolute(), machine_now())
    except FileExistsError as error:
        raise Refused(str(error), 2) from error
    except BackupRefused as error:
        raise Refused(str(error), 1) from error
    if as_json:
        print_json(made)
        return
    console().print(
        f"{made['file']}: {number(made['bytes'])} bytes, {number(made['n_receipts'])} receipts in "
        f"{number(made['n_landed_files'])} files, run {made['run']}, release {made['release']}.",
        soft_wrap=True,
    )


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file of `kc backup`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of what the warehouse holds, which is then gone.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """A backup into an empty warehouse, all of it or nothing; every part is compared with its hash first.

    Example: kc restore /mnt/backups/khuyencong-20260430-050000.tar
    """
    from kc.output import Refused, console, number, print_json, say_error
    from khuyencong.backup.file import BackupRefused
    from khuyencong.backup.restore import NotEmpty, restore_backup
    from warehouse.settings import read_settings

    try:
        done = restore_backup(read_settings(), file, is_replacing=replace, warn=say_error)
    except NotEmpty as error:
        raise Refused(str(error), 2) from error
    except BackupRefused as error:
        raise Refused(str(error), 3) from error
    for role, login in done["logins_missing"]:
        say_error(f"This server has no {login} in {role}: create role {login} login password '…' in role {role}.")
    if as_json:
        print_json(done)
        return
    console().print(
        f"Restored as of {done['made_at']}: {number(done['n_receipts'])} receipts, run {done['run']}, release {done['release']}"
        f"{', hash ' + done['release_hash'][:16] + '…' if done['release_hash'] else ''}. "
        f"{len(done['migrated'])} newer migrations applied. Next: kc status, kc nightly.",
        soft_wrap=True,
    )
