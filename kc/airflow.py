"""What `make airflow`, `airflow-on` and `airflow-stop` run and say: python -m kc.airflow start | on | stop.

`python -m kc.airflow airflow …` is Airflow's own command line on this home.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from khuyencong.airflow.api import switch_on
from khuyencong.airflow.home import AirflowTrouble, airflow_home, password_file
from khuyencong.airflow.service import environment_of_running, is_running, start_airflow, stop_airflow
from warehouse.address import WarehouseError
from warehouse.opening import close_warehouse
from warehouse.settings import Settings, read_settings


def _say_start(settings: Settings) -> int:
    was_running = is_running(airflow_home(settings))
    if not was_running:
        print("Starting Airflow (the first time about a minute)", flush=True)
    address = start_airflow(settings)
    print(f"Airflow {'runs already' if was_running else 'runs'}: {address.url}")
    print(f"Log in as {address.username}; the password stands in {password_file(settings)}")
    print("A new DAG is switched off: switch it on in the browser, or all of them with `make airflow-on`.")
    print(f"Logs: {airflow_home(settings) / 'logs'}. Stop it with `make airflow-stop`.")
    for name, trace in address.import_errors.items():
        print(f"{name} cannot be read: {trace.strip().splitlines()[-1]}", file=sys.stderr)
    return 1 if address.import_errors else 0


def _say_stop(settings: Settings) -> int:
    stopped, was_up = stop_airflow(settings), close_warehouse(settings)
    print(f"{len(stopped)} processes of Airflow were stopped." if stopped else "No Airflow was running.", end=" ")
    print("PostgreSQL was stopped; the data stay." if was_up else "PostgreSQL was not running.")
    return 0


def _say_on(settings: Settings) -> int:
    if not is_running(airflow_home(settings)):
        raise AirflowTrouble("Airflow does not run. Start it with `make airflow`.")
    print(f"Switched on: {', '.join(switch_on(start_airflow(settings)))}")
    return 0


def _run_airflow(settings: Settings) -> int:
    """Airflow's own command line on this home, which it replaces: `airflow dags list` is said as `airflow dags list`."""
    if not is_running(airflow_home(settings)):
        raise AirflowTrouble("Airflow does not run. Start it with `make airflow`.")
    environment = environment_of_running(settings)
    os.execve(Path(sys.executable).parent / "airflow", sys.argv[1:], environment)


def main() -> None:
    """One of the commands, on the home of the environment's settings; 1 when Airflow or a DAG is not well."""
    commands = {"start": _say_start, "on": _say_on, "stop": _say_stop, "airflow": _run_airflow}
    try:
        sys.exit(commands[sys.argv[1]](read_settings()))
    except (AirflowTrouble, WarehouseError, RuntimeError) as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped waiting. `make airflow` waits on; `make airflow-stop` ends what was started.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
