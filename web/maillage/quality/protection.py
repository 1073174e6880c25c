"""What may be shown of counts of families: nothing small, nothing exact, nothing deducible.

House rules: at least 5 and rounded to 5; 11 for income. A count hidden alone in a list would be
found by subtraction from the total, so the smallest of the others is hidden with it.
"""

from collections.abc import Mapping
from math import sqrt
from typing import TypeVar

Key = TypeVar("Key")

LEAST = 5
LEAST_INCOME = 11
STEP = 5
CONFIDENCE_95 = 1.959963984540054  # the normal quantile of Wilson's interval


def rounded(count: int) -> int:
    """Round to the nearest multiple of five, halves up."""
    return STEP * ((2 * count + STEP) // (2 * STEP))


def published(count: int, least: int = LEAST) -> int | None:
    """Return what may be shown of a count; None when it is hidden, 0 stays 0."""
    return None if 0 < count < least else rounded(count)


def share(part: int, whole: int, least: int = LEAST) -> int | None:
    """Return a share in whole percent, made of rounded counts; None when a side is too small."""
    sides = (part, whole - part)
    if whole < least or any(0 < side < least for side in sides):
        return None
    return round(100 * rounded(part) / max(rounded(part) + rounded(whole - part), 1))


def column(counts: Mapping[Key, int], least: int = LEAST) -> dict[Key, int | None]:
    """Protect a list whose total is known: what is hidden adds up to `least` at the least."""
    hidden = {key for key, count in counts.items() if 0 < count < least}
    others = sorted(
        (key for key, count in counts.items() if count >= least),
        key=lambda key: (counts[key], str(key)),
    )
    while hidden and (len(hidden) < 2 or sum(counts[key] for key in hidden) < least) and others:
        hidden.add(others.pop(0))
    return {key: None if key in hidden else rounded(count) for key, count in counts.items()}


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which holds for small samples."""
    if whole == 0:
        return 0.0, 1.0
    z, p = CONFIDENCE_95, part / whole
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return max(0.0, middle - half), min(1.0, middle + half)
