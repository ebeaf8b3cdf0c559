"""The application that joins the stations. Importing it silences the telemetry of the tools that it calls."""

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
