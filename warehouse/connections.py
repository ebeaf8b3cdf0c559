"""psycopg2's own types, under one name each; what is only typed with them is imported under TYPE_CHECKING."""

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

__all__ = ["Connection", "Cursor"]
