"""psycopg2's own types, under one name each; what is only typed with them is imported under TYPE_CHECKING.

A RealDictCursor gives rows by name.
"""

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import RealDictCursor

__all__ = ["Connection", "Cursor", "RealDictCursor"]
