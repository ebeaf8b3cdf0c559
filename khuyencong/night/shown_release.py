"""Whether the marts, which is all that BI reads, hold what the newest release says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from khuyencong.night.tables import find_losses, sentence_of
from warehouse.rows import single_row

if TYPE_CHECKING:
    from warehouse.connections import Connection


@dataclass(frozen=True)
class ShownRelease:
    """The release that the marts were made from and the newest one, None before the first; `is_whole`: the marts hold all of the
    newest; `is_night_needed`: they do not, and no station is at work that makes them. The sentence says it for people.
    """

    release: int | None
    newest_release: int | None
    is_whole: bool
    is_night_needed: bool
    sentence: str


def shown_release(connection: Connection) -> ShownRelease:
    """Compare the marts with what the station that made them left, and its release with the newest."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select (select max(release_number) from release.release),
                (select max(run.release_number) from release.station_table inner join release.run using (run_key)
                where station = 'marts'), release.is_night_running()"""
        )
        newest, shown, is_at_work = single_row(cursor)
        losses = find_losses(cursor, only=["marts"])
    if newest is None:
        return ShownRelease(None, None, True, False, "There is no release yet, and the marts are empty.")
    if not losses and shown == newest:
        return ShownRelease(shown, newest, True, False, f"The marts hold release {newest}.")
    if is_at_work:
        return ShownRelease(shown, newest, False, False, "A night is at work: the marts are whole when it is done.")
    if losses:
        trouble = f"The marts do not hold what release {newest} says: {sentence_of(losses)}."
    else:
        trouble = f"The marts show release {shown}, and the newest is {newest}."
    return ShownRelease(shown, newest, False, True, f"{trouble} `kc nightly --rebuild` makes them again.")
