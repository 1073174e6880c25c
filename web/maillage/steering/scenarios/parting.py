"""Who pays what when neighbours share, and in which order a vehicle goes round."""

from collections.abc import Sequence
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from maillage.core.shares import by_largest_remainder
from maillage.steering.inputs import CommuneFacts
from maillage.steering.scenarios.inputs import PlanInputs
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Part, Round


def parts_of(
    plan: Plan,
    given: PlanInputs,
    communes: Sequence[CommuneFacts],
    people: NDArray[np.float64],
    users: NDArray[np.float64],
    euros: int,
) -> tuple[Part, ...]:
    """Each side's part, by people and by use, to the euro; nothing where nobody shares."""
    if not plan.neighbour:
        return ()
    theirs = np.array([c.epci == plan.neighbour for c in communes])
    sides = (~theirs, theirs)
    names = (given.facts.names[0] or given.facts.main.departement_name, given.facts.names[1])
    counted = [float(people[side].sum()) for side in sides]
    using = [float(users[side].sum()) for side in sides]
    by_people, by_use = shared(euros, counted), shared(euros, using)
    codes = (plan.epci, plan.neighbour)
    return tuple(
        Part(codes[n], names[n], round(counted[n], 3), round(using[n], 3), by_people[n], by_use[n])
        for n in range(len(sides))
    )


def shared(euros: int, weights: Sequence[float]) -> list[int]:
    """Whole euros that add up exactly: the largest remainders take what rounding leaves."""
    total = sum(weights)
    if not total:
        return [0 for _weight in weights]
    return by_largest_remainder(euros, [euros * weight / total for weight in weights])


def loops(
    groups: Sequence[NDArray[np.int64]],
    between: NDArray[np.float64],
    start: NDArray[np.float64],
    names: Sequence[str],
) -> tuple[Round, ...]:
    """The shortest loop of each group, every order tried (eight stops at most)."""
    found = []
    for group in groups:
        orders = permutations([int(at) for at in group])
        best = min(orders, key=lambda order: (_length(order, between, start), order))
        minutes = round(_length(best, between, start), 1)
        found.append(Round(tuple(names[at] for at in best), minutes))
    return tuple(found)


def _length(
    order: tuple[int, ...], between: NDArray[np.float64], start: NDArray[np.float64]
) -> float:
    inner = sum(between[a, b] for a, b in pairwise(order))
    return float(start[order[0]] + inner + start[order[-1]])
