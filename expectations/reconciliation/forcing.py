"""What the rules and the reported figures alone force: the only possible value of a missing figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from expectations.reconciliation.changes import implied
from expectations.reconciliation.compiler import compile_rules
from expectations.reconciliation.covering import contradicting, question
from expectations.reconciliation.feasibility import TooLarge
from expectations.reconciliation.language import read_rule
from expectations.reconciliation.record import make_record


def forced_values(
    rules: Sequence[str], values: Mapping[str, object], *, is_negative_allowed: bool = True
) -> dict[str, Fraction]:
    """Values of the missing figures (null in `values`) that every satisfaction of the rules shares.

    Figures that no value can bring into agreement are left missing, like those that several values satisfy.
    """
    compiled = compile_rules(map(read_rule, rules), values, is_negative_allowed=is_negative_allowed)
    record = make_record(compiled, values, {}, {}, [1] * len(compiled.cells))
    found: dict[str, Fraction] = {}
    for component in compiled.components:
        asked = question(record, component)
        try:
            if asked.violated or contradicting(asked, ()) is not None:
                continue
            for cell in sorted(asked.missing):
                low, high = implied(asked, cell, ())
                if low is not None and low == high:
                    found[compiled.cells[cell]] = Fraction(low) / record.scale
        except TooLarge:
            continue
    return found
