"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="NAME=CODE", help="Only this code of a form's own, for example sex=F; again for another."),
]
