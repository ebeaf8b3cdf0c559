"""Codes of a form's own, as parts of keys."""

from __future__ import annotations

LONGEST_CODE = 60
JOINING = ("|", ";", "=")


def plain_code(code: str) -> str | None:
    """A code that can be part of a key: short, printable, and without the signs that keys are joined by; None for another."""
    shown = code if code.isprintable() else "".join(letter for letter in code if letter.isprintable())
    return shown if 0 < len(shown) <= LONGEST_CODE and not any(sign in shown for sign in JOINING) else None
