"""One reader: a process that reads landed files one after another within limits of time and memory, so that no file can hurt more
than its reader. Started and replaced by ingestion.reading.pool; `python -m ingestion.reading.process`, tasks in, outcomes out.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import resource
from typing import BinaryIO

from ingestion.findings import shortened
from ingestion.form import Form
from ingestion.forms import load_forms
from ingestion.landing.receipts import Receipt, landed_path
from ingestion.raw_rows import submission_rows
from ingestion.reading.channel import Job, receive, send, send_packed
from ingestion.reading.outcomes import FileRead, FileTrouble, Outcome
from ingestion.reading.reading import read_file
from ingestion.register import Register, load_register


def main() -> None:
    """Serve until the other end closes. A file that raises anything ends the process, because nobody knows what it left behind."""
    tasks, outcomes = _own_channels()
    job: Job = receive(tasks)
    forms, register = load_forms(job.forms, job.register), load_register(job.register)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (job.memory_bytes, job.memory_bytes))
    gc.freeze()  # what was loaded stays: no collection has to look at it again
    send(outcomes, "ready")
    while (receipt := receive(tasks)) is not None:
        _allow_seconds(job.seconds)
        try:
            packed = pickle.dumps(_read(job, receipt, forms, register), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            send(outcomes, FileTrouble("file_memory", "MemoryError"))
            return
        except BaseException as error:  # a panic of a library is no Exception
            send(outcomes, FileTrouble("file_crash", f"{type(error).__name__}: {error}"[:500]))
            return
        if len(packed) > job.output_bytes:
            packed = pickle.dumps(FileTrouble("file_output", f"{len(packed)} byte"))
        send_packed(outcomes, packed)


def _read(job: Job, receipt: Receipt, forms: dict[str, Form], register: Register) -> Outcome:
    path = landed_path(job.landing, receipt.sha256, receipt.file_extension)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return FileTrouble("bytes_missing", path.name)
    except OSError as error:
        return FileTrouble("machine", f"{path.name}: {error.strerror}")
    if hashlib.sha256(data).hexdigest() != receipt.sha256:
        return FileTrouble("bytes_changed", path.name)
    drafts, findings = read_file(data, receipt, forms, register, job.register)
    return FileRead(tuple(map(submission_rows, drafts)), tuple(shortened(findings)))


def _allow_seconds(seconds: float) -> None:
    """The kernel ends this process when the file takes more CPU time than that, also when nobody waits for it any more."""
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent + seconds) + 1, hard))


def _own_channels() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for tasks and outcomes alone: whatever a library prints goes to standard error, and never waits."""
    tasks, outcomes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.set_blocking(2, False)
    return tasks, outcomes


if __name__ == "__main__":
    main()
