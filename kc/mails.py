"""The command that asks for what is owed: chase."""

from __future__ import annotations

from typing import Annotated

import typer

from kc.options import JsonOption


def register(app: typer.Typer) -> None:
    app.command()(chase)


def chase(
    as_of: Annotated[str | None, typer.Option(help="The day of the chase: YYYY-MM-DD or ISO time. Default: now.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the mails; write and send nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask for what is owed and has not come: mails to units and superior offices, a digest to the desk; then send what lies unsent.

    A mail server that is not set or down costs nothing: the mails stay in the outbox. Example: kc chase --dry-run
    """
    from dataclasses import asdict

    from kc.output import Refused, console, print_json
    from kc.session import asked_night, now, parse_time
    from khuyencong.chase.chase import ChaseError, chase_settings
    from khuyencong.mail.outbox import send_from_outbox
    from warehouse.journal import write_log
    from warehouse.settings import read_settings

    settings = read_settings()
    moment = parse_time(as_of) if dry_run else asked_night(settings, as_of)
    moment = moment or now(settings)
    with write_log(settings, "chase"):
        try:
            outcome = chase_settings(settings, moment, dry_run=dry_run)
        except ChaseError as error:
            raise Refused(str(error), 2) from error
        sent = None if dry_run else send_from_outbox(settings, now(settings))
    if as_json:
        print_json(outcome.document() | {"sent": sent and asdict(sent)})
        return
    out = console()
    for mail in outcome.mails if dry_run else []:
        out.print(f"To: {mail.recipient}\nSubject: {mail.subject}\n\n{mail.body}\n{'=' * 60}", markup=False, soft_wrap=True)
    out.print(f"{len(outcome.reports)} reports owed and missing; {outcome.n_new} {'mails would be' if dry_run else 'mails'} new.")
    if sent:
        out.print(f"{sent.n_sent} mails sent, {sent.n_unsent} left. {sent.error or ''}".rstrip(), markup=False)
