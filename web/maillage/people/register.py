"""One line of the register of personal data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Personal:
    """Columns of one model that are kept for one purpose, for one length of time."""

    model: str
    columns: tuple[str, ...]
    whose: str
    purpose: str
    kept: str
