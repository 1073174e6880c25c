"""What the front door keeps of its own: invitations to book, sent by a professional."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.booking import Who
from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.families.models import Contact
from maillage.organizations.models import Organization
from maillage.practitioners.models import Practitioner
from maillage.territory.models import Departement


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions asked of invitations."""

    def open(self, now: datetime) -> "InvitationQuerySet":
        """Keep those that can still be answered."""
        return self.filter(revoked_at=None, appointment=None, expires_at__gt=now)


class Invitation(models.Model):
    """A parent is invited to book one service: by mail, by SMS, by a letter with a short code."""

    class Means(models.TextChoices):
        EMAIL = "email", _("par courriel")
        SMS = "sms", _("par SMS")
        LETTER = "letter", _("par une lettre")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="invitations")
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, null=True, blank=True, related_name="+"
    )
    means = models.CharField(_("envoyée"), max_length=6, choices=Means.choices)
    name = models.CharField(_("prénom ou surnom"), max_length=60)
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=16, blank=True)
    language = models.CharField(_("langue"), max_length=2, default="fr")
    code_hash = models.CharField(_("empreinte du code"), max_length=64, unique=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("envoyée le"), auto_now_add=True
    )
    expires_at = models.DateTimeField(_("jusqu’au"))
    revoked_at = models.DateTimeField(_("reprise le"), null=True, blank=True)
    appointment = models.OneToOneField(
        Appointment, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_invitation_goes_where_it_is_sent",
                condition=Q(means="letter", email="", phone="")
                | (Q(means="email", phone="") & ~Q(email=""))
                | (Q(means="sms", email="") & ~Q(phone="")),
                violation_error_message=_("Donnez une adresse ou un numéro, ou une lettre."),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def who(self) -> Who:
        """Whom it invites, as a booking says it."""
        channel = Contact.Channel.SMS if self.phone else Contact.Channel.EMAIL
        return Who(self.name, channel, self.email, self.phone, self.language)
