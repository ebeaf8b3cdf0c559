"""Commands of releases: list, show, bridge, finalise, reopen."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kc.options import JsonOption

release_app = typer.Typer(help="Releases: numbered states of the national figures.", no_args_is_help=True)

PeriodOption = Annotated[str, typer.Option(help="The month that ends the period, YYYY-MM.")]
YearOption = Annotated[int | None, typer.Option(help="Budget year; default the year of the period.")]
ReasonOption = Annotated[str, typer.Option(help="Why, in a sentence.")]


def register(app: typer.Typer) -> None:
    app.add_typer(release_app, name="release")


@release_app.command("list")
def release_list(as_json: JsonOption = False) -> None:
    """All releases, newest first.

    Example: kc release list
    """
    from kc.output import number, print_json, print_table
    from kc.session import open_connection
    from khuyencong.release.listing import release_list as read_list

    with open_connection() as connection:
        releases = read_list(connection)
    if as_json:
        print_json({"releases": releases})
        return
    print_table(
        "Releases",
        ("release", "as of", "run", "opened", "closed", "hash"),
        [
            (
                r["release"],
                r["as_of"],
                r["run"],
                number(r["n_opened"]),
                number(r["n_closed"]),
                r["release_hash"][:16] + "…",
            )
            for r in releases
        ],
        numeric=(0, 2, 3, 4),
    )


@release_app.command("show")
def release_show(
    number_of: Annotated[int, typer.Argument(metavar="RELEASE", help="A release number.")], as_json: JsonOption = False
) -> None:
    """One release: what opened it, by reason, made from which code, register, rules and forms; which periods are final.

    Example: kc release show 1
    """
    from kc.output import Refused, console, number, print_json, print_table
    from kc.session import open_connection
    from khuyencong.release.listing import release_show as read_release

    with open_connection() as connection:
        document = read_release(connection, number_of)
    if document is None:
        raise Refused(f"There is no release {number_of}. `kc release list` lists them.", 2)
    if as_json:
        print_json(document)
        return
    run = document["run"]
    hashes = ", ".join(f"{name} {run[f'{name}_hash'][:16]}…" for name in ("code", "register", "rules", "forms"))
    console().print(f"Opened by run {run['run']}: {hashes}")
    for period in document["final"]:
        console().print(
            f"Final: {period['period_end']:%Y-%m} of budget year {period['budget_year']} at release "
            f"{period['release_number']}, by {period['decided_by']}: {period['reason']} After final: "
            f"{number(period['n_opened_after'])} rows opened, {number(period['n_closed_after'])} closed."
        )
    print_table(
        f"Release {document['release']}, as of {document['as_of']}, hash {document['release_hash']}",
        ("reason", "rows opened", "rows closed"),
        [(row["reason"], number(row["n_opened"]), number(row["n_closed"])) for row in document["reasons"]],
        numeric=(1, 2),
    )


@release_app.command("bridge")
def release_bridge(
    release_a: Annotated[int, typer.Argument(metavar="A", help="The earlier release.")],
    release_b: Annotated[int, typer.Argument(metavar="B", help="The later release.")],
    by: Annotated[str, typer.Option(help="nation, region, unit, submission or cell.")] = "nation",
    period: Annotated[str | None, typer.Option(help="S..E as YYYY-MM..YYYY-MM; default every period that changed.")] = None,
    fund: Annotated[str | None, typer.Option(help="A fund.")] = None,
    activity: Annotated[str | None, typer.Option(help="An activity.")] = None,
    indicator: Annotated[str | None, typer.Option(help="An indicator.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only this unit, or with --by region this region.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Why figures differ between two releases: every difference by reason, with nothing left over.

    Example: kc release bridge 1 2 --by unit --indicator KC-E05
    """
    from kc.output import Refused, print_json
    from kc.session import open_connection
    from khuyencong.figures.bridge import bridge as read_bridge
    from khuyencong.figures.spans import UnknownChoice

    with open_connection() as connection:
        try:
            document = read_bridge(connection, release_a, release_b, by, period, fund, activity, indicator, unit)
        except (UnknownChoice, ValueError, LookupError) as error:
            raise Refused(str(error), 2) from error
    print_json(document) if as_json else print_bridge(document)


