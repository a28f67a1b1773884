"""A worker process: `python -m tilth.executors.worker NOTE` performs tasks that come on standard input until it ends.

It is not made by `multiprocessing`: spawn would run `__main__` again, which breaks notebooks, and fork would copy threads.
Messages are a length (8 bytes) and a cloudpickle of that length; they live on a pipe between two of our own processes only.

Before each call of a step the worker writes down which rows it gives it (step, first row, last row) in a small mapped file, and
arms a timer that needs no lock (`faulthandler`): a step that hangs, crashes or eats all memory ends the worker, and the note says
which rows it had. Its supervisor then tries those rows one by one, and gives up the one row that ends the worker again. So is a
document that ends it while it is parsed.
"""

from __future__ import annotations

import contextlib
import faulthandler
import mmap
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import cloudpickle
import numpy as np
import pyarrow as pa

from tilth.errors import StepError
from tilth.executors.bounds import bound_memory, lift_bound
from tilth.executors.shipping import ship
from tilth.reading import READING
from tilth.store import Store
from tilth.tasks import Task, perform, settings

_NOTE = struct.Struct("<qQQ")  # step (_NONE: none), first row, last row
_NONE = -2
_LENGTH = struct.Struct("<Q")
TRIES_WITHOUT_NOTE = 3
DOCUMENT_BYTES = 2 << 30  # what parsing one document may allocate; it crashes or fails beyond, and is given up alone
BATCH_PATIENCE = 3  # a batch may take this many times as long as a row before its rows are tried one by one
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "ARROW_NUM_THREADS")


Suspects = set[tuple[int, int, int]]  # step, first row, last row: to be tried one by one
Verdicts = dict[tuple[int, int], str]  # (step, row) -> why it is given up


class NoteGuard:
    """Writes down what a step is given; tries suspects row by row and skips rows with a verdict."""

    def __init__(self, note: mmap.mmap, row_seconds: float, suspects: Suspects, verdicts: Verdicts) -> None:
        self.note, self.row_seconds, self.suspects, self.verdicts = note, row_seconds, suspects, verdicts

    def parts(self, index: int, batch: pa.RecordBatch) -> list[tuple[pa.RecordBatch, str]]:
        suspects = [(first, last) for step, first, last in self.suspects if step == index]
        if not len(batch) or not (suspects or self.verdicts):
            return [(batch, "")]
        rows = np.asarray(batch["row"])
        alone = np.zeros(len(rows), bool)
        for first, last in suspects:
            alone |= (rows >= np.uint64(first)) & (rows <= np.uint64(last))
        for step, row in self.verdicts:
            alone |= (rows == np.uint64(row)) & (step == index)
        return [(batch.slice(a, b - a), self.verdicts.get((index, int(rows[a])), "")) for a, b in _runs(alone)]

    def enter(self, index: int, batch: pa.RecordBatch) -> None:
        if len(batch):
            self.note[:] = _NOTE.pack(index, batch["row"][0].as_py(), batch["row"][-1].as_py())
            patience = self.row_seconds if len(batch) == 1 else self.row_seconds * BATCH_PATIENCE
            faulthandler.dump_traceback_later(patience, exit=True, file=sys.stderr)
        if index == READING:
            bound_memory(DOCUMENT_BYTES)

    def leave(self) -> None:
        faulthandler.cancel_dump_traceback_later()
        lift_bound()
        self.note[:] = _NOTE.pack(_NONE, 0, 0)


def _runs(alone: np.ndarray) -> Iterable[tuple[int, int]]:
    """Slices of a batch: each row that stands alone, and the runs between them."""
    start = 0
    for at in np.flatnonzero(alone):
        if at > start:
            yield start, int(at)
        yield int(at), int(at) + 1
        start = int(at) + 1
    if start < len(alone):
        yield start, len(alone)


