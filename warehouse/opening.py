"""The only door to the warehouse: it starts what must be started, applies what is missing, and says where the database is.

The embedded server keeps running after the process that started it; `close_warehouse` stops it.
"""

from __future__ import annotations

from warehouse import embedded
from warehouse.address import Warehouse, from_url
from warehouse.migrate import migrate, recreate_database
from warehouse.programme import read_programme
from warehouse.settings import Settings


def find_warehouse(settings: Settings) -> Warehouse:
    """Where the database is, its server running, its migrations not looked at. Raises WarehouseError."""
    if settings.database_url:
        return from_url(settings.database_url)
    return embedded.start(settings.home)


def open_warehouse(settings: Settings) -> Warehouse:
    """The warehouse of these settings, running and migrated.

    Raises WarehouseError with a sentence for people when the server cannot be started or reached, when an applied
    migration was changed, when the database is newer than this code, or when it belongs to another programme.
    """
    warehouse = find_warehouse(settings)
    migrate(warehouse, programme=read_programme(settings.register))
    return warehouse


def close_warehouse(settings: Settings) -> bool:
    """Stop the embedded server; True when one was running. A server of KC_DATABASE_URL is left alone."""
    return False if settings.database_url else embedded.stop(settings.home)


def reset_warehouse(settings: Settings) -> Warehouse:
    """Drop the database with everything in it, create it again and migrate it. Raises WarehouseError."""
    warehouse = find_warehouse(settings)
    recreate_database(warehouse)
    migrate(warehouse, programme=read_programme(settings.register))
    return warehouse


def discard_warehouse(settings: Settings) -> None:
    """Stop the embedded server and delete its data, also where they lie outside of home."""
    if not settings.database_url:
        embedded.discard(settings.home)
