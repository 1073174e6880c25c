"""Parts of a whole, exact to the cent: largest remainder, then the order of the agreement.

Each part is first cut down to the cent; the cents left go one by one to the largest remainders, and
between equal remainders to the party that the agreement names first. When nothing at all was
measured (no hour, no kilometre), the quotas agreed stand in.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from maillage.core.shares import by_largest_remainder

CENT = Decimal("0.01")


def split(amount: Decimal, weights: Sequence[int], otherwise: Sequence[int]) -> list[Decimal]:
    """Share an amount in proportion of `weights`, or of `otherwise` if they are all zero.

    The parts add up to the amount, to the cent, and none is further than a cent from its exact
    value; a credit is shared like a debit.
    """
    used = weights if any(weights) else otherwise
    whole = sum(used)
    cents = int((abs(amount) / CENT).to_integral_exact())
    parts = by_largest_remainder(cents, [Fraction(cents * weight, whole) for weight in used])
    sign = -1 if amount < 0 else 1
    return [sign * part * CENT for part in parts]


def hundredths(percentages: Sequence[Decimal]) -> list[int]:
    """Percentages with two decimals, as whole weights."""
    return [int(one * 100) for one in percentages]
