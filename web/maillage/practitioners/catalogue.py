"""R10: the trainings of a département, their sessions, who comes, and what one leaves with."""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.territory.models import Departement


class Training(models.Model):
    """A training: mandatory for whoever receives families, or giving a skill."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    title = models.CharField(_("intitulé"), max_length=160)
    # What attending is worth: the mandatory training, or the proof of one skill.
    skill = models.CharField(_("compétence donnée"), max_length=20, blank=True)
    valid_months = models.PositiveSmallIntegerField(_("valable (mois)"))
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("formation")
        ordering: ClassVar = ["title", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["departement", "title"],
                name="one_training_per_title",
                violation_error_message=_("Une formation porte déjà ce titre."),
            ),
            models.CheckConstraint(
                name="a_training_is_valid_from_a_month_to_ten_years",
                condition=Q(valid_months__range=(1, 120)),
                violation_error_message=_("Une formation vaut d’un mois à dix ans."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TrainingSessionQuerySet(models.QuerySet["TrainingSession"]):
    """Questions asked of sessions."""

    def upcoming(self, day: date) -> Self:
        """Keep those that are not over, soonest first."""
        return self.filter(ends_on__gte=day).order_by("starts_on", "pk")


class TrainingSession(models.Model):
    """Some days of a training, in a place, for a number of people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    training = models.ForeignKey(Training, models.CASCADE, related_name="sessions")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    starts_on: "models.DateField[date, date]" = models.DateField(_("du"))
    ends_on: "models.DateField[date, date]" = models.DateField(_("au"))
    place = models.CharField(_("lieu"), max_length=150)
    capacity = models.PositiveSmallIntegerField(_("places"))

    objects = TrainingSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session de formation")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_training_session_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.CheckConstraint(
                name="a_training_session_has_places",
                condition=Q(capacity__gte=1),
                violation_error_message=_("Une session offre au moins une place."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}"


class Enrolment(models.Model):
    """Someone comes to a session. Having come gives the paper; the row stays either way."""

    class State(models.TextChoices):
        ENROLLED = "enrolled", _("inscrit·e")
        ATTENDED = "attended", _("a suivi")
        ABSENT = "absent", _("absent·e")
        CANCELLED = "cancelled", _("désinscrit·e")

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="enrolments")
    practitioner = models.ForeignKey(
        "practitioners.Practitioner", models.CASCADE, related_name="enrolments"
    )
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    state = models.CharField(_("état"), max_length=9, choices=State.choices, default=State.ENROLLED)
    enrolled_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("inscrit·e le"), auto_now_add=True
    )
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("inscription")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "practitioner"], name="one_enrolment_per_person_and_session"
            )
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.state}"
