"""A complaint and its tracked answer: read by who may answer it and who wrote it, nobody else."""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.directory.models import Service
from maillage.organizations.models import Organization
from maillage.practitioners.models import Practitioner
from maillage.territory.models import Departement


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Questions asked of complaints."""

    def open(self) -> Self:
        """Keep those that wait for an answer, the oldest first."""
        return self.exclude(state=Complaint.State.ANSWERED).order_by("received_at", "pk")

    def late_on(self, day: date) -> Self:
        """Keep those whose time to answer is over."""
        return self.open().filter(due_on__lt=day)


class Complaint(models.Model):
    """What someone says went wrong, without an account; a secret code follows it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("reçue")
        HANDLED = "handled", _("quelqu’un s’en occupe")
        ANSWERED = "answered", _("une réponse est donnée")

    # Made here: a visitor adds a row that only the holder of its code reads.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code_hash = models.CharField(_("empreinte du code"), max_length=64, unique=True)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, blank=True, related_name="complaints"
    )
    # Who is complained about never reads it, even as manager of the organization.
    practitioner = models.ForeignKey(
        Practitioner, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    place = models.CharField(_("de quel lieu ou service"), max_length=150, blank=True)
    text = models.TextField(_("ce qui s’est passé"), max_length=4000, blank=True)
    email = models.EmailField(_("adresse pour la réponse"), blank=True)
    language = models.CharField(max_length=2, default="fr")
    received_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("reçue le"))
    due_on: "models.DateField[date, date]" = models.DateField(_("réponse avant le"))
    state = models.CharField(_("état"), max_length=8, choices=State.choices, default=State.RECEIVED)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("réponse"), max_length=4000, blank=True)
    # What was answered before the person asked the département to look again.
    first_answer = models.TextField(_("première réponse"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(_("répondue le"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("rappelée le"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("passée au département le"), null=True, blank=True)
    erased_at = models.DateTimeField(_("effacée le"), null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("réclamation")
        indexes: ClassVar = [
            models.Index(fields=["departement", "state"], name="complaint_of_departement")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_answered_complaint_has_its_answer",
                condition=Q(erased_at__isnull=False)
                | (Q(state="answered") & ~Q(answer="") & Q(answered_at__isnull=False))
                | (~Q(state="answered") & Q(answer="", answered_at=None)),
                violation_error_message=_("Une réclamation répondue porte sa réponse."),
            ),
            models.CheckConstraint(
                name="someone_handles_what_is_no_longer_only_received",
                condition=Q(state="received") | Q(handled_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_complaint_says_something",
                condition=Q(
                    erased_at__isnull=False, text="", email="", place="", answer="", first_answer=""
                )
                | (Q(erased_at=None) & ~Q(text="")),
                violation_error_message=_("Dites ce qui s’est passé."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
