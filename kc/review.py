"""Commands of the review beside `kc decide`: flags, withdraw, decisions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kc.decide import register as register_decide
from kc.options import JsonOption


def register(app: typer.Typer) -> None:
    app.command()(flags)
    register_decide(app)
    app.command()(decisions)
    app.command()(withdraw)


def flags(
    unit: Annotated[str | None, typer.Option(help="A unit.")] = None,
    period: Annotated[str | None, typer.Option(help="A period, YYYY-MM.")] = None,
    severity: Annotated[str | None, typer.Option(help="block, warn or shadow.")] = None,
    status: Annotated[str, typer.Option(help="open, closed or all.")] = "open",
    as_json: JsonOption = False,
) -> None:
    """Flags, worst for the nation first: by the expected change of the national figure that each would move most.

    Before them stand ratios that look wrong although no total of ours does: money above its plan, or many times last year's.

    The queue says where review may stop: all that stands below moves no national figure by the register's review_stop_pct.

    Example: kc flags --severity block
    """
    from kc.output import console, print_json
    from kc.session import open_connection
    from khuyencong.flags.marked_ratios import list_marked_ratios, ratio_words
    from khuyencong.flags.queue import list_flags
    from khuyencong.review.page import effect_words

    with open_connection() as connection:
        rows = list_flags(connection, unit=unit, period=period, severity=severity, status=status)
        ratios = list_marked_ratios(connection, unit=unit, period=period)
    if as_json:
        print_json({"flags": rows, "ratios": ratios})
        return
    out = console()
    for row in ratios:
        vi, en = ratio_words(row)
        out.print(f"[bold]?[/] {row['unit_name']}  {row['period']}  {row['fund']}  {row['activity']}  {row['indicator_code']}")
        out.print(f"  {row['indicator_name']}: {vi}", markup=False)
        out.print(f"  {row['indicator_name_en']}: {en}", markup=False, style="dim")
    if not rows:
        out.print("No flag for that choice.")
    for place, row in enumerate(rows):
        if place and rows[place - 1]["is_review_needed"] and not row["is_review_needed"]:
            out.print("[dim]── review may stop here: what follows moves no national figure by the limit ──[/]")
        out.print(
            f"{row['queue_rank']}. [bold]{row['flag_id']}[/]  {row['severity']}  {row['unit_key']}  {row['form_code']}"
            f"  {row['period']}  {effect_words(row)[1]}  {row['days_open'] or 0} days open"
            f"  {_word(row)}"
        )
        out.print(f"  {row['explanation_vi']}", markup=False)
        out.print(f"  {row['explanation_en']}", markup=False, style="dim")
        if row["n_proposed"] and not row["decision"] and not row["pending"]:
            out.print(f"  the engine proposes: {apply_command(row)}", markup=False)


def apply_command(row: dict[str, Any]) -> str:
    """The command that records what the engine proposes for a row of `list_flags`, without its reason."""
    return f"kc decide {row['flag_id']} apply{' --block' if row['n_proposed'] > 1 else ''}"


def _word(row: dict[str, Any]) -> str:
    if row["pending"]:
        return f"{row['pending']}: waits for a signature"
    return row["decision"] or _asked(row)


def _asked(row: dict[str, Any]) -> str:
    """What reviewers said of a flag that has no decision."""
    said = {"open": "waiting", "timed_out": "never answered", "still_held": "left as held", "refused": "the answer was refused"}
    return f"asked {row['n_asked']} times, {said.get(row['last_asked'], row['last_asked'])}" if row["n_asked"] else ""


def withdraw(
    submission: Annotated[
        str, typer.Argument(help="Its number, as a failed night and `kc diff` say it, or its file's place in an inbox.")
    ],
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")],
    as_json: JsonOption = False,
) -> None:
    """Take a submission out of the national figures, under your own login. It counts from the next night.

    If it was in force, no older one comes back: its report is missing until another is sent. If it was not, what is in force stays.

    Example: kc withdraw 1204 --reason "Sent for another province; they were told by telephone."
    """
    from kc.output import Refused, console, print_json
    from kc.session import now, open_connection
    from khuyencong.review.withdrawals import WithdrawalError, submission_named
    from khuyencong.review.withdrawals import withdraw as take_out
    from warehouse.settings import read_settings

    settings = read_settings()
    with open_connection(settings) as connection:
        try:
            taken_out = take_out(connection, submission_named(connection, submission), reason, now(settings))
        except WithdrawalError as error:
            raise Refused(str(error), 2) from error
    if as_json:
        print_json(taken_out)
        return
    what = f"{taken_out['form']}, {taken_out['unit_key']}, {taken_out['period_end']:%m/%Y}, {taken_out['location']}"
    follows = "nothing older comes back" if taken_out["was_in_force"] else "what is in force stays"
    console().print(f"Taken out: {what}; {follows}. It counts from the next `kc nightly`.", markup=False)


def decisions(
    flag: Annotated[str | None, typer.Option(help="A flag_id of `kc flags`.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit.")] = None,
    period: Annotated[str | None, typer.Option(help="A period, YYYY-MM.")] = None,
    state: Annotated[str | None, typer.Option(help="pending, active or lapsed. Default: all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The words of reviewers, what became of each, and why it ended.

    Example: kc decisions --state lapsed
    """
    from kc.output import Refused, console, number, print_json
    from kc.session import open_connection
    from khuyencong.review.decision_list import OUTCOMES, list_decisions

    if state not in (None, "pending", "active", "lapsed"):
        raise Refused(f"--state is pending, active or lapsed, not {state!r}.", 2)
    with open_connection() as connection:
        rows = list_decisions(connection, flag=flag, unit=unit, period=period, state=state)
    if as_json:
        print_json({"decisions": rows})
        return
    out = console()
    if not rows:
        out.print("No decision for that choice.")
    for of_word in _by_word(rows):
        row = of_word[0]
        figures = sorted({one["figure_key"] for one in of_word})
        until = f" until {row['until_date']}" if row["until_date"] else ""
        carried = f" (on {row['carried_from']}, carried by {row['carried_by']})" if row["carried_by"] else ""
        signed = f", signed by {row['signed_by']}" if row["signed_by"] else ""
        out.print(
            f"[bold]{row['flag_id']}[/]  {row['decision']}{until}  {', '.join(sorted({one['rule_id'] for one in of_word}))}"
            f"  {row['unit_key']}  {row['form']}  {row['period']}  {row['decided_by']}{carried}"
            f"  {row['decided_at']:%Y-%m-%d %H:%M}{signed}"
        )
        if len(figures) == 1:
            value = f" → {number(row['corrected_value'])}" if row["decision"] == "correct" else ""
            out.print(f"  {figures[0]}: {number(row['reported_value'])}{value}", markup=False, style="dim")
        else:
            out.print(f"  {len(figures)} figures (--json lists them)", markup=False, style="dim")
        ended = f" {row['ended_by']}: {row['ended_reason']}" if row["ended_by"] else ""
        out.print(f"  {' / '.join(OUTCOMES[row['outcome']])}.{ended} {row['reason']}", markup=False)


def _by_word(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Decisions of one word that came to the same, together, in the order of the first of each."""
    words: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in rows:
        words.setdefault((row["group"], row["outcome"]), []).append(row)
    return list(words.values())
