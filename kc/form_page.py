"""The sheets of a workbook as one HTML page, each cell in the colour of what a form took it for."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

COLOURS = {
    "i": "#cfe8ff", "H": "#d9d9d9", "K": "#e2d4f5", "F": "#c9efc9", "C": "#eef7c6", "A": "#fbe6c8", "T": "#c8e6e6", "l": "#f2f2f2",
    "·": "#ffffff", "#": "#ff9a8a", "x": "#ffd9d2", "!": "#e0312b",
}  # fmt: skip
STYLE = (
    "body{font:14px sans-serif;margin:1.5em}table{border-collapse:collapse;margin:.5em 0 2em}"
    "td,th{border:1px solid #bbb;padding:2px 6px;max-width:22em;vertical-align:top}"
    "th{background:#fafafa;font-weight:normal;color:#555}"
)


def write_page(file: Path, document: dict[str, Any]) -> None:
    """Write the document of `kc form check` with a workbook as a page that needs nothing else."""
    book, form = document["workbook"], document["form"]
    colours = "".join(f".m{n}{{background:{colour}}}" for n, colour in enumerate(COLOURS.values()))
    number = {mark: n for n, mark in enumerate(COLOURS)}
    legend = " ".join(f'<span class="m{number[mark]}">{escape(meaning)}</span>' for mark, meaning in book["legend"].items())
    parts = [
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>{escape(form["form_code"])}: {escape(book["file"])}</title>'
        f"<style>{STYLE}{colours}</style><h1>{escape(book['file'])} · {escape(form['form_code'])} {escape(form['version'])}</h1>"
        f"<p>{legend}</p>"
    ]
    for finding in book["findings"]:
        said = "<br>".join(escape(finding[f"message_{language}"]) for language in ("vi", "en"))
        parts.append(f"<p><b>{escape(finding['verdict'])}</b> {said}</p>")
    for sheet in book["sheets"]:
        parts.append(f"<h2>{escape(sheet['sheet_name'])}</h2>")
        parts += [
            f"<p>{escape(column['column_name'])}: {escape(' / '.join(column['headers']))} – not found, không thấy</p>"
            for table in sheet["tables"]
            for column in table["missing"]
        ]
        width = max((len(row) for row in sheet["rows"]), default=0)
        letters = "".join(f"<th>{escape(letter)}</th>" for letter in sheet["letters"][:width])
        parts.append(f"<table><tr><th></th>{letters}</tr>")
        for index, (marks, texts) in enumerate(zip(sheet["rows"], sheet["texts"], strict=True)):
            cells = "".join(
                f'<td class="m{number[mark]}">{escape(text)}</td>' if mark != " " else "<td></td>"
                for mark, text in zip(marks, texts, strict=False)
            )
            if cells:
                parts.append(f"<tr><th>{sheet['first_row'] + index}</th>{cells}</tr>")
        parts.append("</table>")
    file.write_text("".join(parts) + "</html>", encoding="utf-8")
