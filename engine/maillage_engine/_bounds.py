"""How good an answer is known to be: its value beside what no other can beat."""

PROVEN = 1e-6  # relative gap under which an answer is proven: the solver's own tolerance
NOT_ZERO = 1e-300  # an answer of nothing, bounded by nothing, has no gap


class Bounded:
    """An answer that carries the bound that no other can beat."""

    __slots__ = ()

    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How far, relatively, the objective may still be from the best one."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """Return the distance between an answer and its bound, relative to the larger of the two."""
    return abs(objective - bound) / max(abs(objective), abs(bound), NOT_ZERO)


def is_proven(objective: float, bound: float) -> bool:
    """Whether an answer is as good as its bound, to one millionth."""
    return relative_gap(objective, bound) <= PROVEN
