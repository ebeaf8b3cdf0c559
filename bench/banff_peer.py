"""Statistics Canada's Banff on records from standard input; run by an interpreter that has it: `python bench/banff_peer.py`.

Banff needs an older pandas than the project, so it stands in an environment of its own and this file imports nothing of ours.
Reads {"edits", "weights", "cells", "records": [{"id", "values"}], "seconds"}, prints {"version", "answers": [{"cells", "ms"}],
"together_ms"}: a call a record (its cells null when Banff gave the record up), then all records in one call, CPU time.
"""

import contextlib
import json
import os
import sys
import time
from importlib.metadata import version
from typing import Any


def main() -> None:
    """Answer the problem on standard input."""
    asked = json.load(sys.stdin)
    kept = os.dup(1)
    os.dup2(2, 1)  # Banff's C code writes its log to standard output
    with contextlib.redirect_stdout(sys.stderr):
        import banff
        import pandas

        rows = [{"ident": r["id"], **{c: float(r["values"][c]) for c in asked["cells"]}} for r in asked["records"]]

        def ask(some: list[Any]) -> tuple[Any, ...]:
            frame = pandas.DataFrame(some)
            start = time.process_time()
            found = banff.errorloc(
                indata=frame, unit_id="ident", edits=asked["edits"], weights=asked["weights"], seed=1,
                time_per_obs=asked["seconds"], outstatus="pandas", outreject="pandas", trace=False, capture=None,
            )  # fmt: skip
            return found, (time.process_time() - start) * 1000

        ask(rows[:1])  # what only the first call costs
        answers = []
        for row in rows:
            found, ms = ask([row])
            is_rejected = len(found.outreject) > 0
            answers.append({"cells": None if is_rejected else list(found.outstatus["FIELDID"]), "ms": ms})
        _, together = ask(rows)
    said = {"version": version("banff"), "answers": answers, "together_ms": together / len(rows)}
    os.write(kept, json.dumps(said).encode())


if __name__ == "__main__":
    main()
