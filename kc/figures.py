"""Commands that read released figures: rollup, explain."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kc.options import JsonOption, WhereOption


def register(app: typer.Typer) -> None:
    app.command()(rollup)
    app.command()(explain)


def rollup(
    period: Annotated[str, typer.Option(help="S..E as YYYY-MM..YYYY-MM, for example 2025-01..2025-06.")],
    fund: Annotated[str | None, typer.Option(help="A fund, by its code in register/funds.csv.")] = None,
    activity: Annotated[str | None, typer.Option(help="An activity, for example A3.")] = None,
    indicator: Annotated[str | None, typer.Option(help="An indicator, by its code in register/indicators.csv.")] = None,
    geography: Annotated[
        str, typer.Option(help="as-reported, or the map of a day: YYYY-MM-DD (2025 = 2025-07-01).")
    ] = "as-reported",
    as_of: Annotated[str | None, typer.Option(help="The figures as released at this time.")] = None,
    by: Annotated[str, typer.Option(help="unit, region or nation.")] = "nation",
    total: Annotated[str, typer.Option(help="Dimensions to add up: fund, activity (comma between).")] = "",
    where: WhereOption = None,
    by_code: Annotated[
        list[str] | None,
        typer.Option(help="A dimension of a form's own to break out, for example sex; again for another."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Figures with their parts: accepted + disputed + missing. A fund, activity or indicator left out is broken out; dimensions
    that are a form's own are added up unless --by-code names them.

    Example: kc rollup --period 2025-01..2025-06 --indicator KC-E05 --total activity
    """
    from kc.output import Refused, print_json
    from kc.session import asked_moment, open_connection
    from khuyencong.figures.rollup import UnknownChoice
    from khuyencong.figures.rollup import rollup as roll_up
    from warehouse.settings import read_settings

    settings = read_settings()
    moment = asked_moment(settings, as_of) if as_of else None
    with open_connection(settings) as connection:
        try:
            document = roll_up(
                connection,
                period,
                fund=fund,
                activity=activity,
                indicator=indicator,
                geography=geography,
                as_of=moment,
                by=by,
                total=tuple(part for part in total.split(",") if part),
                where=tuple(where or ()),
                by_code=tuple(by_code or ()),
            )
        except UnknownChoice as error:
            raise Refused(str(error), 2) from error
    if as_json:
        print_json(document)
    elif as_csv:
        _print_csv(document["rows"])
    else:
        print_rollup(document)


def _print_csv(rows: list[dict[str, Any]]) -> None:
    import csv
    import sys

    if rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "codes": _codes(row["codes"])} if "codes" in row else row for row in rows)


def _codes(codes: dict[str, str]) -> str:
    """Codes as one text, as in the key of a figure: age=15-24;sex=F; a name without a code is left out."""
    return ";".join(f"{name}={code}" for name, code in sorted(codes.items()) if code)


def print_rollup(document: dict[str, Any], title: str | None = None) -> None:
    """The rollup as a table for people; money of the currency."""
    from kc.output import console, number, print_table

    rows = document["rows"]
    codes_column = ("codes",) if any("codes" in row for row in rows) else ()
    if not rows:
        console().print("No figure was released for that choice. `kc status` lists what is owed and what came.")
        return
    print_table(
        title or f"Release {document['release']}, as of {document['as_of']}, map {document['geography']}",
        (
            "unit", "fund", "activity", "indicator", "measure", *codes_column, "accepted", "disputed", "at least", "at most",
            "% of plan", "units: acc./disp./miss. of owed",
        ),
        [
            (
                row["unit_name"],
                row["fund"],
                row["activity"],
                row["indicator_code"],
                row["measure"],
                *(_codes(row["codes"]) for _ in codes_column),
                number(row["accepted"]),
                number(row["disputed"]),
                number(row["at_least"]),
                number(row["at_most"]) if not row["n_unbounded"] else "no bound",
                "" if row["plan_pct"] is None else number(row["plan_pct"]),
                f"{row['n_accepted']}/{row['n_disputed']}/{row['n_missing']} of {row['n_owed']}",
            )
            for row in rows
        ],
        numeric=tuple(n + len(codes_column) for n in (5, 6, 7, 8, 9)),
    )  # fmt: skip


def explain(
    period: Annotated[str, typer.Option(help="S..E as YYYY-MM..YYYY-MM, or one month YYYY-MM.")],
    indicator: Annotated[str, typer.Option(help="An indicator, by its code in register/indicators.csv.")],
    fund: Annotated[str | None, typer.Option(help="A fund.")] = None,
    activity: Annotated[str | None, typer.Option(help="An activity.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit or group, for example long-an; default the nation.")] = None,
    release: Annotated[int | None, typer.Option(help="A release; default the newest.")] = None,
    where: WhereOption = None,
    as_json: JsonOption = False,
) -> None:
    """From a figure to its release, verdicts, submissions, file, sheet and cell.

    Example: kc explain --period 2025-01..2025-06 --indicator KC-E05 --fund KCDP-T --unit long-an
    """
    from kc.output import Refused, print_json
    from kc.session import open_connection
    from khuyencong.figures.explain import explain as explain_figure
    from khuyencong.figures.rollup import UnknownChoice

    with open_connection() as connection:
        try:
            document = explain_figure(
                connection, period, indicator, fund=fund, activity=activity, unit=unit, release=release,
                where=tuple(where or ()),
            )  # fmt: skip
        except UnknownChoice as error:
            raise Refused(str(error), 2) from error
    print_json(document) if as_json else print_explanation(document)


def print_explanation(document: dict[str, Any]) -> None:
    """The explanation as a table for people, the largest parts first."""
    from kc.output import console, number, print_table

    out = console()
    out.print(
        f"{document['indicator_code']} {document['indicator_name']} · {document['unit_key']} · "
        f"{document['period_start'][:7]}..{document['period_end'][:7]} · release {document['release']}\n"
        f"accepted {number(document['accepted'])}, disputed {number(document['disputed'])}, open parts {document['n_open']}"
    )
    parts = sorted(document["parts"], key=lambda p: -abs(p["value"] or 0))
    codes_column = ("codes",) if any(part["codes"] for part in parts) else ()
    print_table(
        f"The {min(len(parts), 30)} largest of {len(parts)} parts (--json gives all)",
        ("unit", "fund", "activity", "project", *codes_column, "state", "value", "file", "sheet, cell", "written", "flags"),
        [
            (
                part["unit_key"] + (f" → {part['carried_into']}" if part["carried_into"] else ""),
                part["fund_code"],
                part["activity_code"],
                part["project_key"],
                *(_codes((cell or part)["codes"]) for _ in codes_column),
                part["state"] if part["sign"] == 1 else "taken off",
                number(part["value"]),
                cell["location"] if cell else part["cause_reference"],
                f"{cell['sheet_name']}, {cell['cell_address']}" if cell else "",
                cell["written"] if cell else "",
                ", ".join(sorted({flag["flag_id"] for flag in cell["flags"]})) if cell else "",
            )
            for part in parts[:30]
            for cell in [part["cell"]]
        ],
        numeric=(5 + len(codes_column),),
    )
