"""A clock for limits of time: it stands still while loops are compiled, or read from the disk.

What Numba needs once on a machine would otherwise be taken from the first search with a limit.
"""

import threading
from time import perf_counter

from numba.core.event import Event, Listener, register

COMPILING = "numba:compiler_lock"  # held to compile a loop, and to read it from the disk


class _Stops(Listener):
    """Adds up the seconds during which some thread compiles, or waits to."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.busy = 0  # threads at it, and their nested calls
        self.since = 0.0
        self.total = 0.0

    def on_start(self, event: Event) -> None:
        with self.guard:
            if not self.busy:
                self.since = perf_counter()
            self.busy += 1

    def on_end(self, event: Event) -> None:
        with self.guard:
            self.busy -= 1
            if not self.busy:
                self.total += perf_counter() - self.since

    def work_clock(self) -> float:
        with self.guard:
            return (self.since if self.busy else perf_counter()) - self.total


_STOPS = _Stops()
register(COMPILING, _STOPS)  # type: ignore[no-untyped-call]


def work_clock() -> float:
    """Return seconds since some moment, those spent compiling left out; it never goes back.

    One clock for all threads: compiling holds the interpreter, so nobody works meanwhile.
    """
    return _STOPS.work_clock()
