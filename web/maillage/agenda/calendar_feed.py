"""One address by which a calendar program reads one person's appointments."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.families.models import Contact
from maillage.practitioners.models import Practitioner


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    """Questions asked of addresses."""

    def live(self) -> Self:
        """Keep those that still open."""
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """A secret address, kept as a hash: replaced or closed when its owner wishes."""

    token_hash = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    fetched_at = models.DateTimeField(_("lue le"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("fermée le"), null=True, blank=True)
    # A calendar that still asks for a former address would go on showing what it last read.
    asked_in_vain_at = models.DateTimeField(_("demandée en vain le"), null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("adresse d’agenda")
        verbose_name_plural = _("adresses d’agenda")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_feed_has_one_owner",
                condition=Q(practitioner__isnull=False, contact=None)
                | Q(practitioner=None, contact__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["practitioner"],
                condition=Q(revoked_at=None),
                name="one_live_feed_per_practitioner",
                violation_error_message=_("Cette adresse vient d’être remplacée."),
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(revoked_at=None),
                name="one_live_feed_per_contact",
                violation_error_message=_("Cette adresse vient d’être remplacée."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.practitioner_id or self.contact_id)
