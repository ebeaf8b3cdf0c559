"""Importing this silences the telemetry of the tools that are called; it stands before their first import."""

import os

# dbt's own switch stands in dbt_project.yml. A variable that somebody has set stays as it is; `kc doctor` names it.
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "true",
    "GX_ANALYTICS_ENABLED": "false",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
}

for _name, _value in TELEMETRY_OFF.items():
    os.environ.setdefault(_name, _value)
