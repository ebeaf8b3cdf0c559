"""What two judges say differently of the same scopes, in sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from independent_judge.judging import Cells, Verdict
from independent_judge.nation import Key
from independent_judge.reports import Name

Theirs = Mapping[Key, tuple[str, str]]  # (verdict, reason)
NOTHING = ("no verdict", "")


def differences(ours: Mapping[Key, Verdict], theirs: Theirs, names: Mapping[Name, str]) -> list[str]:
    """A sentence for each scope on which the two do not say the same verdict, and for an undecided one the same reason."""
    found = []
    for key in sorted(ours.keys() | theirs.keys()):
        said = ours.get(key)
        mine = NOTHING if said is None else (said.verdict, said.reason if said.verdict == "undecided" else "")
        other = theirs.get(key, NOTHING)
        other = (other[0], other[1] if other[0] == "undecided" else "")
        if mine != other:
            sums = f" (left {said.left}, right {said.right})" if said else ""
            report, rule, scope = key
            found.append(
                f"{rule} on {names.get(report, ' '.join(report))} [{scope or 'whole report'}]: "
                f"the judge says {' '.join(mine).strip()}{sums}, the warehouse {' '.join(other).strip()}"
            )
    return found


def summary(found: Iterable[str], limit: int = 40) -> str:
    """The differences, counted by rule, and the first of them."""
    rows = list(found)
    counts = Counter(row.split(" ", 1)[0] for row in rows)
    head = f"{len(rows)} differences: " + ", ".join(f"{rule} {n}" for rule, n in sorted(counts.items()))
    return "\n".join([head, *rows[:limit]])


def holds_without_reason(
    ours: Mapping[Key, Verdict], holds: Iterable[tuple[tuple[object, ...], str]], linear: set[str]
) -> list[str]:
    """Cells (…, row, column) that the gate holds by a linear rule which, by the judge, no such cell failed."""
    failed: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for said in ours.values():
        if said.severity == "block":
            failed[said.rule_id] |= said.cells
    return [f"{rule} holds {cell}" for cell, rule in holds if rule in linear and cell not in failed[rule]]


def failures_without_hold(ours: Mapping[Key, Verdict], held: Cells, blamed: set[Key]) -> list[str]:
    """Blocking rules that by the judge failed on figures, of which the gate holds none and the engine blames no other."""
    return [
        f"{key[1]} on {key[0]} [{key[2]}]"
        for key, said in ours.items()
        if said.verdict == "fail" and said.severity == "block" and said.cells and not said.cells & held and key not in blamed
    ]
