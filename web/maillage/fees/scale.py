"""What an income pays on a scale: exact, in Decimal, half a step rounded up.

The formula of a band is `base` + `percent` % of the monthly income, rounded half up to the nearest
euro, half euro or cent, then kept between the floor and the ceiling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Step:
    """One band: incomes up to a bound, held by this band or by the next one."""

    up_to: Decimal | None
    holds_bound: bool
    base: Decimal
    percent: Decimal

    def holds(self, income: Decimal) -> bool:
        """Whether an income that is above the bands before lies in this one."""
        if self.up_to is None:
            return True
        return income <= self.up_to if self.holds_bound else income < self.up_to


@dataclass(frozen=True, slots=True)
class Scale:
    """Bands in order of income, and what every fee obeys."""

    steps: Sequence[Step]
    rounding: Decimal
    floor: Decimal
    ceiling: Decimal

    def position(self, income: Decimal) -> int:
        """Which band holds a monthly income, from 0."""
        return next(n for n, step in enumerate(self.steps) if step.holds(income))

    def fee(self, income: Decimal) -> Decimal:
        """What a monthly income pays, for one person or one session."""
        return self.in_band(self.position(income), income)

    def in_band(self, position: int, income: Decimal) -> Decimal:
        """The same, by the formula of a given band."""
        step = self.steps[position]
        exact = step.base + step.percent * income / HUNDRED
        return max(self.floor, min(self.ceiling, half_up(exact, self.rounding))).quantize(CENT)

    def starts_at(self, position: int) -> Decimal:
        """Where a band begins: the bound of the one before."""
        before = self.steps[position - 1].up_to if position else NOTHING
        return before if before is not None else NOTHING

    def least(self, position: int) -> Decimal:
        """What the smallest income of a band pays: what is asked of who names the band only."""
        return self.in_band(position, self.starts_at(position))

    def most(self, position: int) -> Decimal:
        """What the largest income of a band pays; the ceiling for an open band that grows."""
        step = self.steps[position]
        if step.up_to is not None:
            return self.in_band(position, step.up_to)
        return self.ceiling if step.percent else self.least(position)

    @property
    def lowest(self) -> Decimal:
        """The smallest fee of all: what someone pays who prefers not to say."""
        return min(self.least(position) for position in range(len(self.steps)))

    @property
    def falls_at(self) -> Decimal | None:
        """The first bound above which a larger income would pay less; None when there is none."""
        for position in range(1, len(self.steps)):
            if self.least(position) < self.most(position - 1):
                return self.starts_at(position)
        return None


def half_up(amount: Decimal, step: Decimal) -> Decimal:
    """Round to the nearest multiple of `step`; exactly between two, to the larger one."""
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def plain(number: Decimal) -> Decimal:
    """The same number without useless zeros, nor an exponent."""
    return (
        number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    )
