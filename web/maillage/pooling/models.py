"""What communes share and by which rule: agreements, rotations, approvals, costs, statements.

An agreement and a rotation are written by one party, proposed, then approved or refused by each.
Nothing that was proposed changes under those who read it: the database refuses it.
"""

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Availability, Room
from maillage.directory.models import ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.pooling.spans import PERCENT, DateSpan, State
from maillage.practitioners.models import Practitioner
from maillage.territory.models import Commune, Departement


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


class Rotation(models.Model):
    """Half-days of a week or of two, shared among the places of an agreement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(PoolingAgreement, models.CASCADE, related_name="rotations")
    weeks = models.PositiveSmallIntegerField(_("semaines"), default=1)
    starts_on = models.DateField(_("à partir du lundi"))
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)
    morning_from = models.TimeField(_("matin, de"), default=time(9))
    morning_to = models.TimeField(_("matin, à"), default=time(12))
    afternoon_from = models.TimeField(_("après-midi, de"), default=time(13, 30))
    afternoon_to = models.TimeField(_("après-midi, à"), default=time(17))
    pause_minutes = models.PositiveSmallIntegerField(_("pause de midi, en minutes"), default=30)
    note = models.TextField(_("pourquoi"), max_length=1000, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    edition = models.PositiveIntegerField(default=1)
    proposed_at = models.DateTimeField(_("proposé le"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approuvé le"), null=True, blank=True)
    # What it became in the agenda, once approved.
    rules = models.ManyToManyField(Availability, related_name="+", blank=True)

    class Meta:
        verbose_name = _("rotation")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_rotation_turns_in_one_or_two_weeks",
                condition=Q(weeks__in=[1, 2]),
                violation_error_message=_("Une rotation tourne en une ou deux semaines."),
            ),
            models.CheckConstraint(
                name="a_rotation_starts_on_a_monday",
                condition=Q(starts_on__iso_week_day=1),
                violation_error_message=_("Choisissez un lundi."),
            ),
            models.CheckConstraint(
                name="the_hours_of_a_day_follow_each_other",
                condition=Q(morning_to__gt=F("morning_from"))
                & Q(afternoon_from__gte=F("morning_to"))
                & Q(afternoon_to__gt=F("afternoon_from")),
                violation_error_message=_("Donnez les heures dans l’ordre de la journée."),
            ),
            models.CheckConstraint(
                name="a_rotation_pause_is_short", condition=Q(pause_minutes__lte=180)
            ),
            models.CheckConstraint(
                name="what_rotates_by_consent_has_its_dates",
                condition=~Q(state="approved")
                | Q(proposed_at__isnull=False, approved_at__isnull=False),
            ),
            # One ends on the eve of the next; one that never began covers no day.
            ExclusionConstraint(
                name="one_rotation_in_force_per_agreement",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    (DateSpan("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="approved"),
                violation_error_message=_("Une autre rotation est déjà en vigueur à ces dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} / {self.weeks}"

    def is_in_force(self, day: date) -> bool:
        """Whether it is the rotation of this day."""
        ended = self.ends_on is not None and self.ends_on < day
        return self.state == State.APPROVED and self.starts_on <= day and not ended


class HalfDay(models.Model):
    """One half-day of the rotation, given to one place."""

    class Half(models.IntegerChoices):
        MORNING = 0, _("matin")
        AFTERNOON = 1, _("après-midi")

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="half_days")
    week = models.PositiveSmallIntegerField()  # 0 or 1
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday, 5 is Saturday
    half = models.PositiveSmallIntegerField(choices=Half.choices)
    place = models.ForeignKey(PoolingPlace, models.CASCADE, related_name="half_days")

    class Meta:
        verbose_name = _("demi-journée")
        ordering: ClassVar = ["rotation", "week", "weekday", "half"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rotation", "week", "weekday", "half"], name="one_place_per_half_day"
            ),
            models.CheckConstraint(
                name="a_half_day_lies_in_the_cycle",
                condition=Q(week__lte=1, weekday__lte=5, half__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week}/{self.weekday}/{self.half}"


class Approval(models.Model):
    """What one party decided of an agreement or of a rotation: who, when, of which edition."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(PoolingParty, models.CASCADE, related_name="approvals")
    agreement = models.ForeignKey(
        PoolingAgreement, models.CASCADE, null=True, blank=True, related_name="approvals"
    )
    rotation = models.ForeignKey(
        Rotation, models.CASCADE, null=True, blank=True, related_name="approvals"
    )
    edition = models.PositiveIntegerField()
    accepted = models.BooleanField(_("approuve"))
    reason = models.TextField(_("raison"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("décidé le"), auto_now_add=True
    )

    class Meta:
        verbose_name = _("accord d’une partie")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_approval_is_of_one_thing",
                condition=Q(agreement__isnull=False, rotation=None)
                | Q(agreement=None, rotation__isnull=False),
            ),
            models.CheckConstraint(
                name="a_refusal_has_its_reason",
                condition=Q(accepted=True) | ~Q(reason=""),
                violation_error_message=_("Dites pourquoi : les autres parties vous liront."),
            ),
            models.UniqueConstraint(
                fields=["party", "agreement", "rotation", "edition"],
                nulls_distinct=False,
                name="a_party_decides_once_of_each_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.accepted}"


class VehicleUse(models.Model):
    """A vehicle out for one party: the hours and kilometres that its statement counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="uses")
    party = models.ForeignKey(PoolingParty, models.CASCADE, related_name="vehicle_uses")
    period: "DateTimeRangeField" = DateTimeRangeField(_("sorti de – à"))
    metres = models.PositiveIntegerField(_("mètres"))

    class Meta:
        verbose_name = _("sortie du véhicule")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="a_vehicle_is_out_once_at_a_time",
                expressions=[
                    ("vehicle", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Le véhicule était déjà sorti à ces heures."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.period}"


class CostEntry(models.Model):
    """One line of what the shared resource cost in a month. A mistake is undone by another line."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("personnel")
        TRAVEL = "travel", _("trajets")
        OTHER = "other", _("autre dépense")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(PoolingAgreement, models.CASCADE, related_name="costs")
    month = models.DateField(_("mois"))
    kind = models.CharField(_("nature"), max_length=6, choices=Kind.choices)
    label = models.CharField(_("libellé"), max_length=120)
    amount = models.DecimalField(_("montant, en euros"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("dépense")
        ordering: ClassVar = ["month", "kind", "label", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="a_cost_is_noted_on_the_first", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="a_shared_cost_is_not_nothing",
                condition=~Q(amount=0),
                violation_error_message=_("Donnez un montant ; négatif pour corriger une erreur."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.amount}"


class Statement(models.Model):
    """What a month came to, fixed once issued; a correction is a new version with its reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(PoolingAgreement, models.PROTECT, related_name="statements")
    month = models.DateField(_("mois"))
    version = models.PositiveSmallIntegerField(_("version"))
    reason = models.TextField(_("pourquoi cette correction"), max_length=500, blank=True)
    minutes = models.PositiveIntegerField()
    unshared_minutes = models.PositiveIntegerField(default=0)
    metres = models.PositiveIntegerField()
    total = models.DecimalField(_("dépenses du mois"), max_digits=11, decimal_places=2)
    content_hash = models.CharField(max_length=64)
    issued_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("émis le"), auto_now_add=True
    )
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("relevé mensuel")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement", "month", "version"], name="one_statement_per_month_and_version"
            ),
            models.CheckConstraint(
                name="a_statement_is_of_a_whole_month", condition=Q(month__day=1)
            ),
            models.CheckConstraint(
                name="a_corrected_statement_says_why",
                condition=Q(version=1) | (Q(version__gt=1) & ~Q(reason=Value(""))),
                violation_error_message=_("Dites ce que cette version corrige."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} v{self.version}"


class StatementShare(models.Model):
    """What one party owes for a month. Read by this party and by the holder, nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="shares")
    party = models.ForeignKey(PoolingParty, models.PROTECT, related_name="shares")
    # Copied from the party and the agreement, so that row-level security follows no other table.
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    holder = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField()
    metres = models.PositiveIntegerField()
    staff = models.DecimalField(max_digits=11, decimal_places=2)
    travel = models.DecimalField(max_digits=11, decimal_places=2)
    other = models.DecimalField(max_digits=11, decimal_places=2)

    class Meta:
        verbose_name = _("part d’une commune")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "party"], name="one_share_per_party")
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.amount}"

    @property
    def amount(self) -> Decimal:
        """What the party owes in all."""
        return self.staff + self.travel + self.other
