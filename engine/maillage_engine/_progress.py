"""How long work says how far it is."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float, float], None]  # done, whole


def untold(_done: float, _whole: float) -> None:
    """Tell nobody."""
