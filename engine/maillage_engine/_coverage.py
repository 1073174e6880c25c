"""Most people covered by p sites: exchanges at falling temperature before the usual search ends.

References
----------
Kirkpatrick, Gelatt & Vecchi (1983), "Optimization by simulated annealing", Science 220(4598).
"""

from dataclasses import dataclass

import numpy as np

from maillage_engine import _annealing
from maillage_engine._clock import work_clock
from maillage_engine._median import FORCED, FREE
from maillage_engine._search import Search, _nearly

MOVES, MOVES_OF_SITE = 30_000_000, 300_000  # exchanges tried: at most, and for each open site
PARTS = 100  # temperatures they are tried at
HOT, COLD = 0.1, 0.001  # first and last temperature, as parts of what an open site brings
SHARE = 0.6  # of the time left that may go to exchanges


@dataclass(slots=True)
class Coverage(Search):
    """Cover the most people: every pair costs nothing, and a row left out costs its people."""

    def _wander(self) -> None:
        self._anneal()
        Search._wander(self)

    def _anneal(self) -> None:
        """Exchange sites at random, worse ones ever more rarely; keep the best total met."""
        inside = np.flatnonzero(self.best & (self.status != FORCED))
        if self.closed or _nearly(self) or not inside.size or not (self.status == FREE).any():
            return
        sites, brought = self.best.copy(), self.whole.far.sum() / max(self.p, 1)
        tries = min(MOVES, MOVES_OF_SITE * self.p) // PARTS
        times = _annealing.counted(self.whole, sites)
        begun, allowed = work_clock(), (self.status, inside)
        time, done, part = SHARE * (self.deadline - begun), 0.0, 0
        while done < 1:
            heat = brought * HOT * (COLD / HOT) ** done
            seed = int(self.rng.integers(2**31))
            _annealing.exchange(self.whole, allowed, sites, times, (heat, tries, seed))
            part += 1
            spent = (work_clock() - begun) / time if time > 0 else 1.0
            done = max(part / PARTS, spent)  # colder sooner where time is short
        self.offer(sites)
