"""Where the law wants a relay: communes above a number of inhabitants, or what groups them.

A commune so big must set up a relay; when the communes have given that competence to their EPCI,
its relay is theirs, wherever it stands, and their inhabitants count together (code de l'action
sociale et des familles, article L. 214-1-3, II and III). Who holds the competence is in no open
file: a relay of the same EPCI is taken for theirs, and the page says on what condition.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from maillage.directory.vocabulary import Kind
from maillage.steering.inputs import NO_EPCI, CommuneFacts, Site
from maillage.steering.scenarios.inputs import PlanInputs
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Duty, Ints


@dataclass(frozen=True, slots=True)
class Due:
    """One relay that the law wants: a place among `candidates` meets it."""

    communes: tuple[CommuneFacts, ...]  # above the threshold
    inside: frozenset[str]  # communes whose relay meets it
    candidates: Ints
    is_covered: bool  # by the declared area of a relay, wherever it stands

    def is_met(self, served: Iterable[str]) -> bool:
        """Tell whether relays in these communes meet it."""
        return self.is_covered or not self.inside.isdisjoint(served)


def due(plan: Plan, given: PlanInputs, candidates: tuple[Site, ...]) -> tuple[Due, ...]:
    """What the law wants of a territory; nothing of other services than relays."""
    if plan.kind != Kind.RPE:
        return ()
    inside, together = set(given.facts.candidates), _together(given.communes)
    big: dict[str, list[CommuneFacts]] = defaultdict(list)
    for commune in given.communes:
        if commune.code in inside and commune.population > given.facts.law[1]:
            big[_holder(commune)].append(commune)
    areas, found = set(given.facts.areas), []
    for holder, communes in big.items():
        codes = frozenset(commune.code for commune in together[holder])
        places = [at for at, site in enumerate(candidates) if site.commune in codes]
        said = {holder, *(c.code for c in communes)}
        found.append(
            Due(tuple(communes), codes, np.array(places, dtype=np.int64), bool(said & areas))
        )
    return tuple(found)


def duties(wanted: tuple[Due, ...], served: set[str]) -> tuple[Duty, ...]:
    """Each big commune, and whether it has a relay, its EPCI has, or none is known."""
    return tuple(
        Duty(c.name, c.population, one.is_met(served) or c.code in served, c.code in served)
        for one in wanted
        for c in one.communes
    )


def grouped(plan: Plan, given: PlanInputs, served: set[str]) -> tuple[str, ...]:
    """EPCI that would owe a relay, had their communes given them the competence, and have none."""
    if plan.kind != Kind.RPE:
        return ()
    inside, areas = set(given.facts.candidates), set(given.facts.areas)
    found = []
    for holder, communes in _together(given.communes).items():
        whole = holder != NO_EPCI and any(c.code in inside for c in communes)
        many = sum(c.population for c in communes) > given.facts.law[1]
        alone = any(c.population > given.facts.law[1] for c in communes)
        codes = {c.code for c in communes}
        if whole and many and not alone and holder not in areas and codes.isdisjoint(served):
            found.append(communes[0].epci_name)
    return tuple(sorted(found))


def _together(communes: tuple[CommuneFacts, ...]) -> dict[str, list[CommuneFacts]]:
    found: dict[str, list[CommuneFacts]] = defaultdict(list)
    for commune in communes:
        found[_holder(commune)].append(commune)
    return found


def _holder(commune: CommuneFacts) -> str:
    """Who may hold the competence: its EPCI, or the commune where it is in none."""
    return commune.code if commune.epci == NO_EPCI else commune.epci
