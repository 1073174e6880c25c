"""What the day keeps of its own: the families whom an agent promised to call back."""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.families.models import Consent, Contact
from maillage.organizations.models import Organization
from maillage.territory.models import Departement


class CallBackQuerySet(models.QuerySet["CallBack"]):
    """Questions asked of the queue of calls."""

    def of(self, organizations: Collection[UUID]) -> Self:
        """Keep the lines of where one works."""
        return self.filter(organization__in=organizations)

    def agreed(self) -> Self:
        """Keep those of families that still agree to be called."""
        return self.filter(consent__revoked_at=None, contact__erased_at=None)

    def standing(self) -> Self:
        """Keep what is still to call, the longest due first."""
        still = self.agreed().filter(state=CallBack.State.OPEN)
        return still.order_by("call_on", "created_at", "pk")

    def due(self, today: date) -> Self:
        """Keep what is to call today, and what should have been before."""
        return self.standing().filter(call_on__lte=today)


class CallBack(models.Model):
    """A family to call back, for one reason of a short list. No word is typed about it."""

    class Purpose(models.TextChoices):
        AFTER = "after", _("savoir comment s’est passé le rendez-vous")
        BOOKED = "booked", _("savoir si le rendez-vous a pu être pris")
        PASSED_ON = "passed_on", _("savoir si le service a répondu")
        SEARCH = "search", _("proposer une autre aide")
        PAPERS = "papers", _("finir une démarche commencée ensemble")

    class Origin(models.TextChoices):
        BOOKED = "booked", _("après un rendez-vous pris pour elle")
        INVITED = "invited", _("après une invitation")
        REFERRED = "referred", _("après une orientation")
        NOTHING = "nothing", _("rien trouvé sur le moment")

    class State(models.TextChoices):
        OPEN = "open", _("à rappeler")
        REACHED = "reached", _("jointe")
        NO_LONGER = "no_longer", _("plus besoin")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="call_backs")
    consent = models.ForeignKey(Consent, models.CASCADE, related_name="+")
    purpose = models.CharField(_("pour"), max_length=9, choices=Purpose.choices)
    origin = models.CharField(_("d’où elle vient"), max_length=8, choices=Origin.choices)
    object_id = models.UUIDField(_("objet"), null=True, blank=True)
    call_on: "models.DateField[date, date]" = models.DateField(_("à rappeler le"))
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("notée le"), auto_now_add=True
    )
    state = models.CharField(_("état"), max_length=9, choices=State.choices, default=State.OPEN)
    step = models.PositiveSmallIntegerField(_("appels notés"), default=0)
    missed = models.PositiveSmallIntegerField(_("essais sans réponse"), default=0)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    called_at = models.DateTimeField(_("dernier appel"), null=True, blank=True)
    closed_at = models.DateTimeField(_("terminée le"), null=True, blank=True)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("rappel")
        verbose_name_plural = _("rappels")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "contact", "purpose"],
                condition=Q(state="open"),
                name="a_family_is_called_back_once_for_one_reason",
                violation_error_message=_("Cette famille est déjà à rappeler pour cette raison."),
            ),
            models.CheckConstraint(
                name="a_line_is_open_until_it_is_closed",
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="who_called_and_when_are_noted_together",
                condition=Q(step=0, missed=0, called_at=None, called_by=None)
                | Q(step__gt=0, called_at__isnull=False, called_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organization", "call_on"],
                condition=Q(state="open"),
                name="calls_still_to_make",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.call_on}"
