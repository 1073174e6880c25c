"""One search: what fits, how long this family takes to reach it, when it opens, in which order.

Each room is asked once: `directory` for offers and openings, `territory` for minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from maillage.directory.freshness import Freshness, freshness
from maillage.directory.models import Service
from maillage.directory.needs import BY_CODE
from maillage.directory.offers import NextOpening, Offer, Wanted, Way, find, next_openings
from maillage.directory.vocabulary import Kind
from maillage.directory.when import When
from maillage.portal.journeys import Journey, journeys
from maillage.territory.models import Commune, Mode

NEAR_MINUTES = 30  # a house rule, said on screen: beyond, the need is counted as not met nearby
BICYCLE_MINUTES = 45  # without a car, what takes longer is shown last
TOO_FAR_MINUTES = 90  # without a car, what takes longer is counted, not shown
FAR_MINUTES = 60  # other places of a service further than this are not said on its card
WIDER_DEGREES = 1.5
NEAREST_BY_AIR = 8  # of each kind: the nearest by road is among them
ADVISERS = (Kind.PMI, Kind.INFORMATION_POINT, Kind.FRANCE_SERVICES, Kind.REMOTE_LISTENING)
LATER = datetime.max.replace(tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid search, and the moment when it is made."""

    wanted: Wanted
    moments: tuple[When, ...]
    car: bool
    now: datetime

    @property
    def commune(self) -> Commune:
        """Where the family lives."""
        return self.wanted.commune


