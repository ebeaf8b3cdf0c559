"""Commands about forms: what a form makes of a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Annotated, Any

import typer

from kc.options import JsonOption

WIDTH = 80  # characters
WIDEST = 66  # marks in a row of the terminal's picture


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Forms: what one makes of a workbook.", no_args_is_help=True)
    group.command()(check)
    app.add_typer(group, name="form")


def check(
    file: Annotated[Path, typer.Argument(help="The form, a YAML file.")],
    workbook: Annotated[Path | None, typer.Argument(help="A workbook or text file to be read by it.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the marked sheets to this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """What a form makes of a workbook: tables found, columns matched, cells not taken; no warehouse is needed.

    Exit 3 when the form cannot be read (the sentence names the line and what was expected), or when the workbook goes back.

    Example: kc form check ingestion/forms/ket-qua.yml report.xlsx --html report.html
    """
    from ingestion.transports.seen import place_of
    from kc.form_page import write_page
    from kc.output import Refused, print_json
    from kc.session import machine_now
    from khuyencong.reporter.form_check import check_form
    from warehouse.settings import read_settings

    for path in (file, workbook):
        if path is not None and not path.is_file():
            raise Refused(f"There is no file {place_of(str(path))}.", 2)
    document = check_form(read_settings(), file, workbook, machine_now())
    if html and document["workbook"]:
        write_page(html, document)
    if as_json:
        print_json(document)
    else:
        for line in _told(document):
            print(line if len(line) <= WIDTH else fill(line, WIDTH, subsequent_indent=" " * 7, drop_whitespace=True))
        if html and document["workbook"]:
            print(f"\nMarked sheets: {html}")
    findings = document["workbook"]["findings"] if document["workbook"] else ()
    if document["refused"] or any(finding["verdict"] == "return" for finding in findings):
        raise typer.Exit(3)


def _told(document: dict[str, Any]) -> Iterator[str]:
    if document["refused"]:
        yield f"The form cannot be read. {document['refused']}"
        return
    form = document["form"]
    yield f"Form {form['form_code']} {form['version']}: {form['form_name_en']}"
    for sheet in form["sheets"]:
        yield (
            f"  sheet {sheet['sheet_code']} ({sheet['sheet_name']}): {sheet['columns']} columns, {sheet['figures']} of figures and "
            f"{sheet['checks']} of checks; {_named_by(sheet)}"
        )
    if document["workbook"] is None:
        return
    book = document["workbook"]
    for identity in book["identities"] or [None]:
        said = ", ".join(f"{name} {value}" for name, value in identity.items()) if identity else "not known whose report it is"
        yield ""
        yield f"{book['file']}: {said}"
    for sheet in book["sheets"]:
        yield from _sheet(sheet)
    yield ""
    yield from (f"  {mark}  {meaning}" for mark, meaning in book["legend"].items())
    if book["findings"]:
        yield ""
        yield "Findings:"
        yield from (f"  {finding['verdict']}: {finding['message_en']}" for finding in book["findings"])


def _named_by(sheet: dict[str, Any]) -> str:
    return f"a line is named by {', '.join(sheet['line_key'])}" if sheet["line_key"] else "all of it is one line"


def _sheet(sheet: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"Sheet “{sheet['sheet_name']}”{' (hidden)' if sheet['is_hidden'] else ''}"
    for field in sheet["header"]:
        yield f"  {field['cell']:>5}  {field['field']} = {field['written']}"
    for table in sheet["tables"]:
        top, bottom = table["header_rows"]
        lines = ", ".join(f"{count} {kind}" for kind, count in table["lines"].items())
        yield f"  table {table['sheet_code']}: header in rows {top}–{bottom}; lines: {lines or 'none'}"
        for column in table["columns"]:
            yield f"    {column['letter']:>3}  {column['column_name']} ({column['role']}) ← {' '.join(column['header'].split())}"
        for column in table["missing"]:
            yield f"      –  {column['column_name']}: no header {' / '.join(column['headers'])}"
        for name in table["repeated"]:
            yield f"      !  {name}: its header stands more than once"
        for column in table["extra"]:
            yield f"    {column['letter']:>3}  not in the form: {' '.join(column['header'].split())}"
    if not sheet["tables"]:
        yield "  no table of this form"
    yield from _picture(sheet)
    for cell in sheet["not_taken"]:
        yield f"  not taken: {cell['cell']} {cell['written'][:60]}"
    if sheet["n_not_taken"] > len(sheet["not_taken"]):
        yield f"  not taken: {sheet['n_not_taken'] - len(sheet['not_taken'])} more"


def _picture(sheet: dict[str, Any]) -> Iterator[str]:
    """A row of marks for each row of the sheet; rows that look alike are one, with the numbers of the first and the last."""
    rows, first = sheet["rows"], sheet["first_row"]
    yield f"  marks by row, from column {sheet['first_column']} on:"
    start = 0
    for index in range(1, len(rows) + 1):
        if index < len(rows) and rows[index] == rows[start]:
            continue
        numbers = f"{first + start}" if index == start + 1 else f"{first + start}–{first + index - 1}"
        if rows[start].strip():
            yield f"  {numbers:>9}  {rows[start][:WIDEST]}{'…' if len(rows[start]) > WIDEST else ''}"
        start = index
