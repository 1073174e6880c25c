"""How the half-days of what is shared turn among its places, and what each party decided."""

import uuid
from datetime import date, datetime, time
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Availability
from maillage.pooling.spans import DateSpan, State


class Rotation(models.Model):
    """Half-days of a week or of two, shared among the places of an agreement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(
        "pooling.PoolingAgreement", models.CASCADE, related_name="rotations"
    )
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
    place = models.ForeignKey("pooling.PoolingPlace", models.CASCADE, related_name="half_days")

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
    party = models.ForeignKey("pooling.PoolingParty", models.CASCADE, related_name="approvals")
    agreement = models.ForeignKey(
        "pooling.PoolingAgreement", models.CASCADE, null=True, blank=True, related_name="approvals"
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
