"""Measure a call in a process of its own: processor time, wall time, peak memory."""

import ctypes
import multiprocessing
import resource
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

LEAST = 0.2  # seconds of calls: short ones are repeated more, or noise is all one sees
FORK = multiprocessing.get_context("fork")  # the child starts with the data already in memory
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "ops" / "bench"))


@dataclass(frozen=True)
class Measured:
    """The best of several calls in one process, after a first one that is not counted."""

    answer: Any
    cpu: float  # seconds
    wall: float  # seconds
    extra_mb: float  # peak memory above what was in use before the first call


def measure(call: Callable[[], Any], repeat: int = 3, warm: bool = True) -> Measured | None:
    """Run `call` in a child process, at least so many times; None when it fails, and why."""
    here, there = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_run, args=(call, repeat, warm, there))
    child.start()
    there.close()
    try:
        found = here.recv()
    except EOFError:
        found = None
    child.join()
    return found


def _run(call: Callable[[], Any], repeat: int, warm: bool, out: Connection) -> None:
    before = _forget_peak()
    best = (float("inf"), float("inf"))
    answer = None
    try:
        answer = call() if warm else None
        turn, began = 0, time.perf_counter()
        while turn < repeat or (repeat > 1 and time.perf_counter() - began < LEAST):
            wall, cpu = time.perf_counter(), _cpu()
            answer = call()
            best = min(best, (_cpu() - cpu, time.perf_counter() - wall))
            turn += 1
    except Exception:  # noqa: BLE001 - a peer may fail in any way, and that is a result
        traceback.print_exc()
        out.send(None)
        return
    out.send(Measured(answer, *best, (_resident("VmHWM") - before) / 1000))


def _forget_peak() -> int:
    """Give freed memory back, start the peak anew, and return what is in use.

    Otherwise a child would use again, unseen, what its parent had freed.
    """
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return _resident("VmRSS")


def _resident(name: str) -> int:
    """Read a line of /proc/self/status, in kB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


def _cpu() -> float:
    """Return processor time, that of programs called (CBC) included."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime


def seconds(value: float) -> str:
    """Write a duration with three figures that mean something."""
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
