"""Follow chains of bends in a road network, compiled."""

import numpy as np

from maillage_engine._check import Ints
from maillage_engine._compile import compiled


@compiled
def chain_ends(
    first: Ints, tail: Ints, head: Ints, weight: Ints, start: Ints,
    inside: "np.typing.NDArray[np.bool_]",
) -> tuple[Ints, Ints]:  # fmt: skip
    """Follow each arc of `first` until a node that is not inside a chain.

    Returns the node and the weight on the way; -1 where the chain ends in a dead end or comes back
    on itself. The arcs of node i are ``start[i]:start[i + 1]``.
    """
    ends = np.empty(first.size, np.int64)
    total = np.zeros(first.size, np.int64)
    for number in range(first.size):
        arc = first[number]
        before, here, sum_ = tail[arc], head[arc], weight[arc]
        steps = 0
        while inside[here] and steps <= inside.size:
            following = -1
            for at in range(start[here], start[here + 1]):
                if head[at] != before:
                    following = at
            if following < 0:
                here = -1
                break
            before, here = here, head[following]
            sum_ += weight[following]
            steps += 1
        ends[number] = here if here >= 0 and not inside[here] else -1
        total[number] = sum_
    return ends, total
