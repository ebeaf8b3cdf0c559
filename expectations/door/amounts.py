"""The checks of the door on how large an amount or a number may be, and how small."""

from __future__ import annotations

from expectations.door.rows import Check, cells, columns, literal
from ingestion.form import Form
from ingestion.register import Register
from warehouse.settings import this_programme

_MONEY_FACTOR = """coalesce((
    select p.money_factor from raw.submission_column as p
    where (p.submission_key, p.sheet_code, p.column_name) = (c.submission_key, c.sheet_code, c.column_name)
), (select s.money_factor from raw.submission as s where s.submission_key = c.submission_key))"""


def limits_of_amounts(form: Form, register: Register) -> list[Check]:
    """No amount of money and no other number is larger than the register says that there can be, and no amount less than half of
    the smallest part of the currency, which is the least that can be paid.
    """
    money = columns(form, lambda column: column.type == "money")
    by_indicator = columns(form, lambda column: column.type == "by_indicator")
    codes = ", ".join(literal(i.indicator_code) for i in register.indicators.values() if i.is_money)
    in_money = f"l.indicator_code in ({codes})"
    amounts = [money] if money else []
    others = [columns(form, lambda column: column.type in ("percent", "number"))]
    if by_indicator:
        amounts.append(f"({by_indicator}) and {in_money}")
        others.append(f"({by_indicator}) and coalesce(not {in_money}, true)")
    size = f"abs(c.value) * {_MONEY_FACTOR}"
    own = this_programme()
    smallest = own.smallest_part
    least = f"{smallest:f} {own.currency_name}".replace(".", ",")
    made = []
    for what, found, measured, limit, unit in (
        ("amount of money", amounts, size, register.parameters["largest_amount_vnd"], f" {own.currency_name}"),
        ("other number", [each for each in others if each], "abs(c.value)", register.parameters["largest_number"], ""),
    ):
        if found:
            over = f"({' or '.join(found)}) and {measured} > {limit:.0f}"
            shown = literal(f"{limit:,.0f}".replace(",", ".") + unit)
            made.append(Check("cell_over_limit", f"No {what} is more than there can be.", cells(over, shown)))
    if amounts:
        under = f"({' or '.join(amounts)}) and c.value <> 0 and {size} < {smallest / 2}"
        made.append(Check("cell_under_smallest", "No amount is less than there can be.", cells(under, literal(least))))
    return made
