"""From facts to a fair sharing of new places, in whole places, beside today's (R63)."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

import maillage_engine as engine
from maillage.steering.compute import supply_of, travel_minutes, weights
from maillage.steering.diagnosis import rounded
from maillage.steering.inputs import CommuneFacts, Inputs, Site
from maillage.steering.provenance import code_version
from maillage.steering.scenarios.rebalancing import (
    Equity,
    Fairness,
    Rebalanced,
    Rebalancing,
    Receiver,
    Town,
)
from maillage.steering.scenarios.steps import Tell, untold

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
STEPS = ("debut", "acces", "partage")
PER = 100  # people a score is given for
TRIED = 30  # moves that are measured in each step
MOVES = 40  # of one place, tried after rounding, at most
SAME = 12  # digits of two measures that count as equal
CLOSE = 1e-6
AIMS: dict[Equity, Literal["worst_off_first", "most_equal"]] = {
    Equity.WORST_OFF: "worst_off_first",
    Equity.GINI: "most_equal",
}


@dataclass(frozen=True, slots=True)
class _Offer:
    """The département's communes where someone lives, and the sites they go to."""

    people: Floats  # (communes,)
    weight: Floats  # (communes, sites)
    supply: Floats  # (sites,) places of today that are left to these communes
    room: Floats  # (sites,) new places, at most; 0 across the border

    @property
    def gain(self) -> Floats:
        """Access that one more place at each site brings to each commune."""
        own = self.weight.T @ self.people
        return np.asarray(self.weight * np.divide(1.0, own, where=own > 0, out=np.zeros(own.size)))

    @property
    def in_reach(self) -> Flags:
        """Communes to which some site may bring a new place."""
        return np.asarray((self.weight[:, self.room > 0] > 0).any(axis=1))


def rebalance(asked: Rebalancing, given: Inputs, tell: Tell = untold) -> Rebalanced:
    """Share the places of `asked`. Pure: the same inputs give the same answer, to the byte.

    The access of today is the diagnosis', where the public across the border takes its part. A
    new place counts for the public of the département, who pays it.
    """
    question = asked.question()
    sites = tuple(s for s in given.facts.sites if supply_of(question, s) is not None)
    inside = {commune.code for commune in given.communes if commune.inside}
    homes = [c for c in given.communes if c.inside and c.people]
    offer = _offer(asked, given, sites)
    found = Rebalanced(
        asked, given.facts.departement_name, _refusal(asked, offer),
        silent=sum(s.commune in inside for s in given.facts.sites)
        - sum(s.commune in inside for s in sites),
        data_hash=given.facts.sha256(), code_version=code_version(),
    )  # fmt: skip
    tell(STEPS[1])
    if found.refusal[0]:
        return found
    added, bound = _share(asked, offer)
    tell(STEPS[2])
    before = offer.gain @ offer.supply
    after = before + offer.gain @ added
    value = _value(asked, offer, after)
    today = _value(asked, offer, before)
    if value > today:  # both are the smaller the better
        return _refused(found, ("mesure", abs(bound), abs(today)))
    return _told(found, _Answer(homes, sites, offer, before, after, added), (value, bound))


@dataclass(frozen=True, slots=True)
class _Answer:
    homes: list[CommuneFacts]
    sites: tuple[Site, ...]
    offer: _Offer
    before: Floats
    after: Floats
    added: Floats


def _offer(asked: Rebalancing, given: Inputs, sites: tuple[Site, ...]) -> _Offer:
    question = asked.question()
    everyone = np.array([c.people or 0.0 for c in given.communes], dtype=np.float64)
    lived = np.array([c.inside and bool(c.people) for c in given.communes], dtype=bool)
    inside = {commune.code for commune in given.communes if commune.inside}
    weight = weights(question, travel_minutes(question, given, sites)[0])
    people, own = everyone[lived], weight[lived]
    seen = weight.T @ everyone
    part = np.divide(own.T @ people, seen, where=seen > 0, out=np.zeros(seen.size))
    supply = np.array([supply_of(question, site) or 0.0 for site in sites], dtype=np.float64)
    reached = own.any(axis=0)
    may = np.array([site.commune in inside for site in sites], dtype=bool) & reached
    return _Offer(people, own, supply * part, np.where(may, float(asked.most), 0.0))


def _refusal(asked: Rebalancing, offer: _Offer) -> tuple[str, float, float]:
    """What makes it impossible, by its name; what is needed; what there is."""
    if asked.refusal[0]:
        return asked.refusal
    if not offer.people.size:
        return "public", 0.0, 0.0
    if not offer.room.any():
        return "lieux", 0.0, 0.0
    if offer.room.sum() < asked.wanted:
        return "plafond", float(asked.wanted), float(offer.room.sum())
    return "", 0.0, 0.0


def _share(asked: Rebalancing, offer: _Offer) -> tuple[Floats, float]:
    """Whole places at each site, and what no sharing beats (the smaller the better)."""
    rows = offer.in_reach if asked.aim == Equity.WORST_OFF else np.ones(offer.people.size, bool)
    people, weight = offer.people[rows], offer.weight[rows]
    seen, own = offer.weight.T @ offer.people, weight.T @ people
    left = np.divide(own, seen, where=seen > 0, out=np.zeros(seen.size))
    best = engine.share_places(
        weight, people, float(asked.wanted), aim=AIMS[Equity(asked.aim)],
        today=offer.supply * left, most=offer.room,
    )  # fmt: skip
    bound = -best.bound if asked.aim == Equity.WORST_OFF else best.bound
    return _improved(asked, offer, _whole(best.added, asked.wanted)), bound


