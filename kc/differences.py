"""The command that sets two submissions side by side: diff."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from kc.options import JsonOption


def register(app: typer.Typer) -> None:
    app.command()(diff)


def diff(
    before: Annotated[str, typer.Argument(help="A submission key, a file, its place in an inbox, or a sha256's first digits.")],
    after: Annotated[str, typer.Argument(help="The same of the later one.")],
    as_json: JsonOption = False,
) -> None:
    """Two submissions cell by cell, with what the nation's figures move by when the second takes the place of the first.

    Example: kc diff nghe-an/kinh-phi-2025-06.xlsx nghe-an/kinh-phi-2025-06-v2.xlsx
    """
    from kc.output import Refused, print_json
    from kc.session import open_connection
    from khuyencong.figures.difference import DifferenceError
    from khuyencong.figures.difference import diff as set_side_by_side

    with open_connection() as connection:
        try:
            document = set_side_by_side(connection, before, after)
        except DifferenceError as error:
            raise Refused(str(error), 2) from error
    print_json(document) if as_json else print_diff(document)


def print_diff(document: dict[str, Any]) -> None:
    """The difference as tables for people."""
    from kc.output import console, number, print_table

    out = console()
    for pair in document["pairs"]:
        old, new = pair["before"], pair["after"]
        out.print(
            f"{new['form_code']}  {new['unit_key']}  {new['period_end']}: submission {old['submission_key']}"
            f" ({old['submission_state']}, {old['received_at']:%Y-%m-%d}) → {new['submission_key']}"
            f" ({new['submission_state']}, {new['received_at']:%Y-%m-%d})"
        )
        if pair["cells"]:
            print_table(
                "Cells", ("sheet", "cell", "line", "header", "before", "after", "difference"),
                [
                    (c["sheet"], c["cell"] or c["cell_before"], c["line"], c["header"], _shown(c["before"]), _shown(c["after"]),
                     number(c["difference"]))
                    for c in pair["cells"]
                ],
                numeric=(4, 5, 6),
            )  # fmt: skip
        for title, lines in (("Added line", pair["lines_added"]), ("Removed line", pair["lines_removed"])):
            for line in lines:
                out.print(f"{title}: {line['sheet']} row {line['row']}: {' · '.join(line['written'])}", markup=False)
        if pair["national"]:
            print_table(
                "National figures that move when it takes its place",
                ("indicator", "fund", "activity", "measure", "until", "moves by", "accepted now"),
                [
                    (r["indicator_code"], r["fund_code"], r["activity_code"], r["measure"], r["period_end"],
                     number(r["moves_by"]), number(r["accepted"]))
                    for r in pair["national"]
                ],
                numeric=(5, 6),
            )  # fmt: skip
        word = "Material: national figures move." if pair["is_material"] else "Not material: no national figure moves."
        out.print(word)


def _shown(value: Decimal | str | None) -> str:
    from kc.output import number

    return number(value) if isinstance(value, Decimal) else value or ""
