"""Readers side by side: each file is read in a process of its own limits, its outcome comes back in the order of the receipts.

A reader that failed is replaced, and the file that it held is tried once more, alone: what another file took from the machine is
then no longer in its way.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from ingestion.landing.receipts import Receipt
from ingestion.reading.channel import LENGTH, Job, send
from ingestion.reading.outcomes import OF_THE_BYTES, FileRead, FileTrouble, Outcome
from warehouse.parameters import read_parameters
from warehouse.settings import PROJECT, Settings

STARTING_SECONDS = 120
ENDING_SECONDS = 5
AHEAD = 3  # files in work or waiting for their turn, for each reader
OUTPUT_BYTES = 64 * 2**20


def job_of(settings: Settings) -> Job:
    """What readers of these settings work with; the limits are rows of the register's parameters."""
    limits = read_parameters(settings)
    return Job(
        settings.landing,
        settings.forms,
        settings.register,
        limits["read_seconds"],
        int(limits["read_memory_bytes"]),
        OUTPUT_BYTES,
    )


class ReaderStopped(Exception):
    """A reader ended, or was ended, before it gave an outcome; carries what its file is charged with."""

    def __init__(self, trouble: FileTrouble):
        super().__init__(trouble.detail)
        self.trouble = trouble


class Reader:
    """One reading process. Raises RuntimeError when it cannot start: then no file could be read, and that is our failure."""

    def __init__(self, job: Job):
        self.job = job
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ingestion.reading.process"],
            cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            self._send(job)
            self._receive(STARTING_SECONDS)
        except ReaderStopped as stopped:
            self.close()
            raise RuntimeError(f"A reader of files could not start: {stopped.trouble.detail}") from stopped

    def read(self, receipt: Receipt) -> Outcome:
        """The outcome of one file. Raises ReaderStopped; the reader is then of no more use."""
        self._send(receipt)
        # Twice the CPU time that a file may take: readers share the machine, and a file may wait without working.
        return pickle.loads(self._receive(2 * self.job.seconds))

    def close(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()
        for channel in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                channel.close()

    def _send(self, message: object) -> None:
        try:
            send(self.process.stdin, message)
        except BrokenPipeError as error:
            raise ReaderStopped(self._charge()) from error

    def _receive(self, seconds: float) -> bytes:
        ends = time.monotonic() + seconds
        length = LENGTH.unpack(self._take(LENGTH.size, ends))[0]
        if length > self.job.output_bytes:
            raise ReaderStopped(FileTrouble("file_output", f"{length} byte"))
        return self._take(length, ends)

    def _take(self, size: int, ends: float) -> bytes:
        """Exactly so many bytes of the reader's output."""
        place, taken = self.process.stdout.fileno(), bytearray()
        while len(taken) < size:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([place], [], [], left)[0]:
                raise ReaderStopped(FileTrouble("file_time", f"{self.job.seconds:.0f} s"))
            part = os.read(place, min(size - len(taken), 1 << 20))
            if not part:
                raise ReaderStopped(self._charge())
            taken += part
        return bytes(taken)

    def _charge(self) -> FileTrouble:
        """Why the process is gone, by its end and its last words."""
        try:
            ended = self.process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            return FileTrouble("file_crash", "the reader closed its output")
        said = self.process.stderr.read(1 << 16).decode("utf-8", "replace").strip()
        lines = [line for line in said.splitlines() if not line.startswith("note:")]
        word = next((line for line in lines if "memory allocation" in line), lines[-1] if lines else "")[:300]
        if ended == -signal.SIGXCPU:
            return FileTrouble("file_time", f"{self.job.seconds:.0f} s")
        if ended == -signal.SIGKILL:  # not ours: the machine was short of memory, or somebody ended it
            return FileTrouble("machine", "the reader was killed (SIGKILL)")
        if "memory allocation" in said or "MemoryError" in said:
            return FileTrouble("file_memory", word)
        name = signal.Signals(-ended).name if ended < 0 else f"exit {ended}"
        return FileTrouble("file_crash", f"{name} {word}".strip())


class ReaderPool:
    """As many readers as there are cores, for the time of a `with` block; none is started before a file asks for it."""

    def __init__(self, job: Job):
        self.job = job
        self.size = len(os.sched_getaffinity(0))
        self._idle: SimpleQueue[Reader | None] = SimpleQueue()
        for _ in range(self.size):
            self._idle.put(None)
        self._threads = ThreadPoolExecutor(self.size)

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._idle.empty():
            reader = self._idle.get()
            if reader is not None:
                reader.close()

    def outcomes(self, receipts: Iterable[Receipt]) -> Iterator[tuple[Receipt, Outcome]]:
        """Each receipt with its outcome, in their order. Raises RuntimeError when no reader can start."""
        waiting: deque[tuple[Receipt, Future[Outcome]]] = deque()
        for receipt in receipts:
            waiting.append((receipt, self._threads.submit(self._read, receipt)))
            if len(waiting) >= AHEAD * self.size:
                yield self._settled(waiting)
        while waiting:
            yield self._settled(waiting)

    def _settled(self, waiting: deque[tuple[Receipt, Future[Outcome]]]) -> tuple[Receipt, Outcome]:
        receipt, future = waiting.popleft()
        outcome = future.result()
        if isinstance(outcome, FileRead) or outcome.cause in OF_THE_BYTES:
            return receipt, outcome
        wait([each for _, each in waiting])
        outcome = self._read(receipt)
        if (
            isinstance(outcome, FileTrouble)
            and outcome.cause == "file_memory"
            and not _has_memory(self.job.memory_bytes)
        ):
            outcome = FileTrouble("machine", f"{outcome.detail}; the machine is short of memory")
        return receipt, outcome

    def _read(self, receipt: Receipt) -> Outcome:
        reader = self._idle.get()
        try:
            reader = reader or Reader(self.job)
            outcome = reader.read(receipt)
        except ReaderStopped as stopped:
            outcome = stopped.trouble
        except BaseException:
            self._idle.put(None)
            if reader is not None:
                reader.close()
            raise
        if isinstance(outcome, FileTrouble) and outcome.cause not in OF_THE_BYTES:
            reader.close()
            reader = None
        self._idle.put(reader)
        return outcome


def _has_memory(needed: int) -> bool:
    """Whether the machine could have given a reader all that it may take."""
    try:
        told = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return True
    free = next((line for line in told.splitlines() if line.startswith("MemAvailable:")), None)
    return free is None or int(free.split()[1]) * 1024 >= needed
