"""What a diagnosis stands on, read from the database into plain values in a fixed order.

Nothing here depends on row ids or on the order of insertion, so the same facts give the same hash
in another database.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import MD5, Cast, JSONObject

from maillage.directory.models import Service, ServiceArea, ServiceAtLocation
from maillage.directory.querysets import ServiceQuerySet
from maillage.directory.vocabulary import Delivery, Kind
from maillage.steering.opening_hours import weekly_hours
from maillage.steering.question import Question
from maillage.steering.vocabulary import AUDIENCES, MOMENTS, Measure
from maillage.territory.models import (
    Commune,
    Dataset,
    Departement,
    Observation,
    TravelTime,
    Zoning,
)

INCOME_MEASURE = "median_income"
POPULATION_MEASURE = "population"
NO_EPCI = "—"
FILES_OF_A_KIND = {  # files that say nothing of the other kinds of services
    "france_services": Kind.FRANCE_SERVICES.value,
    "childminders": Kind.RPE.value,
    "coverage_communes": Kind.EAJE.value,
    "coverage_epci": Kind.EAJE.value,
    "coverage_epci_hist": Kind.EAJE.value,
}
COLUMNS = (  # of a commune, its audience's apart
    "code", "name", "departement_id", "epci_id", "epci__name", "latitude", "longitude",
    "density_level", "population", "population_known", "area_km2", "children_estimated", "income",
    "kinds", "counts",
)  # fmt: skip
SEEN_AT_LEAST_MIN = 35  # a nearest place just beyond the threshold is still looked for
WIDEST_HALO_DEGREES = 0.7  # about 78 km
KM_PER_DEGREE = 111.2
KM_PER_MINUTE = 0.9  # faster than any estimate


@dataclass(frozen=True, slots=True)
class CommuneFacts:
    """One commune, inside the département or in the halo around it."""

    code: str
    name: str
    inside: bool
    departement: str
    epci: str
    epci_name: str
    latitude: float
    longitude: float
    density: int | None  # 1 to 7
    population: int
    area_km2: float
    people: float | None  # of the audience; None where nothing is known
    estimated: bool
    income: float | None
    growth: float | None  # of the population, in % a year, between its two latest figures
    zonings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One service in one place."""

    commune: str
    latitude: float
    longitude: float
    name: str
    organization: str
    location: str
    capacity: int | None  # of the whole service
    stops: int  # places among which the service is shared
    is_mobile: bool
    verified_on: str  # ISO day, empty if never
    hours: float | None  # per week, at this place; None when not asked
    is_demonstration: bool
    key: str  # to name the site in an address; not part of the hash
    service_id: str  # to link to its page; not part of the hash


@dataclass(frozen=True, slots=True)
class RemoteService:
    """A service of the same kind that is given by telephone or video."""

    name: str
    organization: str
    modes: tuple[str, ...]
    level: str  # the widest area it helps
    service_id: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file the figures come from."""

    key: str
    title: str
    producer: str
    licence: str
    vintage: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a diagnosis reads, the communes as a fingerprint: enough to find a kept result."""

    departement: str
    departement_name: str
    communes_hash: str  # of every fact of every commune, the halo included
    sites: tuple[Site, ...]
    remote: tuple[RemoteService, ...]
    times: tuple[tuple[str, str, float], ...]  # imported minutes between communes
    times_source: str
    sources: tuple[Source, ...]
    neighbours: tuple[str, ...]  # départements of the halo
    silent_departements: tuple[str, ...]  # neighbours where no service of the kind is known

    def sha256(self) -> str:
        """Hash of the facts alone, row ids left out."""
        facts = [
            self.departement,
            self.departement_name,
            self.communes_hash,
            [_SITE(row) for row in self.sites],
            [_REMOTE(row) for row in self.remote],
            self.times,
            self.times_source,
            [_SOURCE(row) for row in self.sources],
            self.neighbours,
            self.silent_departements,
        ]
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Inputs:
    """The facts and the communes: what a computation needs."""

    facts: Facts
    communes: tuple[CommuneFacts, ...]  # by code, the halo included


