"""Everything the engine refuses, and why.

EngineError
├── BadArray       numbers or identifiers of the wrong shape, sign or range
├── BadParameter   one option (a threshold, a rate, a number of sites) out of its range
├── BadFile        a file that cannot be read; lists every fault it found
├── PartFailed     the work of some départements failed; names them
└── Infeasible     no solution can satisfy the constraints; names the one that fails

Messages say what was wanted, then what was got:
"demand must be finite and >= 0; got -1.0 at index 0."
"""

from collections.abc import Mapping, Sequence

SHOWN = 20


class EngineError(ValueError):
    """The engine cannot answer this question as it was asked."""


class BadArray(EngineError):
    """An array has the wrong shape, or holds a value that has no meaning here."""


class BadParameter(EngineError):
    """A single option is outside its range."""


class BadFile(EngineError):
    """A file cannot be read whole; nothing of it was kept.

    Attributes
    ----------
    faults : tuple of str
        Every fault found, each with its row, its column and the value.
    """

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        shown = "\n".join(f"  {fault}" for fault in self.faults[:SHOWN])
        more = len(self.faults) - SHOWN
        tail = f"\n  and {more} more" if more > 0 else ""
        count = f"{len(self.faults)} fault{'s' if len(self.faults) > 1 else ''}"
        super().__init__(f"{source} has {count}:\n{shown}{tail}")


class PartFailed(EngineError):
    """The work of some parts failed; the other parts were done.

    Attributes
    ----------
    codes : tuple of str
        The parts that failed.
    """

    def __init__(self, causes: Mapping[str, BaseException]) -> None:
        self.codes = tuple(causes)
        told = "; ".join(f"{code}: {cause!r}" for code, cause in causes.items())
        super().__init__(f"the work failed for {told}.")


class Infeasible(EngineError):
    """No solution exists.

    Attributes
    ----------
    constraint : str
        The constraint that cannot hold.
    """

    def __init__(self, constraint: str, message: str) -> None:
        self.constraint = constraint
        super().__init__(message)