def print_bridge(document: dict[str, Any]) -> None:
    """The bridge as a table for people: accepted and disputed, before, by reason, after."""
    from kc.output import console, number, print_table

    out, a, b = console(), document["release_a"], document["release_b"]
    if not document["figures"]:
        out.print(f"No figure differs between release {a} and release {b}.")
        return
    lines: list[tuple[object, ...]] = []
    for figure in document["figures"]:
        name = (figure["unit_key"], f"{figure['as_at']:%Y-%m}", figure["fund"], figure["activity"],
                figure["indicator_code"], figure["measure"])  # fmt: skip
        lines.append((*name, f"release {a}", number(figure["before"]["accepted"]), number(figure["before"]["disputed"])))
        lines += [
            (*[""] * len(name), _part_name(part), number(part["accepted"]), number(part["disputed"]))
            for part in figure["parts"]
        ]
        lines.append((*[""] * len(name), f"release {b}", number(figure["after"]["accepted"]), number(figure["after"]["disputed"])))
    print_table(
        f"From release {a} to release {b}, by {document['by']} (--json gives bounds as well)",
        ("unit", "as at", "fund", "activity", "indicator", "measure", "what", "accepted", "disputed"),
        lines,
        numeric=(7, 8),
    )
    left = [f for f in document["figures"] if any(f["residual"].values())]
    out.print(f"{number(len(document['figures']))} figures differ; with something left over: {len(left)}.")


def _part_name(part: dict[str, Any]) -> str:
    """The reason, and below it the file and the cell where they are asked for."""
    cell, files = part.get("cell"), part.get("submissions", [])
    where = sorted({file["location"] for file in files}) or [part.get("cause_reference", "")]
    at = f" {cell['sheet_name']}!{cell['cell_address']}" if cell else ""
    return " ".join(["  " + part["reason"], ", ".join(where)]).rstrip() + at


@release_app.command("finalise")
def release_finalise(
    period: PeriodOption, reason: ReasonOption, budget_year: YearOption = None, as_json: JsonOption = False
) -> None:
    """Sign a period off: its figures stay as they are now. Not by somebody who decided on one of its flags.

    Example: kc release finalise --period 2025-06 --reason "Signed report 112/BC-BCT"
    """
    _sign("finalise", period, reason, budget_year, as_json)


@release_app.command("reopen")
def release_reopen(
    period: PeriodOption, reason: ReasonOption, budget_year: YearOption = None, as_json: JsonOption = False
) -> None:
    """Open a final period again: its figures follow the newest release.

    Example: kc release reopen --period 2025-06 --reason "Audit found a wrong unit in two reports"
    """
    _sign("reopen", period, reason, budget_year, as_json)


def _sign(act: str, period: str, reason: str, budget_year: int | None, as_json: bool) -> None:
    from ingestion.budget_year_row import read_budget_years
    from kc.output import Refused, console, print_json
    from kc.session import now, open_connection
    from khuyencong.figures.spans import UnknownChoice, read_spans
    from khuyencong.release.final import FinalError, sign
    from warehouse.settings import read_settings

    settings = read_settings()
    with open_connection(settings) as connection:
        try:
            (span,) = read_spans(period, years := read_budget_years(connection))
            signed = sign(connection, act, budget_year or years.of(span.period_end), span.period_end, reason, now(settings))
        except (FinalError, UnknownChoice, ValueError) as error:
            raise Refused(str(error), 2) from error
    if as_json:
        print_json(signed)
        return
    done = "is final" if act == "finalise" else "is open again; it was final"
    console().print(
        f"Period {signed['period_end']:%Y-%m} of budget year {signed['budget_year']} {done} at release "
        f"{signed['release_number']}, by {signed['decided_by']}."
    )
