"""Numbers as Vietnamese and English reports print them."""

from __future__ import annotations

from decimal import Decimal

from warehouse.settings import this_programme


def number_vi(value: Decimal) -> str:
    """A number as Vietnamese reports print it: 1.234.567,89."""
    return number_en(value).translate(str.maketrans(",.", ".,"))


def currency_behind(is_money: bool) -> str:
    """The currency behind a number, with its space; nothing behind one that is no money."""
    return f" {this_programme().currency_name}" if is_money else ""


def number_en(value: Decimal) -> str:
    """A number as English prints it: 1,234,567.89; one that is no nought is not printed as nought."""
    small = 0 < abs(value) < Decimal("0.01")
    text = f"{value:,.{2 - value.adjusted() if small else 2}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
