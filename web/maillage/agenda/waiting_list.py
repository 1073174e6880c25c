"""Families that wait, the freed slots held for them, and services that have none left."""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.directory.models import Service
from maillage.directory.vocabulary import Delivery
from maillage.families.models import Contact, Household
from maillage.territory.models import Departement


class WaitingQuerySet(models.QuerySet["WaitingEntry"]):
    """Questions asked of those who wait."""

    def standing(self) -> Self:
        """Keep those who still wait, an offer in hand or not, the first come first."""
        held = (WaitingEntry.State.WAITING, WaitingEntry.State.OFFERED)
        return self.filter(state__in=held).order_by("since", "pk")


class WaitingEntry(models.Model):
    """A family that waits for a slot of one service; it needs no earlier appointment."""

    class State(models.TextChoices):
        WAITING = "waiting", _("attend")
        OFFERED = "offered", _("un créneau lui est proposé")
        BOOKED = "booked", _("a pris rendez-vous")
        LEFT = "left", _("n’attend plus")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="waiting")
    household = models.ForeignKey(Household, models.CASCADE, related_name="waiting")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="waiting")
    # Where the family can go, none said: anywhere; how, none said: any way.
    communes = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    modes = ArrayField(
        models.CharField(max_length=8, choices=Delivery.choices), default=list, blank=True
    )
    since: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("depuis le"), auto_now_add=True
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        verbose_name = _("attente")
        indexes: ClassVar = [
            models.Index(
                fields=["service", "since"],
                condition=Q(state="waiting"),
                name="waiting_for_a_service",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["household", "service"],
                condition=Q(state__in=["waiting", "offered"]),
                name="a_household_waits_once_per_service",
                violation_error_message=_("Vous attendez déjà pour ce service."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.state}"


class Offer(models.Model):
    """A freed slot held for one family for a stated time. Nobody else can take it meanwhile."""

    class State(models.TextChoices):
        OPEN = "open", _("attend une réponse")
        ACCEPTED = "accepted", _("accepté")
        DECLINED = "declined", _("laissé à d’autres")
        EXPIRED = "expired", _("sans réponse")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(WaitingEntry, models.CASCADE, related_name="offers")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    availability = models.ForeignKey("agenda.Availability", models.CASCADE, related_name="+")
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))
    mode = models.CharField(_("façon"), max_length=8, choices=Delivery.choices)
    made_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("proposé le"))
    held_until = models.DateTimeField(_("tenu jusqu’au"), db_index=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)

    class Meta:
        verbose_name = _("créneau proposé")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="open"), name="one_open_offer_per_family"
            ),
            models.UniqueConstraint(
                fields=["entry", "availability", "starts_at"],
                name="a_slot_is_offered_once_to_a_family",
            ),
            models.CheckConstraint(
                name="an_offer_is_held_before_it_starts",
                condition=Q(held_until__lte=F("starts_at"), ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d/%m %H:%M} {self.state}"


class Shortage(models.Model):
    """A service that had no slot left when somebody looked; its people are told once a day."""

    service = models.OneToOneField(
        Service, models.CASCADE, primary_key=True, related_name="shortage"
    )
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    since: "models.DateField[date, date]" = models.DateField(_("depuis le"))
    noticed_on: "models.DateField[date, date]" = models.DateField(_("vu le"))
    alerted_on = models.DateField(_("signalé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("plus de créneau")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_shortage_is_noticed_once_it_began", condition=Q(noticed_on__gte=F("since"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.since:%Y-%m-%d}"
