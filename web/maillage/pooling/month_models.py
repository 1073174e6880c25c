"""What a month of sharing came to: outings, costs, and the statements that fix them."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from maillage.organizations.models import Organization


class VehicleUse(models.Model):
    """A vehicle out for one party: the hours and kilometres that its statement counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vehicle = models.ForeignKey("pooling.Vehicle", models.PROTECT, related_name="uses")
    party = models.ForeignKey("pooling.PoolingParty", models.CASCADE, related_name="vehicle_uses")
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
    agreement = models.ForeignKey("pooling.PoolingAgreement", models.CASCADE, related_name="costs")
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
    agreement = models.ForeignKey(
        "pooling.PoolingAgreement", models.PROTECT, related_name="statements"
    )
    month = models.DateField(_("mois"))
    version = models.PositiveSmallIntegerField(_("version"))
    reason = models.TextField(_("pourquoi cette correction"), max_length=500, blank=True)
    minutes = models.PositiveIntegerField()
    # Of these minutes, those noted when a session was closed; the others are booked lengths.
    noted_minutes = models.PositiveIntegerField(default=0)
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
                name="noted_minutes_are_among_a_month_s",
                condition=Q(noted_minutes__lte=F("minutes")),
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
    party = models.ForeignKey("pooling.PoolingParty", models.PROTECT, related_name="shares")
    # Copied from the party and the agreement, so that row-level security follows no other table.
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    holder = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField()
    noted_minutes = models.PositiveIntegerField(default=0)
    metres = models.PositiveIntegerField()
    staff = models.DecimalField(max_digits=11, decimal_places=2)
    travel = models.DecimalField(max_digits=11, decimal_places=2)
    other = models.DecimalField(max_digits=11, decimal_places=2)

    class Meta:
        verbose_name = _("part d’une commune")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "party"], name="one_share_per_party"),
            models.CheckConstraint(
                name="noted_minutes_are_among_a_share_s",
                condition=Q(noted_minutes__lte=F("minutes")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.amount}"

    @property
    def amount(self) -> Decimal:
        """What the party owes in all."""
        return self.staff + self.travel + self.other
