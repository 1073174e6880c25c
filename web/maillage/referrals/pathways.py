"""R31: for each need and each intercommunality, the next step exists, or a gap is raised.

A next step exists on site when at least half the people of the intercommunality live at most
`minutes` by car from a place that answers the need; at a distance when a service answers there by
phone or video. Town halls stand for their communes, as everywhere in the product, and neighbours'
places count: families cross borders.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from numpy.typing import NDArray

from maillage.core import audit, scope
from maillage.directory.models import Service, ServiceArea, ServiceAtLocation
from maillage.directory.needs import NEEDS
from maillage.directory.offers import AT_A_DISTANCE, ON_SITE
from maillage.directory.vocabulary import Need
from maillage.referrals.models import Gap, Referral
from maillage.territory.compute import Point, minutes_between
from maillage.territory.models import Commune, Epci, Mode

MINUTES = 30
SHARE = 0.5
HALO = 0.4  # degrees around the département, about 44 km
COUNTED = timedelta(days=365)
SMALLEST = 5  # referrals: fewer are not published, and others are rounded to a multiple
Step = Literal["on_site", "remote", "gap"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One need in one intercommunality."""

    epci: Epci
    need: Need
    on_site: int  # services with a place near enough for someone there
    share: float  # of the people who live near enough
    nearest: float | None  # minutes to the nearest place, weighted by people
    remote: int
    referrals: int | None  # published by fives; None when hidden
    gap: Gap | None

    @property
    def step(self) -> Step:
        """What the next step is."""
        if self.on_site and self.share >= SHARE:
            return "on_site"
        return "remote" if self.remote else "gap"


@dataclass(frozen=True, slots=True)
class _Places:
    """Where help is given around a département, and how far from each commune."""

    communes: Sequence[Commune]
    minutes: NDArray[np.float64]  # (communes, places)
    columns: Mapping[str, list[int]]  # need → places that answer it
    services: Sequence[object]  # the service of each place
    people: NDArray[np.float64]


def survey(departement: str, today: date, *, minutes: int = MINUTES) -> list[Cell]:
    """Return every cell of a département, by intercommunality then need, in a dozen queries."""
    places = _places(departement)
    remote = _remote(departement)
    counts = counted(departement, today)
    gaps = {
        (gap.epci_id, gap.need): gap
        for gap in Gap.objects.still_open()
        .filter(departement=departement)
        .select_related("followed_by")
    }
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, commune in enumerate(places.communes):
        if commune.epci_id:
            rows[commune.epci_id].append(row)
    found = []
    for epci in Epci.objects.filter(pk__in=rows).order_by("name", "pk"):
        for need in NEEDS:
            on_site, share, nearest = _near(places, rows[epci.pk], need.code, minutes)
            key = (epci.pk, need.code)
            found.append(
                Cell(
                    epci,
                    need,
                    on_site,
                    share,
                    nearest,
                    remote=remote[need.code][epci.pk] + remote[need.code][""],
                    referrals=published(counts[key]),
                    gap=gaps.get(key),
                )
            )
    return found