@dataclass(frozen=True, slots=True)
class Result:
    """One offer with everything its card says."""

    offer: Offer
    journey: Journey | None  # None at home
    opening: NextOpening | None
    freshness: Freshness
    also: tuple["Result", ...] = ()  # the same service in other places, further away

    @property
    def service(self) -> Service:
        """The service offered."""
        return self.offer.service

    @property
    def minutes(self) -> float:
        """Door to door; what comes to the family takes it no time."""
        return self.journey.minutes if self.journey else 0.0

    @property
    def is_demoted(self) -> bool:
        """An entry that nobody vouches for comes after all others, however near."""
        return self.freshness is Freshness.STALE

    @property
    def is_closed(self) -> bool:
        """Closed for a time, by the structure's own word."""
        return self.service.status == Service.Status.TEMPORARILY_CLOSED


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search, in the order in which this family should read it."""

    results: tuple[Result, ...]
    nothing_near: bool
    too_far: int = 0  # services left out: nobody without a car would go there
    instead: tuple[Result, ...] = ()  # the nearest of each helpful kind, when nothing is near
    advisers: tuple[Result, ...] = ()  # who to call

    @property
    def soonest(self) -> NextOpening | None:
        """The first opening of all."""
        openings = [result.opening for result in self.results if result.opening]
        return min(openings, key=lambda found: found.starts_at, default=None)


def search(asked: Asked) -> Found:
    """Find, time, date and order what this family may be offered."""
    everything = one_for_each_service(dated_results(asked))
    results = tuple(r for r in everything if asked.car or r.minutes <= TOO_FAR_MINUTES)
    too_far = len(everything) - len(results)
    if any(is_near(result) for result in results):
        return Found(results, nothing_near=False, too_far=too_far)
    instead, advisers = _elsewhere(asked)
    return Found(results, True, too_far, instead, advisers)


def dated_results(asked: Asked) -> tuple[Result, ...]:
    """Return what fits, timed, dated and in order."""
    offers, openings = _dated(asked)
    return _ordered(_results(asked, offers, openings), car=asked.car)


def one_for_each_service(results: Sequence[Result]) -> tuple[Result, ...]:
    """Keep the best place of each service; the others are said on its card."""
    grouped: dict[UUID, list[Result]] = {}
    for result in results:
        grouped.setdefault(result.service.pk, []).append(result)
    return tuple(
        replace(first, also=tuple(r for r in others if r.offer.at and r.minutes <= FAR_MINUTES))
        for first, *others in grouped.values()
    )


def is_near(result: Result) -> bool:
    """Whether a place or a visit is at most half an hour away, door to door."""
    return result.offer.way is not Way.REMOTE and result.minutes <= NEAR_MINUTES


def _dated(asked: Asked) -> tuple[list[Offer], Mapping[UUID, NextOpening]]:
    """Return offers with their next opening; several moments are alternatives."""
    if len(asked.moments) < 2:
        when = asked.moments[0] if asked.moments else None
        offers = find(replace(asked.wanted, when=when))
        return offers, _openings(offers, asked.now, when)
    offers = find(asked.wanted)
    openings: dict[UUID, NextOpening] = {}
    for when in asked.moments:
        for key, found in _openings(offers, asked.now, when).items():
            if key not in openings or found.starts_at < openings[key].starts_at:
                openings[key] = found
    return [offer for offer in offers if offer.key in openings], openings


def _openings(
    offers: Sequence[Offer], now: datetime, when: When | None
) -> Mapping[UUID, NextOpening]:
    places = [offer.key for offer in offers if offer.at]
    services = [offer.key for offer in offers if not offer.at]
    return next_openings(places, services, now, when)


def _results(
    asked: Asked, offers: Sequence[Offer], openings: Mapping[UUID, NextOpening]
) -> list[Result]:
    places = [offer.at for offer in offers if offer.at]
    times = journeys(asked.commune, [at.location for at in places], car=asked.car)
    today = timezone.localdate(asked.now)
    return [
        Result(
            offer,
            times[offer.at.location_id] if offer.at else None,
            openings.get(offer.key),
            freshness(offer.service, today),
        )
        for offer in offers
    ]


def _ordered(results: Sequence[Result], *, car: bool) -> tuple[Result, ...]:
    """Order for this family.

    With a car: places by minutes, what reaches the home after those at half an hour. Without: what
    reaches the home first, then what can be walked to, then the bicycle, then what is too far.
    """

    def rank(result: Result) -> tuple[object, ...]:
        at_home = result.offer.way is not Way.PLACE
        if car:
            step = 1 if at_home else 0 if result.minutes <= NEAR_MINUTES else 2
        else:
            step = 0 if at_home else _effort(result)
        starts = result.opening.starts_at if result.opening else LATER
        return (
            result.is_demoted, result.is_closed, step, result.minutes, starts,
            result.service.name, str(result.offer.key),
        )  # fmt: skip

    return tuple(sorted(results, key=rank))


def _effort(result: Result) -> int:
    """Without a car: 1 walked, 2 ridden, 3 too far for either."""
    if result.journey and Mode.FOOT in result.journey.by_mode:
        return 1
    return 2 if result.minutes <= BICYCLE_MINUTES else 3


def _elsewhere(asked: Asked) -> tuple[tuple[Result, ...], tuple[Result, ...]]:
    """Return the nearest of each kind that answers the need, and who can advise.

    Timed by car even for who has none: at this distance, someone has to drive.
    """
    need = BY_CODE.get(asked.wanted.need)
    kinds = need.kinds if need else tuple(Kind(kind) for kind in asked.wanted.kinds)
    wider = Wanted(
        commune=asked.commune,
        day=asked.wanted.day,
        kinds=tuple(dict.fromkeys([*kinds, *ADVISERS])),
        degrees=WIDER_DEGREES,
        nearest=NEAREST_BY_AIR,
    )
    results = _results(replace(asked, car=True), find(wider), {})
    nearest: dict[str, Result] = {}
    for result in sorted(results, key=lambda r: (r.is_demoted, r.is_closed, r.minutes)):
        nearest.setdefault(result.service.kind, result)
    return (
        tuple(nearest[kind] for kind in kinds if kind in nearest),
        tuple(nearest[kind] for kind in ADVISERS if kind in nearest and kind not in kinds),
    )