def _whole(parts: Floats, wanted: int) -> Floats:
    """Round to whole places, the largest parts up: the total holds, and no limit is passed."""
    whole = np.floor(parts + CLOSE)
    left = wanted - int(whole.sum())
    up = np.argsort(-(parts - whole), kind="stable")[: max(left, 0)]
    whole[up] += 1
    return whole


def _improved(asked: Rebalancing, offer: _Offer, added: Floats) -> Floats:
    """Move one place at a time for as long as the measure gains."""
    gain, now = offer.gain, added.copy()
    access = gain @ (offer.supply + now)
    measured = _measure(asked, offer, access)
    for _move in range(MOVES):
        moves = [
            (_measure(asked, offer, access + gain[:, to] - gain[:, of]), of, to)
            for of, to in _promising(asked, offer, now, access)
        ]
        best = min(moves, default=(measured, 0, 0))
        if best[0] >= measured:
            break
        measured, of, to = best
        now[of], now[to] = now[of] - 1, now[to] + 1
        access = gain @ (offer.supply + now)
    return now


def _promising(
    asked: Rebalancing, offer: _Offer, now: Floats, access: Floats
) -> list[tuple[int, int]]:
    """The moves of one place worth measuring: by who is least served then, and by the slope."""
    gain, rows = offer.gain, offer.in_reach
    of, to = np.flatnonzero(now > 0), np.flatnonzero(now < offer.room)
    slope = gain.T @ engine.gap_slope(access, offer.people)
    order = [(slope[to][None, :] - slope[of][:, None]).ravel()]
    if asked.aim == Equity.WORST_OFF:
        left, more = access[rows][:, None] - gain[rows][:, of], gain[rows][:, to]
        least = [(column[:, None] + more).min(axis=0) for column in left.T]
        order.append(-np.concatenate(least).round(SAME) if least else np.zeros(0))
    first = np.lexsort(order)[:TRIED]
    return [(int(of[at // to.size]), int(to[at % to.size])) for at in first]


def _measure(asked: Rebalancing, offer: _Offer, access: Floats) -> tuple[float, float]:
    """The chosen measure, then the other: the smaller the better."""
    least = -round(float(access[offer.in_reach].min()), SAME)
    equal = round(engine.gini(access, offer.people), SAME) if access.any() else 1.0
    return (least, equal) if asked.aim == Equity.WORST_OFF else (equal, least)


def _value(asked: Rebalancing, offer: _Offer, access: Floats) -> float:
    return _measure(asked, offer, access)[0]


def _refused(found: Rebalanced, why: tuple[str, float, float]) -> Rebalanced:
    return Rebalanced(
        found.asked, found.departement_name, why, silent=found.silent,
        data_hash=found.data_hash, code_version=found.code_version,
    )  # fmt: skip


def _told(found: Rebalanced, answer: _Answer, reached: tuple[float, float]) -> Rebalanced:
    offer, homes = answer.offer, answer.homes
    names = {c.code: c for c in homes}
    rows = offer.in_reach
    value, bound = reached
    return Rebalanced(
        found.asked, found.departement_name, found.refusal,
        receivers=_receivers(answer, names),
        towns=tuple(
            Town(c.code, c.name, c.epci, c.epci_name, rounded(c.people or 0.0, 3),
                 rounded(answer.before[at] * PER), rounded(answer.after[at] * PER), bool(rows[at]))
            for at, c in enumerate(homes)
        ),
        before=_fairness(answer, answer.before), after=_fairness(answer, answer.after),
        bound=rounded(abs(bound) * (PER if found.asked.aim == Equity.WORST_OFF else 1)),
        proven=value - bound <= CLOSE * max(abs(bound), CLOSE),
        silent=found.silent, data_hash=found.data_hash, code_version=found.code_version,
    )  # fmt: skip


def _receivers(answer: _Answer, names: dict[str, CommuneFacts]) -> tuple[Receiver, ...]:
    return tuple(
        Receiver(
            site.name, site.commune,
            names[site.commune].name if site.commune in names else site.location,
            names[site.commune].epci_name if site.commune in names else "",
            site.latitude, site.longitude, rounded((site.capacity or 0) / site.stops, 1),
            int(answer.added[at]),
        )
        for at, site in enumerate(answer.sites)
        if answer.offer.room[at]
    )  # fmt: skip


def _fairness(answer: _Answer, access: Floats) -> Fairness:
    offer = answer.offer
    rows = np.flatnonzero(offer.in_reach)
    worst = int(rows[access[rows].round(SAME).argmin()])
    return Fairness(
        least=rounded(access[worst] * PER),
        least_at=answer.homes[worst].name,
        gini=rounded(engine.gini(access, offer.people)) if access.any() else None,
        mean=rounded(access @ offer.people / offer.people.sum() * PER),
    )