def _values(kind: type, *left_out: str) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(field.name for field in fields(kind) if field.name not in left_out))


_SOURCE = _values(Source)
_SITE, _REMOTE = _values(Site, "key", "service_id"), _values(RemoteService, "service_id")


@dataclass(frozen=True, slots=True)
class DepartementFacts:
    """What the list of départements says of each."""

    code: str
    name: str
    loaded: bool
    kinds: tuple[str, ...]  # of the services that the directory knows there


def departements() -> tuple[DepartementFacts, ...]:
    """Read the départements: those one may ask about, and those whose offer is not known."""
    known = Service.objects.public().filter(departement=OuterRef("pk"))
    kinds = known.order_by("kind").values("kind").distinct()
    communes = Commune.objects.filter(departement=OuterRef("pk"))
    rows = Departement.objects.annotate(
        kinds=ArraySubquery(kinds),
        whole=Case(When(loaded=True, then=Exists(communes)), default=False),
    ).order_by("pk")
    return tuple(
        DepartementFacts(code, name, whole, tuple(kinds))
        for code, name, whole, kinds in rows.values_list("code", "name", "whole", "kinds")
    )


def read(question: Question) -> Inputs:
    """Read all that a computation needs."""
    return Inputs(facts(question), communes(question))


def facts(
    question: Question,
    everywhere: tuple[DepartementFacts, ...] | None = None,
    like: tuple[Question, Facts] | None = None,
) -> Facts:
    """Read what names the answer to `question`, in a number of queries that does not grow.

    `like` is another question and its facts: what both share is not read again.
    """
    shared = like[1] if like and _same_places(question, like[0]) else None
    same_kind = like is not None and like[0].kind == question.kind
    around = everywhere if everywhere is not None else departements()
    fingerprint, neighbours = _fingerprint(question) if not shared else (
        shared.communes_hash, shared.neighbours
    )  # fmt: skip
    sites = _sites(question)
    times, source = _times(question, {site.commune for site in sites})
    names = {row.code: row.name for row in around}
    silent = {row.code for row in around if question.kind not in row.kinds}
    return Facts(
        departement=question.departement,
        departement_name=names[question.departement],
        communes_hash=fingerprint,
        sites=sites,
        remote=_remote(question),
        times=times,
        times_source=source,
        sources=shared.sources if shared and same_kind else _sources(question),
        neighbours=neighbours,
        silent_departements=tuple(sorted(set(neighbours) & silent)),
    )


def _same_places(one: Question, other: Question) -> bool:
    keys = ("departement", "audience", "minutes")
    return all(getattr(one, key) == getattr(other, key) for key in keys)


def communes(question: Question) -> tuple[CommuneFacts, ...]:
    """Read every commune that matters, by code."""
    names = (*COLUMNS, *AUDIENCES[question.audience].columns)
    rows = _described(question).order_by("pk").values(*dict.fromkeys(names))
    return tuple(_commune(row, question) for row in rows)


def _fingerprint(question: Question) -> tuple[str, tuple[str, ...]]:
    """Hash every fact of every commune inside the database, and name the départements around."""
    names = dict.fromkeys((*COLUMNS, *AUDIENCES[question.audience].columns))
    line = Cast(JSONObject(**{name: name for name in names}), TextField())
    rows = _described(question).annotate(line=line).order_by().values("line", "code")
    found = rows.aggregate(
        hash=MD5(StringAgg("line", Value("\n"), order_by="code")),
        around=ArrayAgg("departement", distinct=True, default=Value([])),
    )
    return found["hash"] or "", tuple(sorted(set(found["around"]) - {question.departement}))


def _described(question: Question) -> QuerySet[Commune]:
    """The communes with their incomes, zonings and counts of population."""
    kinds = Zoning.objects.filter(communes=OuterRef("pk")).order_by("kind").values("kind")
    incomes = Observation.objects.filter(
        level=Observation.Level.COMMUNE, measure=INCOME_MEASURE, area=OuterRef("pk")
    ).order_by("-year")
    people = Observation.objects.filter(
        level=Observation.Level.COMMUNE, measure=POPULATION_MEASURE, area=OuterRef("pk")
    ).order_by("-year")
    pair = JSONObject(year="year", people="value")
    return _around(question).annotate(
        income=_inside(question, Subquery(incomes.values("value")[:1])),
        kinds=_inside(question, ArraySubquery(kinds)),
        counts=_inside(question, ArraySubquery(people.values(pair=pair)[:2])),
    )


