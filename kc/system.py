"""Commands about the installation: doctor, bench, stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kc.options import JsonOption

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

    from kc.doctor import checks
    from kc.output import print_json, print_table
    from warehouse.settings import read_settings

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
    """Stop the embedded PostgreSQL, and before it an Airflow that `make airflow` started; the data stay.

    Example: kc stop
    """
    from khuyencong.airflow.service import stop_airflow
    from warehouse.opening import close_warehouse
    from warehouse.settings import read_settings

    settings = read_settings()
    stop_airflow(settings)
    close_warehouse(settings)


@bench_app.command("read")
def bench_read(
    files: Annotated[int, typer.Option(help="How many workbooks of the sample nation.")] = 136, as_json: JsonOption = False
) -> None:
    """Cells per second of our reader beside pandas + openpyxl, on the same workbooks in one run.

    Example: kc bench read
    """
    from bench.read import compare
    from kc.output import number, print_json, print_table
    from samples.nation import write_nation
    from warehouse.settings import read_settings

    folder = read_settings().home / "samples"
    write_nation(folder, seed=2025)
    workbooks = sorted(folder.rglob("*.xlsx"))
    step = max(1, len(workbooks) // files)
    document = compare(workbooks[::step][:files])
    if as_json:
        print_json(document)
        return
    print_table(
        f"{document['workbooks']} workbooks, {number(document['cells'])} filled cells",
        ("reader", "seconds", "cells a second", "times the peer"),
        [
            (way, f"{document['seconds'][way]:.2f}", number(rate), document["times_faster"].get(way, 1))
            for way, rate in document["cells_per_second"].items()
        ],
        numeric=(1, 2, 3),
    )


@bench_app.command("reconcile")
def bench_reconcile(
    n: Annotated[int, typer.Option(help="Dirty records of each sort to localise.")] = 500,
    peer: Annotated[int, typer.Option(help="How many of them the peers answer too; 0 leaves them out.")] = 100,
    banff: Annotated[Path | None, typer.Option(help="A python that has Banff: an environment of its own.")] = None,
    submissions: Annotated[int, typer.Option(help="Reports judged in SQL by 40 rules; 0 leaves it out.")] = 10_000,
    whole: Annotated[int, typer.Option(help="Whole kinh-phi reports judged by all its rules; 0 leaves it out.")] = 500,
    as_json: JsonOption = False,
) -> None:
    """Speed on one core: localising a record, beside scipy and Banff with answers compared, and judging in SQL.

    Example: kc bench reconcile --banff banff-env/bin/python
    """
    from bench.reconcile import run

    try:
        run(n, peer, banff, submissions, whole, as_json)
    except RuntimeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@bench_app.command("accuracy", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench_accuracy(context: typer.Context) -> None:
    """How often the wrong figure is named, by kind of error, beside two baselines, on the reference form and in whole nights.

    Options: --on form|nation --seeds --n --clean --data --history --events --nations --each --until --json (--nations 1: a
    minute or two). Example: kc bench accuracy --on nation --nations 4
    """
    from bench.accuracy import main

    raise typer.Exit(main(context.args))


@bench_app.command("planted", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench_planted(context: typer.Context) -> None:
    """What became of the sample nation's planted errors after a night on the samples: flagged, named, returned, in the queue.

    Options: --json --truth.

    Example: kc bench planted
    """
    from bench.planted import main

    raise typer.Exit(main(context.args))


@bench_app.command("nightly")
def bench_nightly(
    period: Annotated[str, typer.Option(help="The month, YYYY-MM.")] = "2026-03", as_json: JsonOption = False
) -> None:
    """One month of the sample nation through `kc nightly`, its time split by station.

    Example: kc bench nightly
    """
    from bench.nightly import run_bench
    from kc.output import print_json, print_table
    from warehouse.settings import read_settings

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


@bench_app.command("airflow")
def bench_airflow(
    period: Annotated[str, typer.Option(help="The month, YYYY-MM.")] = "2026-03", as_json: JsonOption = False
) -> None:
    """One month of the sample nation through Airflow, beside the same night by `kc nightly`; some minutes.

    Example: kc bench airflow
    """
    from bench.airflow import compare
    from kc.output import print_json, print_table
    from warehouse.settings import read_settings

    document = compare(read_settings(), period)
    if as_json:
        print_json(document)
        return
    command, airflow = document["command"], document["airflow"]
    print_table(
        f"{document['files']} files of {document['period']}",
        ("station", "kc nightly, s", "in Airflow, s", "its task, s"),
        [
            (name, f"{seconds:.1f}", f"{airflow['stations'][name]:.1f}", f"{airflow['tasks'][name]:.1f}")
            for name, seconds in command["stations"].items()
        ]
        + [("the whole, by the clock", f"{command['seconds']:.1f}", f"{airflow['seconds']:.1f}", "")],
        numeric=(1, 2, 3),
    )
    typer.echo(
        f"Airflow takes {document['overhead_seconds']:.1f} s more ({document['ratio']:.2f} times). "
        f"The pull of all sources, apart: {airflow['pull_seconds']:.1f} s."
    )
