"""`kc status`, as tables for people or as one document."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kc.options import JsonOption


def register(app: typer.Typer) -> None:
    app.command()(status)


def status(
    as_of: Annotated[str | None, typer.Option(help="Owed and received at this time. Default: now.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Owed × received: who is late, what is held, what ran. Exit 1 when the last good run is older than 26 hours, or the marts do
    not hold what the newest release says.

    Example: kc status --as-of 2026-04-30
    """
    from kc.output import console, print_json
    from kc.session import asked_moment, open_connection
    from khuyencong.clock.sample_home import is_sample_home
    from khuyencong.desk.status import status as read_status
    from warehouse.settings import read_settings

    settings = read_settings()
    moment = asked_moment(settings, as_of)
    with open_connection(settings) as connection:
        document, is_sample = read_status(connection, moment), is_sample_home(connection)
    print_json(document) if as_json else print_status(document)
    if is_sample and not as_json:
        console().print(f"This is the home of a sample: invented years, by a clock of its own ({moment:%Y-%m-%d %H:%M}).")
    if document["is_stale"] or document["marts"]["is_night_needed"]:
        raise typer.Exit(1)


def print_status(document: dict[str, Any]) -> None:
    """The status as tables for people."""
    from kc.output import console

    out = console()
    good, last = document["last_good_run"], document["last_run"]
    if good is None:
        out.print("No night has finished yet. Run `kc nightly`.")
    else:
        out.print(f"Last good night: run {good['run']}, as of {good['as_of']}, {good['age_hours']} hours ago.")
    if last and last["state"] == "failed":
        out.print(f"Run {last['run']} failed at {last['failed_station']}: {last['failed_reason']}")
    if not document["marts"]["is_whole"]:
        out.print(document["marts"]["sentence"])
    _print_rows("Sources that were not reached", _without(document["sources_not_reached"], "sentence_vi"))
    _print_rows("Files that were not taken", _without(document["files_not_taken"], "sentence_vi"))
    _print_rows("Files that were not read", _without(document["files_not_read"], "sentence_vi"))
    _print_rows("Submissions that the desk took out", document["taken_out"])
    _print_rows("Mail that was not sent", document["mail_not_sent"])
    _print_rows("Owed × received", document["coverage"])
    _print_rows("Late or missing", document["late"])
    _print_rows("Returned", document["returned"])
    _print_rows("Held figures", document["held"])
    _print_rows("Under review", document["under_review"])
    _print_rows("Nil reports", document["nil"])
    _print_rows("Projects that vanished from a report", document["vanished_projects"])
    _print_rows("Verdicts that decided nothing (kc rules --undecided --one-sided)", document["undecided"])
    _print_rows("Reports asked for by mail", document["chased"])
    _print_rows("Completeness and timeliness by unit, the worst first", document["rates"])


def _print_rows(title: str, rows: list[dict[str, Any]], limit: int = 20) -> None:
    from kc.output import print_table

    if rows:
        shown = title if len(rows) <= limit else f"{title}: the first {limit} of {len(rows)} (--json gives all)"
        print_table(shown, [name.replace("_", " ") for name in rows[0]], [list(row.values()) for row in rows[:limit]])


def _without(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != column} for row in rows]
