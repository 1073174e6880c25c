"""How counts of people are published: the house rules, the same on screen and in every export.

Counts come from public statistics, so these rules protect nobody's secret here; they keep anyone
from reading an estimate as a head count, and every room that will count real families alike.
"""

import math

SMALLEST = 5  # a smaller count is not shown
STEP = 5  # counts are rounded to a multiple


def published(people: float | None) -> int | None:
    """Round to a multiple of `STEP`, halves up; None where unknown or hidden, 0 stays 0."""
    if people is None or is_hidden(people):
        return None
    return STEP * math.floor(people / STEP + 0.5)


def is_hidden(people: float | None) -> bool:
    """Tell whether the count is too small to be shown."""
    return people is not None and 0 < people < SMALLEST
