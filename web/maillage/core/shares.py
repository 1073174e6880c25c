"""Parts of a whole that add up exactly: the largest remainder."""

from collections.abc import Sequence
from fractions import Fraction


def by_largest_remainder(
    units: int,
    exact: Sequence[Fraction] | Sequence[float],
    favour: Sequence[Fraction] | None = None,
) -> list[int]:
    """Share whole units (cents, euros) as near as can be to their exact parts, all >= 0.

    Each part is cut down first; the units left go one by one to the largest remainders. Between
    equal remainders the one with more `favour` comes first, then the order given.
    """
    parts = [int(part) for part in exact]

    def rank(n: int) -> tuple[Fraction | float, Fraction, int]:
        return parts[n] - exact[n], -favour[n] if favour else Fraction(0), n

    for n in sorted(range(len(parts)), key=rank)[: units - sum(parts)]:
        parts[n] += 1
    return parts
