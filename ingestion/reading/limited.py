"""One piece of work in a process of its own, within the limits of a reader: for a single file that a person asks about."""

from __future__ import annotations

import faulthandler
import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from ingestion.reading.outcomes import FileTrouble

Result = TypeVar("Result")


def within_limits(work: Callable[[], Result], seconds: float, memory_bytes: int) -> Result | FileTrouble:
    """What `work` returns; or, when it raises, is ended by a signal, or takes more time or memory than that, what became of it."""
    context = multiprocessing.get_context("fork")  # `work` need not be packed; a command line has no other threads
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sending, work, seconds, memory_bytes), daemon=True)
    process.start()
    sending.close()
    try:
        # Twice the CPU time: the machine may be busy.
        if not receiving.poll(2 * seconds):
            return FileTrouble("file_time", f"{seconds:.0f} s")
        result: Result | FileTrouble = receiving.recv()
        return result
    except EOFError:
        process.join()
        return FileTrouble("file_crash", f"exit {process.exitcode}")
    finally:
        process.kill()
        process.join()


def _work(sending: Connection, work: Callable[[], object], seconds: float, memory_bytes: int) -> None:
    faulthandler.disable()  # what ends this process is told as a finding, not as a trace
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    try:
        outcome = work()
    except MemoryError:
        outcome = FileTrouble("file_memory", "MemoryError")
    except BaseException as error:  # a panic of a library is no Exception
        outcome = FileTrouble("file_crash", f"{type(error).__name__}: {error}"[:500])
    sending.send(outcome)