def _inside(question: Question, fact: Subquery) -> Case:
    """Look a fact up for the département's own communes alone."""
    return Case(When(departement=question.departement, then=fact))


def _commune(row: dict[str, Any], question: Question) -> CommuneFacts:
    columns = AUDIENCES[question.audience].columns
    parts = [row[column] for column in columns]
    known = all(part is not None for part in parts)
    known = known and (columns != ("population",) or row["population_known"])
    return CommuneFacts(
        code=row["code"],
        name=row["name"],
        inside=row["departement_id"] == question.departement,
        departement=row["departement_id"],
        epci=row["epci_id"] or NO_EPCI,
        epci_name=row["epci__name"] or NO_EPCI,
        latitude=row["latitude"],
        longitude=row["longitude"],
        density=row["density_level"],
        population=row["population"],
        area_km2=row["area_km2"],
        people=float(sum(parts)) if known else None,
        estimated=row["children_estimated"] and columns != ("population",),
        income=row["income"],
        growth=_growth(row["counts"] or []),
        zonings=tuple(sorted(set(row["kinds"] or ()))),
    )


def _growth(counts: list[dict[str, float]]) -> float | None:
    """Percent a year between the two latest figures; None where there are not two."""
    if len(counts) < 2 or not counts[1]["people"]:
        return None
    latest, former = counts
    years = latest["year"] - former["year"]
    return float(round(100 * ((latest["people"] / former["people"]) ** (1 / years) - 1), 2))


def _around(question: Question) -> QuerySet[Commune]:
    """The département's communes, and the loaded ones in a frame around them: the halo."""
    inside = Commune.objects.filter(departement=question.departement)
    margin = halo_degrees(question)
    edges = {
        "south": Subquery(_edge(inside, Min("latitude"))) - margin,
        "north": Subquery(_edge(inside, Max("latitude"))) + margin,
        "west": Subquery(_edge(inside, Min("longitude"))) - 1.5 * margin,
        "east": Subquery(_edge(inside, Max("longitude"))) + 1.5 * margin,
    }
    return Commune.objects.filter(
        Q(departement=question.departement)
        | Q(latitude__range=(edges["south"], edges["north"]))
        & Q(longitude__range=(edges["west"], edges["east"]))
    )


def _edge(inside: QuerySet[Commune], bound: Min | Max) -> QuerySet[Any, Any]:
    return inside.order_by().values("departement").annotate(edge=bound).values("edge")


def halo_degrees(question: Question) -> float:
    """How far outside the département services and families still matter, in degrees."""
    minutes = max(question.minutes, SEEN_AT_LEAST_MIN)
    return min(minutes * KM_PER_MINUTE / KM_PER_DEGREE, WIDEST_HALO_DEGREES)


def _sites(question: Question) -> tuple[Site, ...]:
    rows = (
        ServiceAtLocation.objects.filter(
            service__in=offer(question).filter(
                modes__overlap=[Delivery.ON_SITE.value, Delivery.MOBILE.value]
            ),
            location__commune__in=_around(question),
        )
        .select_related("service__organization", "location")
        .annotate(stops=Count("service__at_locations", distinct=True))
        .order_by("pk")
    )
    scenario = question.scenario
    if scenario.moment:
        open_then = MOMENTS[scenario.moment].rule(date.fromisoformat(scenario.on))
        rows = rows.filter(pk__in=ServiceAtLocation.objects.filter(open_then).values("pk"))
    if question.measure == Measure.HOURS:
        rows = rows.prefetch_related("schedules")
    found = [_site(row, question) for row in rows]
    kept = [site for site in found if site.key not in scenario.closed]
    return tuple(sorted(kept, key=_by_content))


