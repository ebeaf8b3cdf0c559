"""What a release is refused for although its facts are whole: figures that go without a reason, a roll-up that errs."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from khuyencong.release.control_totals import ControlError
from warehouse.rows import single_row
from warehouse.settings import this_programme

if TYPE_CHECKING:
    from warehouse.connections import Cursor

UNEXPLAINED = files("khuyencong.release").joinpath("controls").joinpath("unexplained.sql")
SHOWN = 3


def refuse_unexplained(cursor: Cursor) -> None:
    """Raises ControlError when tonight would take more of the nation out than `unexplained_close_pct` while nothing speaks for it.

    Reads the temporary tables of khuyencong.release.changes. Share of rows, and of money, of what is accepted now.
    """
    cursor.execute("select parameter_value from register.parameters where parameter_code = 'unexplained_close_pct'")
    most = cursor.fetchone()
    if most is None:
        raise LookupError("register/parameters.csv has no row unexplained_close_pct.")
    cursor.execute(UNEXPLAINED.read_text(encoding="utf-8"))
    n_rows, amount, n_units, forms, rows_pct, amount_pct = single_row(cursor)
    if max(rows_pct, amount_pct) > most[0]:
        money = this_programme().currency_name_en
        raise ControlError(
            f"This night would take {n_rows:,} accepted figures ({rows_pct:.1f} %), {amount:,.0f} {money} ({amount_pct:.1f} %), of "
            f"{n_units:,} units ({forms}) out of the nation, and nothing speaks for it: nothing arrived, was withdrawn, decided or "
            f"changed in the register for them. More than {most[0]:g} % (unexplained_close_pct) is refused, so nothing is released "
            "and last night's figures stand. Our failure until somebody knows better: see docs/operations.md, Control totals."
        )


def refuse_faults(cursor: Cursor) -> None:
    """Raises ControlError when the roll-up that was just made contradicts the contributions or itself."""
    cursor.execute(
        """select identity_name, to_char(as_at, 'YYYY-MM'), fund_code, indicator_code, expected, found
        from release.rollup_faults() order by 2 desc, 1, 3, 4"""
    )
    faults = cursor.fetchall()
    if faults:
        told = "; ".join(
            f"{name} ({' '.join(filter(None, (period, fund, indicator)))}: {expected or 0:,f} expected, {found or 0:,f} found)"
            for name, period, fund, indicator, expected, found in faults[:SHOWN]
        )
        raise ControlError(
            f"The roll-up contradicts itself in {len(faults):,} places, so nothing is released and last night's figures stand. "
            f"Our failure: {told}. See docs/operations.md, Control totals."
        )
