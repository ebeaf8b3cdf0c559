"""A warehouse belongs to one programme: its row is written when the warehouse is made, and any other programme is refused."""

from __future__ import annotations

from warehouse.address import WarehouseError
from warehouse.connections import Cursor
from warehouse.programme import Programme


class OtherProgramme(WarehouseError):
    """The warehouse belongs to another programme than the one of this process; the message says what to do."""


def claim(cursor: Cursor, programme: Programme) -> None:
    """Write whose warehouse this is, unless it is written. Raises OtherProgramme when it is another's."""
    cursor.execute("select programme_code from public.programme")
    owner = next((code for (code,) in cursor), None)
    if owner not in (None, programme.programme_code):
        raise OtherProgramme(
            f"This warehouse belongs to the programme {owner}, and these are the forms, rules and register of "
            f"{programme.programme_code}. Nothing was changed: two programmes are never mixed. Give this one a home of its own "
            "(KC_HOME, or a database of its own in KC_DATABASE_URL), or name the warehouse's own programme in KC_PROGRAMME."
        )
    rows = {"code": programme.programme_code, "nation": programme.nation_key, "part": programme.smallest_part}
    cursor.execute("delete from public.programme where (nation_key, smallest_part) <> (%(nation)s, %(part)s)", rows)
    cursor.execute("insert into public.programme values (true, %(code)s, %(nation)s, %(part)s) on conflict do nothing", rows)