def published(count: int) -> int | None:
    """A count of families as it may be shown: 0, hidden under five, else rounded to a five."""
    if 0 < count < SMALLEST:
        return None
    return SMALLEST * ((2 * count + SMALLEST) // (2 * SMALLEST))


def counted(departement: str, today: date) -> Counter[tuple[str, str]]:
    """Referrals sent on in the last year, by intercommunality and need: never rows.

    No margin is published beside the cells, so that a hidden one cannot be found by subtraction.
    """
    with scope.system():
        rows = Referral.objects.filter(
            departement=departement, proposed_at__date__gt=today - COUNTED
        ).values_list("commune__epci", "need")
        return Counter((str(epci), need) for epci, need in rows)


@transaction.atomic
def survey_gaps(departement: str, today: date) -> tuple[int, int]:
    """Raise what has no next step, resolve what has one again; return how many of each."""
    cells = survey(departement, today)
    missing = [cell for cell in cells if cell.step == "gap" and cell.gap is None]
    filled = [cell.gap for cell in cells if cell.step != "gap" and cell.gap is not None]
    with scope.system():
        Gap.objects.bulk_create(
            [
                Gap(
                    departement_id=departement, epci=cell.epci, need=cell.need.code, raised_on=today
                )
                for cell in missing
            ],
            ignore_conflicts=True,  # the same survey, run twice at once
        )
        # A survey made as of an earlier day fills no gap before it was raised.
        Gap.objects.filter(pk__in=[gap.pk for gap in filled]).update(
            resolved_on=Greatest("raised_on", Value(today))
        )
    return len(missing), len(filled)


@transaction.atomic
def follow(gap: Gap, due_on: date, note: str, *, by: int) -> Gap:
    """Take a gap on: who, until when, what is planned."""
    gap.followed_by_id, gap.due_on, gap.note = by, due_on, note
    gap.save(update_fields=["followed_by", "due_on", "note"])
    audit.record(by, "referrals.gap_followed", gap, departement=gap.departement_id)
    return gap


def _places(departement: str) -> _Places:
    communes = list(Commune.objects.of(departement).defer("outline"))
    corners = [(one.latitude, one.longitude) for one in communes] or [(0.0, 0.0)]
    south, west = np.min(corners, axis=0) - HALO
    north, east = np.max(corners, axis=0) + HALO
    at = list(
        ServiceAtLocation.objects.filter(
            service__status=Service.Status.ACTIVE,
            service__modes__overlap=sorted(ON_SITE),
            location__latitude__range=(south, north),
            location__longitude__range=(west, east),
        )
        .order_by("pk")
        .values_list(
            "service", "service__kind", "service__topics", "location__latitude",
            "location__longitude", "location__commune",
        )
    )  # fmt: skip
    columns: dict[str, list[int]] = {
        need.code: [n for n, row in enumerate(at) if _answers(need, row[1], row[2])]
        for need in NEEDS
    }
    points = [Point(row[3], row[4], row[5]) for row in at]
    table = minutes_between(communes, points, Mode.CAR).minutes if at and communes else None
    return _Places(
        communes=communes,
        minutes=np.empty((len(communes), 0)) if table is None else table,
        columns=columns,
        services=[row[0] for row in at],
        people=np.array([one.population for one in communes], dtype=float),
    )


def _near(
    places: _Places, rows: Sequence[int], need: str, minutes: int
) -> tuple[int, float, float | None]:
    """How many services are near for someone, for which share of the people, and how far."""
    columns = places.columns[need]
    people = places.people[list(rows)]
    if not columns or not people.sum():
        return 0, 0.0, None
    table = places.minutes[np.ix_(list(rows), columns)]
    nearest = table.min(axis=1)
    share = float(people[nearest <= minutes].sum() / people.sum())
    near = {places.services[columns[n]] for n in np.flatnonzero((table <= minutes).any(axis=0))}
    return len(near), share, float(round(np.average(nearest, weights=people), 1))


def _remote(departement: str) -> Mapping[str, Counter[str]]:
    """Services at a distance, by need and by the EPCI that they serve; "" is everywhere here."""
    found = Service.objects.filter(
        status=Service.Status.ACTIVE, modes__overlap=sorted(AT_A_DISTANCE)
    )
    areas: defaultdict[object, list[tuple[str, str]]] = defaultdict(list)
    for service, level, code in ServiceArea.objects.order_by("pk").values_list(
        "service", "level", "code"
    ):
        areas[service].append((level, code))
    counts: dict[str, Counter[str]] = {need.code: Counter() for need in NEEDS}
    for key, kind, topics, home in found.order_by("pk").values_list(
        "pk", "kind", "topics", "departement"
    ):
        served = _served(areas.get(key, []), departement, home)
        for need in NEEDS:
            if _answers(need, kind, topics):
                counts[need.code].update(served)
    return counts


def _served(areas: Sequence[tuple[str, str]], departement: str, home: str) -> set[str]:
    """The intercommunalities served; a service for some communes only is not a step for all."""
    level = ServiceArea.Level
    everywhere = {(level.FRANCE.value, ""), (level.DEPARTEMENT.value, departement)}
    if (not areas and home == departement) or everywhere & set(areas):
        return {""}
    return {code for name, code in areas if name == level.EPCI}


def _answers(need: Need, kind: str, topics: Sequence[str]) -> bool:
    """As `ServiceQuerySet.answering` says it: a declared need, else what the kind answers."""
    return need.code in topics if topics else kind in need.kinds
