"""Commands about the installation: doctor, bench, stop."""

from __future__ import annotations

from typing import Annotated

import typer

from khuyencong.cli.runs import JsonOption

bench_app = typer.Typer(help="Speed beside peers, measured in one run.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(doctor)
    app.command()(stop)
    app.add_typer(bench_app, name="bench")


def doctor(as_json: JsonOption = False) -> None:
    """Is this machine fit? Every check with its remedy; exit 1 when one fails.

    Example: kc doctor
    """
    from dataclasses import asdict

    from khuyencong.cli.output import print_json, print_table
    from khuyencong.doctor import checks
    from khuyencong.settings import read_settings

    found = checks(read_settings())
    if as_json:
        print_json({"checks": [asdict(check) for check in found]})
    else:
        print_table(
            "Environment",
            ("check", "", "finding", "remedy"),
            [(c.name, "ok" if c.ok else "NO", c.message, "" if c.ok else c.remedy) for c in found],
        )
    if not all(check.ok for check in found):
        raise typer.Exit(1)


def stop() -> None:
    """Stop the embedded PostgreSQL; the data stay.

    Example: kc stop
    """
    from khuyencong.settings import read_settings
    from khuyencong.warehouse import close_warehouse

    close_warehouse(read_settings())


@bench_app.command("read")
def bench_read(
    files: Annotated[int, typer.Option(help="How many workbooks of the sample nation.")] = 136,
    as_json: JsonOption = False,
) -> None:
    """Cells per second of our reader beside pandas + openpyxl, on the same workbooks.

    Example: kc bench read
    """
    from bench.read import run_bench

    from khuyencong.cli.output import print_json, print_table
    from khuyencong.settings import read_settings

    document = run_bench(read_settings(), files)
    if as_json:
        print_json(document)
        return
    print_table(
        f"{document['files']} workbooks, {document['cells']:,} cells; {document['ratio']:.1f} times the peer",
        ("reader", "seconds", "cells a second"),
        [(row["reader"], f"{row['seconds']:.2f}", f"{row['cells_per_second']:,.0f}") for row in document["readers"]],
        numeric=(1, 2),
    )


@bench_app.command("nightly")
def bench_nightly(
    period: Annotated[str, typer.Option(help="The month, YYYY-MM.")] = "2026-03", as_json: JsonOption = False
) -> None:
    """One month of the sample nation through `kc nightly`, its time split by station.

    Example: kc bench nightly
    """
    from bench.nightly import run_bench

    from khuyencong.cli.output import print_json, print_table
    from khuyencong.settings import read_settings

    document = run_bench(read_settings(), period)
    if as_json:
        print_json(document)
        return
    print_table(
        f"{document['files']} files of {document['period']}: {document['seconds']:.1f} s",
        ("station", "seconds", "share"),
        [(name, f"{s:.1f}", f"{100 * s / document['seconds']:.0f} %") for name, s in document["stations"].items()],
        numeric=(1, 2),
    )
