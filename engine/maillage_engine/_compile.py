"""Compile a loop to machine code once, and keep the result on disk where the disk allows it."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def compiled(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Compile `function`; it releases the interpreter lock and keeps IEEE arithmetic."""
    return _compiled(function, fastmath=False)


def compiled_for_sums(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Compile `function` with sums in any order, so that several terms are added at once."""
    return _compiled(function, fastmath={"reassoc", "nsz"})


def inlined(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Copy the body of `function` into its compiled callers: passing arrays along costs time."""
    return njit(inline="always")(function)


def _compiled(
    function: Callable[Given, Returned], *, fastmath: bool | set[str]
) -> Callable[Given, Returned]:
    """Compile, and cache on disk.

    Numba refuses to cache where no folder can be written (a read-only installation): the function
    is then compiled again by each process.
    """
    try:
        return njit(cache=True, nogil=True, fastmath=fastmath)(function)
    except RuntimeError:
        return njit(nogil=True, fastmath=fastmath)(function)
