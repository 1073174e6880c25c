"""What communes share and by which rule: agreements, rotations, approvals, costs, statements.

An agreement and a rotation are written by one party, proposed, then approved or refused by each.
Nothing that was proposed changes under those who read it: the database refuses it.
"""

import uuid
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Room
from maillage.directory.models import ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.pooling.month_models import CostEntry, Statement, StatementShare, VehicleUse
from maillage.pooling.rotation_models import Approval, HalfDay, Rotation
from maillage.pooling.spans import PERCENT, DateSpan, State
from maillage.practitioners.models import Practitioner
from maillage.territory.models import Commune, Departement

__all__ = [
    "Approval",
    "CostEntry",
    "HalfDay",
    "PoolingAgreement",
    "PoolingAgreementQuerySet",
    "PoolingParty",
    "PoolingPlace",
    "Rotation",
    "Statement",
    "StatementShare",
    "Vehicle",
    "VehicleUse",
]


class Vehicle(models.Model):
    """A vehicle that several communes use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("nom du véhicule"), max_length=80)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="vehicles")

    class Meta:
        verbose_name = _("véhicule")
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="one_vehicle_per_name_and_owner",
                violation_error_message=_("Ce véhicule est déjà noté."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PoolingAgreementQuerySet(models.QuerySet["PoolingAgreement"]):
    """Questions asked of agreements."""

    def in_force_on(self, day: date) -> Self:
        """Keep those that every party approved and whose dates hold this day."""
        ends = Q(ends_on=None) | Q(ends_on__gte=day)
        return self.filter(ends, state=State.APPROVED, starts_on__lte=day)

    def of_resource(self, agreement: "PoolingAgreement") -> Self:
        """Keep those that share the same person, room or vehicle."""
        return self.filter(
            practitioner=agreement.practitioner_id,
            room=agreement.room_id,
            vehicle=agreement.vehicle_id,
        )


class PoolingAgreement(models.Model):
    """A practitioner, a room or a vehicle shared by several parties, from one day to another."""

    class Period(models.TextChoices):
        MONTH = "month", _("chaque mois")
        QUARTER = "quarter", _("chaque trimestre")
        YEAR = "year", _("chaque année")

    class CostKey(models.TextChoices):
        HOURS = "hours", _("selon les heures faites")
        HOURS_AND_KM = "hours_km", _("le trajet selon les kilomètres, le reste selon les heures")
        FIXED = "fixed", _("selon des parts fixes")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("intitulé"), max_length=120)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    # The party that writes the agreement, notes the costs and issues the statements.
    holder = models.ForeignKey(Organization, models.PROTECT, related_name="held_agreements")
    # Kept by the database from the parties: what row-level security reads.
    organizations = ArrayField(models.UUIDField(), default=list, editable=False)
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="agreements")
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    resource = models.GeneratedField(
        expression=Coalesce("practitioner_id", "room_id", "vehicle_id"),
        output_field=models.UUIDField(),
        db_persist=True,
    )
    # Where the day starts and ends; by default in the commune of the holder.
    base = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="+")
    period = models.CharField(
        _("les parts se jugent"), max_length=7, choices=Period.choices, default=Period.QUARTER
    )
    cost_key = models.CharField(
        _("partage des dépenses"), max_length=8, choices=CostKey.choices, default=CostKey.HOURS
    )
    counts_no_shows = models.BooleanField(
        _("les rendez-vous où personne n’est venu comptent"), default=True
    )
    starts_on = models.DateField(_("à partir du"))
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    # Grows at each write: who read an older one is told, never overwritten.
    edition = models.PositiveIntegerField(default=1)
    proposed_at = models.DateTimeField(_("proposé le"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approuvé le"), null=True, blank=True)
    is_demonstration = models.BooleanField(default=False)

    objects = PoolingAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("convention de mutualisation")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_agreement_shares_one_thing",
                condition=Q(practitioner__isnull=False, room=None, vehicle=None)
                | Q(practitioner=None, room__isnull=False, vehicle=None)
                | Q(practitioner=None, room=None, vehicle__isnull=False),
                violation_error_message=_(
                    "Choisissez une personne, une salle ou un véhicule, et un seul."
                ),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.CheckConstraint(
                name="what_is_approved_by_all_has_its_dates",
                condition=~Q(state="approved")
                | Q(proposed_at__isnull=False, approved_at__isnull=False),
            ),
            ExclusionConstraint(
                name="one_agreement_in_force_per_resource",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="approved"),
                violation_error_message=_("Une autre convention est déjà en vigueur à ces dates."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_in_force(self, day: date) -> bool:
        """Whether every party approved it and its dates hold this day."""
        ended = self.ends_on is not None and self.ends_on < day
        return self.state == State.APPROVED and self.starts_on <= day and not ended


class PoolingParty(models.Model):
    """A commune, an intercommunality or an organization that shares, and its part."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(PoolingAgreement, models.CASCADE, related_name="parties")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="pooling_parties")
    rank = models.PositiveSmallIntegerField(_("ordre"))  # who comes first when remainders are equal
    quota = models.DecimalField(
        _("part des heures, en %"), max_digits=5, decimal_places=2, validators=PERCENT
    )
    fixed_share = models.DecimalField(
        _("part fixe des dépenses, en %"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=PERCENT,
    )  # fmt: skip

    class Meta:
        verbose_name = _("partie")
        ordering: ClassVar = ["agreement", "rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement", "organization"], name="a_party_signs_once"
            ),
            models.UniqueConstraint(fields=["agreement", "rank"], name="one_party_per_rank"),
            models.CheckConstraint(
                name="a_quota_is_a_percentage",
                condition=Q(quota__gt=0, quota__lte=100),
                violation_error_message=_("Une part va de 0 à 100 %."),
            ),
            models.CheckConstraint(
                name="a_fixed_share_is_a_percentage",
                condition=Q(fixed_share=None) | Q(fixed_share__range=(0, 100)),
                violation_error_message=_("Une part va de 0 à 100 %."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.quota} %"


class PoolingPlace(models.Model):
    """Where a party is served, with the least hours that make a presence worth it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(PoolingParty, models.CASCADE, related_name="places")
    service_at_location = models.ForeignKey(ServiceAtLocation, models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+")
    minimum_hours = models.DecimalField(
        _("heures par semaine au moins"), max_digits=4, decimal_places=1, default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(60))],
    )  # fmt: skip

    class Meta:
        verbose_name = _("lieu desservi")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "service_at_location"], name="a_party_is_served_once_per_place"
            ),
            models.CheckConstraint(
                name="a_minimum_is_not_negative", condition=Q(minimum_hours__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return str(self.service_at_location_id)
