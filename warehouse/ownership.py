"""A warehouse belongs to one programme: its row is written when the warehouse is made, and any other programme is refused."""

from __future__ import annotations

from warehouse.address import WarehouseError
from warehouse.connections import Cursor
from warehouse.programme import Programme


def claim(cursor: Cursor, programme: Programme) -> None:
    """Write whose warehouse this is, unless it is written. Raises WarehouseError when it is another's."""
    cursor.execute("select programme_code from public.programme")
    owner = next((code for (code,) in cursor), None)
    if owner not in (None, programme.programme_code):
        raise WarehouseError(
            f"This warehouse belongs to the programme {owner}, and these are the forms, rules and register of "
            f"{programme.programme_code}. Nothing was changed: two programmes are never mixed. Give this one a home of its own "
            "(KC_HOME, or a database of its own in KC_DATABASE_URL), or name the warehouse's own programme in KC_PROGRAMME."
        )
    cursor.execute("delete from public.programme where nation_key <> %s", (programme.nation_key,))
    cursor.execute(
        "insert into public.programme (programme_code, nation_key) values (%s, %s) on conflict do nothing",
        (programme.programme_code, programme.nation_key),
    )
