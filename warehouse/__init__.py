"""The ground that every station stands on: one PostgreSQL database (embedded by default, any server by KC_DATABASE_URL), its tables
and functions, settings, parameters, the journal. Nothing heavy is imported here.
"""

import warehouse.telemetry  # noqa: F401