def _site(row: Any, question: Question) -> Site:
    hours = weekly_hours(row.schedules.all()) if question.measure == Measure.HOURS else None
    service, location = row.service, row.location
    return Site(
        commune=location.commune_id,
        latitude=location.latitude,
        longitude=location.longitude,
        name=service.name,
        organization=service.organization.name,
        location=location.name,
        capacity=service.capacity,
        stops=row.stops,
        is_mobile=row.is_mobile_stop,
        verified_on=service.verified_on.isoformat() if service.verified_on else "",
        hours=hours,
        is_demonstration=service.is_demonstration,
        key=row.pk.hex[:10],
        service_id=str(service.pk),
    )


def _by_content(site: Site) -> tuple[Any, ...]:
    return (
        site.commune, site.latitude, site.longitude, site.name, site.organization, site.location,
        -1 if site.capacity is None else site.capacity, site.verified_on, site.stops,
    )  # fmt: skip


def offer(question: Question) -> ServiceQuerySet:
    """The services of the kind, open to families, whose ages overlap the audience's."""
    scenario, months = question.scenario, AUDIENCES[question.audience].months
    offer = Service.objects.public().filter(kind=question.kind)
    if months:
        offer = offer.filter(
            Q(minimum_age=None) | Q(minimum_age__lte=months[1]),
            Q(maximum_age=None) | Q(maximum_age__gte=months[0]),
        )
    if scenario.only_verified:
        offer = offer.exclude(verified_on=None)
    if scenario.on:
        day = date.fromisoformat(scenario.on)
        in_force = Q(schedules__dtstart__lte=day) & (
            Q(schedules__until=None) | Q(schedules__until__gte=day)
        )
        offer = offer.filter(Q(schedules=None) | in_force)
    return offer.distinct()


def _remote(question: Question) -> tuple[RemoteService, ...]:
    """Those of the same kind that help at a distance, and listening lines."""
    inside = Commune.objects.filter(departement=question.departement)
    here = (
        Q(level=ServiceArea.Level.FRANCE)
        | Q(level=ServiceArea.Level.DEPARTEMENT, code=question.departement)
        | Q(level=ServiceArea.Level.EPCI, code__in=inside.order_by().values("epci"))
    )
    rows = (
        ServiceArea.objects.filter(here)
        .filter(
            service__in=offer(question).filter(
                modes__overlap=[Delivery.PHONE.value, Delivery.VIDEO.value]
            )
        )
        .select_related("service__organization")
    )
    order = {"france": 0, "departement": 1, "epci": 2}
    best: dict[Any, Any] = {}
    for row in sorted(rows, key=lambda area: (order[area.level], area.code)):
        best.setdefault(row.service_id, row)
    found = [
        RemoteService(
            name=area.service.name,
            organization=area.service.organization.name,
            modes=tuple(m for m in area.service.modes if m in (Delivery.PHONE, Delivery.VIDEO)),
            level=area.level,
            service_id=str(area.service_id),
        )
        for area in best.values()
    ]
    return tuple(sorted(found, key=lambda remote: (remote.name, remote.organization)))


def _times(question: Question, ends: set[str]) -> tuple[tuple[tuple[str, str, float], ...], str]:
    """Imported minutes between communes, and the files they come from."""
    ends = ends | set(question.scenario.opened)
    rows = TravelTime.objects.filter(
        mode=question.mode, origin__in=_around(question), destination__in=ends
    )
    names = ("origin_id", "destination_id", "minutes", "dataset__title", "dataset__vintage")
    found = sorted(rows.values_list(*names))
    files = sorted({f"{title} ({vintage})" for *_, title, vintage in found})
    return tuple(row[:3] for row in found), " ; ".join(files)


def _sources(question: Question) -> tuple[Source, ...]:
    """The latest load of each file that a diagnosis of this kind may read."""
    left_out = {key for key, kind in FILES_OF_A_KIND.items() if kind != question.kind}
    rows = (
        Dataset.objects.exclude(key__in=left_out)
        .order_by("key", "-loaded_at", "-pk")
        .distinct("key")
    )
    return tuple(
        Source(row.key, row.title, row.producer, row.licence, row.vintage, row.sha256)
        for row in sorted(rows, key=lambda row: row.key)
    )
