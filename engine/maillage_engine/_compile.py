"""Compile a loop to machine code once, and keep the result on disk where the disk allows it."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


def compiled(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Compile `function`; it releases the interpreter lock and keeps IEEE arithmetic.

    Numba refuses to cache where no folder can be written (a read-only installation): the function
    is then compiled again by each process.
    """
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)
