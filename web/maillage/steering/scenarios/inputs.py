"""What a plan stands on: facts by two ways of travelling, rooms, childminders, the law."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from maillage.directory.models import Location, Service, ServiceArea
from maillage.directory.vocabulary import Kind
from maillage.steering import inputs
from maillage.steering.inputs import CommuneFacts, Facts
from maillage.steering.question import Scenario
from maillage.steering.scenarios.plan import Plan
from maillage.territory.imports.cars import HOUSEHOLDS, WITH_A_CAR
from maillage.territory.imports.childminders import CHILDMINDERS
from maillage.territory.models import Commune, Epci, Observation
from maillage_parameters import get

LAW_OF = date(2026, 1, 1)
SHOWN_ROOMS = 3


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything a plan reads, the communes as a fingerprint."""

    main: Facts
    apart: Facts  # without a car
    candidates: tuple[str, ...]
    names: tuple[str, str]  # of the EPCI and of the neighbour
    rooms: tuple[tuple[str, tuple[str, ...]], ...]
    childminders: tuple[tuple[str, float], ...]
    carless: tuple[tuple[str, float], ...]  # share of households without a car
    law: tuple[float, float]  # childminders for one FTE, inhabitants above which one is due
    areas: tuple[str, ...] = ()  # communes and EPCI that relays declare to serve

    def sha256(self) -> str:
        """Hash of the facts."""
        parts = [
            self.main.sha256(), self.apart.sha256(), self.candidates, self.names, self.rooms,
            self.childminders, self.carless, self.law, self.areas,
        ]  # fmt: skip
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """The facts and the communes: what a computation needs."""

    facts: PlanFacts
    communes: tuple[CommuneFacts, ...]  # by code, the halo included


def facts(plan: Plan) -> PlanFacts:
    """Read what names the answer to `plan`, in a number of queries that does not grow."""
    codes = tuple(_territory(plan).order_by("pk").values_list("pk", flat=True))
    asked = plan.question().with_(scenario=Scenario(opened=codes))
    main = inputs.facts(asked)
    other = asked.with_(mode=plan.other_mode)
    names = dict(Epci.objects.filter(pk__in=[plan.epci, plan.neighbour]).values_list("pk", "name"))
    return PlanFacts(
        main=main,
        apart=inputs.facts(other, like=(asked, main)) if other != asked else main,
        candidates=codes,
        names=(names.get(plan.epci, ""), names.get(plan.neighbour, "")),
        rooms=_rooms(codes),
        childminders=_latest(codes, CHILDMINDERS) if plan.kind == Kind.RPE else (),
        carless=_carless(codes),
        law=law(),
        areas=_areas() if plan.kind == Kind.RPE else (),
    )


def read(plan: Plan, found: PlanFacts) -> PlanInputs:
    """Read the communes too."""
    return PlanInputs(found, inputs.communes(plan.question()))


def law() -> tuple[float, float]:
    """What the law says of relays, in force on the day their duty began."""
    per_fte = get("childcare.childminders_per_rpe_fte").on(LAW_OF)
    above = get("childcare.rpe_duty_population").on(LAW_OF)
    return float(per_fte.amount), float(above.amount)


def epcis_around(departement: str, epci: str) -> list[tuple[str, str]]:
    """EPCI whose communes touch a frame around the territory: those one may share with."""
    inside = Commune.objects.filter(departement=departement)
    own = inside.filter(epci=epci) if epci else inside
    edges = own.values_list("latitude", "longitude")
    if not edges:
        return []
    south, north = min(e[0] for e in edges) - 0.15, max(e[0] for e in edges) + 0.15
    west, east = min(e[1] for e in edges) - 0.2, max(e[1] for e in edges) + 0.2
    near = Commune.objects.filter(
        latitude__range=(south, north), longitude__range=(west, east)
    ).exclude(epci=None)
    outside = near.exclude(epci=epci) if epci else near.exclude(departement=departement)
    rows = Epci.objects.filter(pk__in=outside.order_by().values("epci")).order_by("name")
    return list(rows.values_list("pk", "name"))


def epcis_of(departement: str) -> list[tuple[str, str]]:
    """EPCI of a département, by name."""
    inside = Commune.objects.filter(departement=departement).order_by().values("epci")
    return list(Epci.objects.filter(pk__in=inside).order_by("name").values_list("pk", "name"))


def childminders_of(departement: str) -> list[tuple[str, str, float | None]]:
    """The code, the name and the latest number of each commune, None where it is not known."""
    rows = list(Commune.objects.of(departement).values_list("pk", "name"))
    known = dict(_latest(tuple(code for code, _name in rows), CHILDMINDERS))
    return [(code, name, known.get(code)) for code, name in rows]


def _territory(plan: Plan) -> QuerySet[Commune]:
    own = Q(departement=plan.departement)
    if plan.epci:
        own = Q(epci=plan.epci)
    return Commune.objects.filter(own | Q(epci=plan.neighbour) if plan.neighbour else own)


def _rooms(codes: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = (
        Location.objects.filter(commune__in=codes)
        .order_by("commune", "name")
        .values_list("commune", "name")
        .distinct()
    )
    found: dict[str, list[str]] = {}
    for code, name in rows:
        found.setdefault(code, []).append(name)
    return tuple((code, tuple(names[:SHOWN_ROOMS])) for code, names in sorted(found.items()))


def _areas() -> tuple[str, ...]:
    """Communes and EPCI that relays open to families declare to serve."""
    levels = (ServiceArea.Level.COMMUNE, ServiceArea.Level.EPCI)
    offer = Service.objects.public().filter(kind=Kind.RPE)
    rows = ServiceArea.objects.filter(service__in=offer, level__in=levels)
    return tuple(rows.order_by("code").values_list("code", flat=True).distinct())


def _latest(codes: tuple[str, ...], measure: str) -> tuple[tuple[str, float], ...]:
    """The latest figure of each commune that has one."""
    rows = Observation.objects.filter(
        level=Observation.Level.COMMUNE, measure=measure, area__in=codes
    ).order_by("area", "-year")
    found: dict[str, float] = {}
    for code, value in rows.values_list("area", "value"):
        found.setdefault(code, float(value))
    return tuple(sorted(found.items()))


def _carless(codes: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Share of the households of each commune that have no car, where the census says it."""
    owners = dict(_latest(codes, WITH_A_CAR))
    return tuple(
        (code, round(1 - min(owners[code], every) / every, 4))
        for code, every in _latest(codes, HOUSEHOLDS)
        if every and code in owners
    )
