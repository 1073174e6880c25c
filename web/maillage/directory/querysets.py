"""Questions asked of services, of services in a place and of openings; each chains."""

from collections.abc import Collection
from datetime import date, datetime
from math import cos, radians
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from maillage.directory.needs import BY_CODE
from maillage.directory.vocabulary import Delivery, Kind
from maillage.directory.when import When
from maillage.organizations.models import Organization

if TYPE_CHECKING:
    from maillage.directory.models import (  # named in strings: the models import this file
        Opening,  # noqa: F401
        Service,
        ServiceAtLocation,  # noqa: F401
    )
    from maillage.territory.models import Commune


class ServiceQuerySet(models.QuerySet["Service"]):
    """Questions asked of services; each returns a queryset, so they chain."""

    def published(self) -> Self:
        """Keep what its organization publishes."""
        return self.filter(status__in=["active", "temporarily closed"])

    def public(self) -> Self:
        """Keep what families may be shown: individual support by trusted partners only (R20)."""
        trusted = Organization.objects.trusted_on(timezone.localdate()).values("pk")
        return self.published().filter(
            ~Q(kind=Kind.INDIVIDUAL_SUPPORT) | Q(organization__in=trusted)
        )

    def for_age(self, months: int) -> Self:
        """Keep services whose age range contains a child of `months` (both bounds included)."""
        return self.filter(
            Q(minimum_age=None) | Q(minimum_age__lte=months),
            Q(maximum_age=None) | Q(maximum_age__gte=months),
        )

    def for_expectant(self) -> Self:
        """Keep services open to future parents."""
        return self.filter(expectant=True)

    def answering(self, need: str) -> Self:
        """Keep services that declare this need, or whose kind usually answers it."""
        kinds = [kind.value for kind in BY_CODE[need].kinds]
        return self.filter(Q(topics__contains=[need]) | Q(topics=[], kind__in=kinds))

    def delivered_by(self, modes: Collection[Delivery | str]) -> Self:
        """Keep services given in at least one of these ways."""
        return self.filter(modes__overlap=[str(mode) for mode in modes])

    def speaking(self, language: str) -> Self:
        """Keep services that say they speak this language; French goes without saying."""
        if language == "fr":
            return self.filter(Q(languages=[]) | Q(languages__contains=["fr"]))
        return self.filter(languages__contains=[language])

    def with_accommodations(self, wanted: Collection[str]) -> Self:
        """Keep services that offer every adaptation asked for."""
        return self.filter(accommodations__contains=[str(one) for one in wanted])

    def open_when(self, when: When, *, day: date) -> Self:
        """Keep services that a rule opens at such a moment, from `day` on."""
        return self._among(when.rule(day))

    def serving(self, commune: "Commune") -> Self:
        """Keep services whose area holds this commune; no area means the whole département."""
        area = Q(areas__level="france") | Q(areas__level="commune", areas__code=commune.pk)
        area |= Q(areas__level="departement", areas__code=commune.departement_id)
        if commune.epci_id:
            area |= Q(areas__level="epci", areas__code=commune.epci_id)
        # Two short lists rather than one condition, which would read the whole directory.
        named = self.model._base_manager.filter(area).values("pk")
        whole = self.model._base_manager.filter(departement=commune.departement_id, areas=None)
        return self.filter(pk__in=named.union(whole.values("pk"), all=True))

    def _among(self, joined: Q) -> Self:
        """Filter through a sub-query, so that a join never shows a service twice."""
        return self.filter(pk__in=self.model._base_manager.filter(joined).values("pk"))


class ServiceAtLocationQuerySet(models.QuerySet["ServiceAtLocation"]):
    """Questions asked of services in a place."""

    def of(self, services: "QuerySet[Service]") -> Self:
        """Keep the places of these services."""
        return self.filter(service__in=services)

    def in_reach_of(self, latitude: float, longitude: float, *, degrees: float) -> Self:
        """Keep what lies in a circle around a point: a cheap first sieve before real distances."""
        squeeze = cos(radians(latitude))
        down = F("location__latitude") - latitude
        across = (F("location__longitude") - longitude) * squeeze
        wide = degrees / squeeze
        return self.alias(gap=down * down + across * across).filter(
            location__latitude__range=(latitude - degrees, latitude + degrees),  # for the index
            location__longitude__range=(longitude - wide, longitude + wide),
            gap__lte=degrees * degrees,
        )

    def nearest_of_each_kind(self, home: "Commune", count: int, *, stale_on: date) -> Self:
        """Keep the `count` nearest as the crow flies of each kind, stale and closed ones apart."""
        down = F("location__latitude") - home.latitude
        across = (F("location__longitude") - home.longitude) * cos(radians(home.latitude))
        stale = Q(service__verified_on__lte=stale_on) | Q(
            service__verified_on=None, service__created_at__date__lte=stale_on
        )
        apart = Case(models.When(stale, then=1), default=0)
        alike: list[str | Case] = ["service__kind", "service__status", apart]
        rank = Window(RowNumber(), partition_by=alike, order_by=down * down + across * across)
        ranked = self.order_by().annotate(rank=rank).filter(rank__lte=count)
        return self.filter(pk__in=ranked.values("pk"))

    def open_when(self, when: When, *, day: date) -> Self:
        """Keep places where a rule opens this service at such a moment, from `day` on."""
        among = self.model._base_manager.filter(when.rule(day))
        return self.filter(pk__in=among.values("pk"))


class OpeningQuerySet(models.QuerySet["Opening"]):
    """Questions asked of stored openings."""

    def upcoming(self, now: datetime) -> Self:
        """Keep those not yet over, soonest first."""
        return self.filter(ends_at__gt=now).order_by("starts_at", "pk")

    def within(self, start: datetime, end: datetime) -> Self:
        """Keep those that touch the span, soonest first."""
        return self.filter(ends_at__gt=start, starts_at__lt=end).order_by("starts_at", "pk")
