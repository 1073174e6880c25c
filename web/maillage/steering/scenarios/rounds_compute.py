"""From stops to four weeks of visits: the trips, the plan as asked, and one day less or more."""

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise

import maillage_engine as engine
from maillage.pooling.compute import Trips, trips_between
from maillage.steering.provenance import code_version
from maillage.steering.scenarios.rounds_question import ANY_DAY, Question
from maillage.steering.scenarios.rounds_result import Day, Rhythm, Tour, Visit
from maillage.steering.scenarios.steps import Tell, untold
from maillage.territory.models import Commune, Mode, TravelTime
from maillage_engine.rounds import Round

STEPS = ("debut", "demande", "compare")
ITERATIONS, EXCHANGES = 100, 100
METRES = 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """The base and the roads: what a tour reads beside its question."""

    base: str  # its name
    where: tuple[float, float]
    trips: Trips
    source: str  # files of imported times

    def sha256(self) -> str:
        """Hash of the facts."""
        roads = [sorted(one.items()) for one in (self.trips.metres, self.trips.minutes)]
        text = json.dumps([self.base, self.where, roads, self.source], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def facts(asked: Question) -> Facts:
    """Read the base and the trips between all places, in five queries."""
    codes = _codes(asked)
    base = Commune.objects.get(pk=asked.base)
    known = TravelTime.objects.filter(
        mode=Mode.CAR, origin__in=codes, destination__in=codes
    ).order_by("dataset__title", "dataset__vintage")
    files = known.values_list("dataset__title", "dataset__vintage").distinct()
    source = " ; ".join(f"{title} ({vintage})" for title, vintage in files)
    return Facts(base.name, (base.latitude, base.longitude), trips_between(codes), source)


def gone(asked: Question) -> set[str]:
    """The places that are no longer communes, since a merger for instance."""
    codes = _codes(asked)
    return set(codes) - set(Commune.objects.filter(pk__in=codes).values_list("pk", flat=True))


def plan(asked: Question, given: Facts, tell: Tell = untold) -> Tour:
    """Answer `asked`. Pure: the same inputs give the same tour, to the byte."""
    least = max(1, len(asked.wanted_days))
    around = range(asked.days - 1, asked.days + 2)
    counts = [n for n in around if least <= n <= len(asked.open_days)]
    chosen = _found(asked, given, asked.days)
    tell("demande")
    others = {n: chosen if n == asked.days else _found(asked, given, n) for n in counts}
    tell("compare")
    return Tour(
        question=asked,
        base=given.base,
        where=given.where,
        days=tuple(_day(asked, given, one) for one in chosen.rounds),
        left_out=tuple((one.stop, one.reason) for one in chosen.left_out),
        complete=chosen.prize >= chosen.bound * (1 - 1e-9),
        rhythms=tuple(_rhythm(asked, given, n, found) for n, found in others.items()),
        asked=counts.index(asked.days),
        travel=given.source,
        data_hash=given.sha256(),
        code_version=code_version(),
    )


def _codes(asked: Question) -> list[str]:
    return list(dict.fromkeys([asked.base, *(stop.code for stop in asked.stops)]))


def _found(asked: Question, given: Facts, days: int) -> engine.RoundsPlan:
    """Plan the cycle on so many weekdays; a stop is worth its children at each visit."""
    codes, weekdays = _codes(asked), asked.driven_days(days)
    minutes = [[given.trips.minutes[a, b] for b in codes] for a in codes]
    whole_day = (0.0, 24 * 60.0)
    stops = [
        engine.Stop(
            place=codes.index(stop.code),
            stay=float(asked.stay),
            pattern=stop.rhythm,
            windows={day: whole_day for day in weekdays if stop.weekday in {ANY_DAY, day}},
            prize=max(stop.people, 1.0) * stop.visits,
        )
        for stop in asked.stops
    ]
    ends = min(asked.starts + asked.shift, 24 * 60)
    van = engine.Vehicle(0, float(asked.shift), float(asked.starts), float(ends), weekdays)
    return engine.plan_rounds(
        minutes, stops, [van] * asked.vehicles, iterations=ITERATIONS, exchanges=EXCHANGES
    )


def _day(asked: Question, given: Facts, one: Round) -> Day:
    return Day(
        week=one.week,
        weekday=one.weekday,
        vehicle=one.vehicle,
        departure=round(one.departure),
        back=round(one.back),
        driven=round(one.driven, 1),
        km=_kilometres(asked, given, one),
        visits=tuple(
            Visit(call.stop, round(call.arrival), round(call.start), round(call.end))
            for call in one.calls
        ),
    )


def _kilometres(asked: Question, given: Facts, one: Round) -> float:
    path = [asked.base, *(asked.stops[call.stop].code for call in one.calls), asked.base]
    metres = sum(given.trips.metres[leg] for leg in pairwise(path))
    return round(metres / METRES, 1)


def _rhythm(asked: Question, given: Facts, days: int, found: engine.RoundsPlan) -> Rhythm:
    served = [asked.stops[number] for number in found.weekday]
    return Rhythm(
        weekdays=asked.driven_days(days),
        served=len(served),
        visits=sum(stop.visits for stop in served),
        people=round(sum(stop.people for stop in served), 3),
        driven=round(found.driven, 1),
        least=round(found.least, 1),
        km=round(sum(_kilometres(asked, given, one) for one in found.rounds), 1),
        proven=found.proven,
    )
