"""`kc decide`: what a word does to the nation, then its cells, then whether it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kc.options import JsonOption

if TYPE_CHECKING:
    from datetime import datetime

    from khuyencong.review.plan import Plan
    from warehouse.connections import Cursor


def register(app: typer.Typer) -> None:
    app.command()(decide)


def decide(
    flag: Annotated[str, typer.Argument(help="A flag_id of `kc flags`, or the beginning of one.")],
    decision: Annotated[
        str,
        typer.Argument(
            help="confirm (the flag is right) · waive (the figure is right) · correct (--value) · apply (what the engine "
            "proposes) · sign (a second name under a word that waits for it) · revoke (end a word)."
        ),
    ],
    reason: Annotated[str | None, typer.Option(help="Why, in a sentence. Needed to record.")] = None,
    value: Annotated[
        str | None, typer.Option(help="The true value as the tools print it: 571,2 · 571.200.000 · 12 million.")
    ] = None,
    cell: Annotated[str | None, typer.Option(help="Which cell to correct, or to end a word on: D12, or Sheet!D12.")] = None,
    block: Annotated[bool, typer.Option("--block", help="apply: all the cells that the engine proposes to correct.")] = False,
    until: Annotated[str | None, typer.Option(help="A waiver's last day, YYYY-MM-DD.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what the word would do.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Record without asking; never asked when nobody is at the keyboard.")] = False,
    login: Annotated[str | None, typer.Option(help="The reviewer's login to connect as. Default: that of the warehouse.")] = None,
    as_json: JsonOption = False,
) -> None:
    """A reviewer's word on a flag, with what it does to the nation first. It counts from the next night.

    A word that moves a national figure by more than the register's sign_share_pct waits until another reviewer signs it.

    Example: kc decide 3f2a apply --block --reason "The Department confirmed: written in millions."
    """
    from kc.decide_words import print_plan, print_recorded
    from kc.output import Refused, print_json
    from kc.session import now, open_connection, parse_time
    from khuyencong.flags.names import FlagNameError, find_flag
    from khuyencong.review.decided_figures import DecisionError
    from khuyencong.review.plan import plan_word
    from khuyencong.review.words import AnswerRefused
    from warehouse.settings import read_settings

    day = parse_time(until)
    if not dry_run and not (reason or "").strip():
        raise Refused("A decision needs its reason (--reason). To look only: --dry-run.", 2)
    settings = read_settings()
    with open_connection(settings, login=login) as connection:
        try:
            with connection, connection.cursor() as cursor:
                plan = plan_word(
                    cursor, find_flag(cursor, flag), decision, value=value, cell=cell, is_block=block,
                    until=day.date() if day else None,
                )  # fmt: skip
                names = _indicator_names(cursor)
            if not as_json:
                print_plan(plan, names)
            recorded = None
            if not dry_run and (yes or as_json or _is_wanted()):
                with connection, connection.cursor() as cursor:
                    recorded = _record(cursor, plan, reason or "", now(settings))
        except (DecisionError, FlagNameError) as error:
            raise Refused(str(error), 2) from error
        except AnswerRefused as error:
            raise Refused(f"{error.sentences[1]} / {error.sentences[0]}", 2) from error
    if as_json:
        print_json(document_of(plan, recorded))
    else:
        print_recorded(plan, recorded, dry_run)


def _is_wanted() -> bool:
    """Ask the person at the keyboard; True where there is none."""
    import sys

    return not (sys.stdin.isatty() and sys.stdout.isatty()) or typer.confirm("Record it?")


def _record(cursor: Cursor, plan: Plan, reason: str, moment: datetime) -> dict[str, Any]:
    """Write the word; {n_rows, groups, is_pending}, as the database has it now."""
    from khuyencong.review.decisions import Word, write_decision
    from khuyencong.review.ends import revoke, sign
    from warehouse.rows import single_row

    if plan.word == "sign":
        return {"n_rows": sign(cursor, plan.signs, reason, signed_at=moment), "groups": list(plan.signs), "is_pending": False}
    if plan.word == "revoke":
        groups = [word.group_key for word in plan.earlier]
        return {"n_rows": revoke(cursor, plan.ends, reason, revoked_at=moment), "groups": groups, "is_pending": False}
    word = Word(plan.word, reason, plan.value, plan.figure_key, plan.until)
    n_rows = write_decision(cursor, plan.flag_id, word, decided_at=moment)
    cursor.execute(
        """select group_key, bool_or(word_state = 'pending') from review.decision_state
        where flag_id = %s group by group_key order by group_key desc limit 1""",
        (plan.flag_id,),
    )
    group_key, is_pending = single_row(cursor)
    return {"n_rows": n_rows, "groups": [group_key], "is_pending": is_pending}


def _indicator_names(cursor: Cursor) -> dict[str, tuple[str, str]]:
    cursor.execute("select indicator_code, indicator_name, indicator_name_en from register.indicators")
    return {code: (vi, en) for code, vi, en in cursor}


def document_of(plan: Plan, recorded: dict[str, Any] | None) -> dict[str, Any]:
    """The document of `kc decide --json`; amounts of the currency or the indicator's unit. `nation` is before the rules judge."""
    cells = {figure.figure_key: figure for figure in plan.figures}
    proposal = plan.proposal
    return {
        "flag_id": plan.flag_id,
        **plan.flag,
        "word": plan.word,
        "is_recorded": recorded is not None,
        "is_pending": recorded["is_pending"] if recorded else plan.needs_name,
        "groups": recorded["groups"] if recorded else [],
        "n_rows": recorded["n_rows"] if recorded else 0,
        "limit_pct": plan.limit_pct,
        "nation": [vars(move) for move in plan.nation],
        "cells": [
            {"figure_key": key, "cell": figure.cell, "submission_key": figure.submission_key, "reported": figure.reported,
             "corrected": figure.corrected}
            for key, figure in cells.items()
        ],
        "earlier": [
            {"group": word.group_key, "flag_id": word.flag_id, "word": word.decision, "state": word.state,
             "decided_by": word.decided_by, "decided_at": word.decided_at, "reason": word.reason, "n_figures": word.n_figures,
             "is_replaced": plan.replaces(word)}
            for word in plan.earlier
        ],
        "engine_proposes": None if proposal is None else {
            "mechanism": proposal.mechanism, "confidence": proposal.confidence, "n_cells": len(proposal.values)},
    }  # fmt: skip