class Worker:
    """A worker process seen from its supervisor: started when first needed, started again when it died."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.closed = False
        self.note_path = Path(tempfile.mkstemp(prefix="tilth-note-")[1])

    def perform(self, task: Task) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what `tasks.perform` returns, whatever single rows do to the worker. Raises what the task raises, else StepError."""
        store = Store(task.store)
        verdicts = _load_verdicts(store, task.key)
        suspects: Suspects = set()
        blank = 0
        while True:
            died, result = self._try(task, suspects, verdicts)
            if not died:
                if isinstance(result, BaseException):
                    raise result
                return result
            if self.closed:  # it did not die, it was ended: nothing is to be learned from that
                raise StepError("The run was ended.", where=f"task {task.role} {task.key}")
            step, first, last = _NOTE.unpack(self.note_path.read_bytes())
            why = _cause(died, "the parser" if step == READING else "the step")
            if step == _NONE:
                blank += 1
                if blank >= TRIES_WITHOUT_NOTE:
                    raise StepError(
                        f"A worker died {blank} times in the same task.", where=f"task {task.role} {task.key}", why=why,
                        fix="is there enough memory? try fewer workers: executor='local:1'",
                    )
            elif first == last:
                verdicts[step, first] = why
                _save_verdicts(store, task.key, verdicts)
            elif (step, first, last) in suspects:
                raise StepError(f"A worker died twice on rows {first}..{last}.", where=f"step {step + 1}", why=why, fix="report this")
            else:
                suspects.add((step, first, last))

    def _try(self, task: Task, suspects: Suspects, verdicts: Verdicts) -> tuple[int, Any]:
        """Return (0, result or exception), or (how the worker ended, None)."""
        if self.closed:
            return -1, None
        if self.process is None:
            self.process = self._start()
        process = self.process
        assert process.stdin and process.stdout
        self.note_path.write_bytes(_NOTE.pack(_NONE, 0, 0))
        try:
            _send(process.stdin, (task, suspects, verdicts))
            return 0, _receive(process.stdout)
        except (EOFError, BrokenPipeError):
            status = process.wait()
            self._forget()
            return status or -1, None

    def _start(self) -> subprocess.Popen[bytes]:
        environment = os.environ | dict.fromkeys(_THREADS, "1") | {"TOKENIZERS_PARALLELISM": "false"}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self.note_path.write_bytes(_NOTE.pack(_NONE, 0, 0))
        command = [sys.executable, "-m", "tilth.executors.worker", str(self.note_path)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True)

    def end(self) -> None:
        """End the process, in the middle of a task if need be: what it did not commit never was. Safe to call from another thread."""
        self.closed = True
        process = self.process
        if process:
            process.kill()

    def close(self) -> None:
        """End the process and let go of it, once no thread is in `perform` any more."""
        self.end()
        if self.process:
            self.process.wait()
        self._forget()
        self.note_path.unlink(missing_ok=True)

    def _forget(self) -> None:
        """Let go of a process that has ended."""
        process, self.process = self.process, None
        for pipe in (process.stdin, process.stdout) if process else ():
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _cause(status: int, what: str) -> str:
    if status == -9:
        return "the worker was killed (out of memory?)"
    if status == 1:
        return f"{what} took too long"
    return f"the worker crashed (exit status {status})"


def _load_verdicts(store: Store, key: str) -> Verdicts:
    return {(step, row): why for step, row, why in store.read_json("verdicts", f"{key}.json") or []}


def _save_verdicts(store: Store, key: str, verdicts: Verdicts) -> None:
    """A verdict is recorded data: the same rows are given up when the task runs again, so that a time-out cannot change an answer."""
    store.write_json([[step, row, why] for (step, row), why in sorted(verdicts.items())], "verdicts", f"{key}.json")


def _send(pipe: IO[bytes], message: Any) -> None:
    data = ship(message)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    return cloudpickle.loads(_exactly(pipe, _LENGTH.unpack(_exactly(pipe, _LENGTH.size))[0]))


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def main() -> None:
    """Perform tasks until the input ends, which it does when the supervisor leaves or dies."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a step prints must not mix with our messages
    with open(sys.argv[1], "r+b") as file:
        note = mmap.mmap(file.fileno(), _NOTE.size)
    while True:
        try:
            task, suspects, verdicts = _receive(sys.stdin.buffer)
        except EOFError:
            return
        if os.path.isdir(task.folder):
            os.chdir(task.folder)
        for name in settings().keys() - task.settings.keys():
            del os.environ[name]
        os.environ.update(task.settings)
        try:
            result: Any = perform(task, NoteGuard(note, task.row_seconds, suspects, verdicts))
        except Exception as error:
            result = error
        try:
            _send(channel, result)
        except BrokenPipeError:
            return
        except Exception:  # an exception that cannot be pickled still has its words
            _send(channel, StepError(f"{type(result).__name__}: {result}", where=f"task {task.role}"))


if __name__ == "__main__":
    main()
