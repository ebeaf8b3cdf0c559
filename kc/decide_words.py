"""What `kc decide` prints for people, within 80 columns: the nation before and after, the cells, other words, the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kc.output import console, number
from warehouse.settings import this_programme

if TYPE_CHECKING:
    from khuyencong.review.effect import NationalMove
    from khuyencong.review.plan import Plan

WIDTH, MOST_ROWS, MOST_CELLS = 80, 6, 8


def print_plan(plan: Plan, names: Mapping[str, tuple[str, str]]) -> None:
    """Everything about a word before it is recorded."""
    out = console()
    flag = plan.flag
    out.print(
        f"{plan.flag_id}  {flag['unit_key']}  {flag['form']}  {flag['period']}  {flag['severity']}: {plan.word}", markup=False
    )
    for line in (*nation_lines(plan, names), *cell_lines(plan), *word_lines(plan), *engine_lines(plan)):
        out.print(line, markup=False, soft_wrap=True)


def nation_lines(plan: Plan, names: Mapping[str, tuple[str, str]]) -> list[str]:
    """The national rows that move, the largest share first."""
    if not plan.nation:
        return ["The nation: no figure moves."]
    lines = [f"The nation, before the rules judge (money in {this_programme().currency_name_en}):"]
    for move in plan.nation[:MOST_ROWS]:
        vi, _ = names.get(move.indicator_code, (move.indicator_code, ""))
        measure = "" if move.measure == "ytd" else f" {move.measure}"
        lines.append(_cut(f"  {move.indicator_code} {move.fund} {move.period_end:%Y-%m}{measure}  {vi}"))
        lines.append(f"    accepted  {number(move.accepted_before)} → {number(move.accepted_after)}  ({share_words(move)})")
        if move.disputed_before != move.disputed_after:
            lines.append(f"    disputed  {number(move.disputed_before)} → {number(move.disputed_after)}")
    if len(plan.nation) > MOST_ROWS:
        lines.append(f"  … and {len(plan.nation) - MOST_ROWS} more rows (--json lists all).")
    return lines


def share_words(move: NationalMove) -> str:
    """How far a row moves: +3,94 %; or that there is nothing to compare with."""
    if move.accepted_before == move.accepted_after:
        return "stays"
    sign = "+" if move.accepted_after > move.accepted_before else "−"
    if move.share_pct is None:
        return f"{sign}, from nothing"
    return f"{sign}{number(round(move.share_pct, 2 if move.share_pct < 100 else 0))} %"


def cell_lines(plan: Plan) -> list[str]:
    """The cells of a word, each once: what was reported, and what is put in its place, in the unit that it was written in."""
    from khuyencong.review.decided_values import in_unit

    cells = list({figure.figure_key: figure for figure in plan.figures}.values())
    if plan.word in ("waive", "confirm"):
        cells.sort(key=lambda figure: not figure.is_suspected)
    lines = [f"Cells: {len(cells)}"] if cells else []
    for figure in cells[:MOST_CELLS]:
        texts = [
            "…" if value is None else in_unit(value, figure.factor) if figure.is_money else number(value)
            for value in (figure.reported, figure.corrected)
        ]
        line = f"  {figure.cell}  {texts[0]}"
        if figure.corrected is not None:
            line += f" → {texts[1]}"
            if plan.value is not None and figure.is_money and figure.factor > 1:
                line += f"  (= {number(figure.corrected)} {this_programme().currency_name_en})"
        lines.append(_cut(line))
    if len(cells) > MOST_CELLS:
        lines.append(f"  … and {len(cells) - MOST_CELLS} more cells.")
    return lines


def word_lines(plan: Plan) -> list[str]:
    """Other words on the flag or its figures, and what becomes of them."""
    mine = {figure.figure_key for figure in plan.figures}
    lines = []
    for word in plan.earlier:
        n_mine = len(mine.intersection(word.figure_keys))
        what = {"sign": "is signed by this", "revoke": "ends by this"}.get(plan.word, "stays beside this word")
        if plan.replaces(word):
            what = "this word takes its place" + ("" if n_mine == word.n_figures else f" on {n_mine} of its figures")
        waits = ", waits for a signature" if word.state == "pending" else ""
        figures = "1 figure" if word.n_figures == 1 else f"{word.n_figures} figures"
        lines.append(f"{word.decided_by} said {word.decision} on {word.decided_at:%Y-%m-%d} ({figures}{waits}):")
        lines.append(f"  {what}.")
        lines.append(_cut(f"  “{word.reason}”"))
    return lines


def engine_lines(plan: Plan) -> list[str]:
    """That a waiver is not what the engine found."""
    proposal = plan.proposal
    if proposal is None or not plan.contradicts_engine:
        return []
    n, block = len(proposal.values), " --block" if len(proposal.values) > 1 else ""
    return [
        f"The engine contradicts: {n} cell{'s' if n > 1 else ''} probably wrong ({proposal.mechanism}, "
        f"{proposal.confidence:.0%}).",
        f"  To correct instead: kc decide {plan.flag_id} apply{block} --reason …",
    ]


def print_recorded(plan: Plan, recorded: dict[str, Any] | None, is_dry_run: bool) -> None:
    """What was recorded, and from when it counts."""
    out = console()
    share = f"{number(plan.limit_pct)} %"
    if recorded is None:
        out.print("Only shown." if is_dry_run else "Not recorded.", markup=False)
        if plan.needs_name:
            out.print(f"  Recorded, it would wait for a second reviewer: a figure moves by over {share}.", markup=False)
    elif recorded["is_pending"]:
        out.print(f"Recorded, and pending: it moves a national figure by more than {share}.", markup=False)
        out.print(f"  It counts once another reviewer signs: kc decide {plan.flag_id} sign --reason …", markup=False)
        out.print("  (`kc reviewer list` names who may; `kc reviewer add` makes one.)", markup=False)
    else:
        done = {"sign": "Signed.", "revoke": "Ended."}.get(plan.word, "Recorded.")
        out.print(f"{done} It counts from the next `kc nightly`.", markup=False)


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
