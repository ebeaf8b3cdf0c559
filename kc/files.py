"""Commands about files: submit, read, sample."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from kc.options import JsonOption


def register(app: typer.Typer) -> None:
    app.command()(submit)
    app.command()(read)
    app.command()(reconcile)
    app.command()(sample)


def submit(
    paths: Annotated[list[Path], typer.Argument(help="Files to submit.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="The same findings; nothing is written.")] = False,
    unit: Annotated[str | None, typer.Option(help="The unit that sends; default: the unit the file names.")] = None,
    archive: Annotated[bool, typer.Option("--archive", help="Past years handed in today: they are not late.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Files through door and rules; what is wrong is said with its cell. Exit 3 when a file is returned.

    Of several versions of one report the last named is the newest and takes the place of the others, which are not checked.

    Example: kc submit kinh-phi-2025-06.xlsx --dry-run
    """
    from ingestion.transports.seen import place_of
    from kc.output import Refused, print_json
    from kc.session import now
    from kc.submitted import print_submitted
    from khuyencong.reporter.submit import submit as submit_files
    from warehouse.settings import read_settings

    for path in paths:
        if not path.is_file():
            raise Refused(f"There is no file {place_of(str(path))}.", 2)
    settings = read_settings()
    try:
        document = submit_files(settings, paths, now(settings), dry_run=dry_run, unit_key=unit, is_archive=archive)
    except PermissionError as error:
        raise Refused(f"{place_of(str(error.filename))} may not be read by this account.", 2) from error
    print_json(document) if as_json else print_submitted(document)
    if any(file["verdict"] == "return" for file in document["files"]):
        raise typer.Exit(3)


def read(
    file: Annotated[Path, typer.Argument(help="A workbook, a CSV file, a text or HTML page.")],
    wide: Annotated[bool, typer.Option("--wide", help="All columns of the figures, beyond 80 characters.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What a reader sees in a file: every figure with its place, and what the door finds. Exit 3 when it would be returned.

    Nothing is compared with other files: for that there is `kc submit --dry-run`. No warehouse is needed.

    Example: kc read report.txt --json
    """
    from ingestion.transports.seen import place_of
    from kc.output import Refused, print_json
    from kc.previewed import is_returned, print_preview
    from kc.session import machine_now
    from khuyencong.reporter.preview import preview
    from warehouse.settings import read_settings

    if not file.is_file():
        raise Refused(f"There is no file {place_of(str(file))}.", 2)
    document = preview(read_settings(), file, machine_now())
    print_json(document) if as_json else print_preview(document, wide=wide)
    if is_returned(document):
        raise typer.Exit(3)


def reconcile(problem: Annotated[Path, typer.Argument(help="A problem: rules and records, as JSON.")]) -> None:
    """The engine alone, on any form: which figures are probably wrong, and what was probably meant.

    Reads {"rules": ["a + b == t"], "records": [{"id": "r1", "values": {"a": 1, "b": 2, "t": 4}}]}; prints one JSON document.

    Example: kc reconcile problem.json
    """
    import json
    from decimal import Decimal

    from expectations.reconciliation.problem import reconcile as find_errors
    from kc.output import Refused, print_json

    try:
        document = find_errors(json.loads(problem.read_text(encoding="utf-8"), parse_float=Decimal))
    except OSError as error:
        raise Refused(f"There is no file {problem}.", 2) from error
    except ValueError as error:
        raise Refused(f"{problem} is no problem that can be solved: {error}", 3) from error
    print_json(document)


def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write the sample nation.")],
    seed: Annotated[int, typer.Option(help="Seed of the sample nation.")] = 2025,
    clean: Annotated[bool, typer.Option(help="Without planted errors.")] = False,
    years: Annotated[str | None, typer.Option(help="Whole years S..E of the longer nation, for example 2024..2026.")] = None,
) -> None:
    """Write the sample nation: real workbooks of invented projects, with a truth file.

    Example: kc sample /tmp/nation --seed 7 --years 2024..2026
    """
    from kc.output import Refused, console
    from samples.nation import write_nation

    span = re.fullmatch(r"(\d{4})(?:\.\.(\d{4}))?", years) if years else None
    if years and span is None:
        raise Refused(f"'{years}' is no span of years. Write --years 2024..2026.", 2)
    chosen = (int(span[1]), int(span[2] or span[1])) if span else None
    try:
        summary = write_nation(folder, seed=seed, clean=clean, years=chosen)
    except ValueError as error:
        raise Refused(str(error), 2) from error
    out = console()
    out.print(f"{summary.n_files} files in {folder}; the truth is in {folder / 'truth'}.", soft_wrap=True, markup=False)
    out.print(f"Play it in a home of its own, with a clock of its own: KC_HOME=… KC_INBOX={folder} kc nightly", soft_wrap=True)
