"""A need without a next step in an intercommunality: raised, followed by someone, resolved."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.territory.models import Departement, Epci


class GapQuerySet(models.QuerySet["Gap"]):
    """Questions asked of gaps."""

    def still_open(self) -> Self:
        """Keep those that nothing has filled."""
        return self.filter(resolved_on=None)


class Gap(models.Model):
    """No service answers this need near enough, nor at a distance."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="+")
    need = models.CharField(_("besoin"), max_length=32)
    raised_on: "models.DateField[date, date]" = models.DateField(_("relevé le"))
    followed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on: "models.DateField[date | None, date | None]" = models.DateField(
        _("pour le"), null=True, blank=True
    )
    note = models.CharField(_("ce qui est prévu"), max_length=300, blank=True)
    resolved_on: "models.DateField[date | None, date | None]" = models.DateField(
        _("comblé le"), null=True, blank=True
    )

    objects = GapQuerySet.as_manager()

    class Meta:
        verbose_name = _("manque")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["departement", "epci", "need"],
                condition=Q(resolved_on=None),
                name="one_open_gap_per_place_and_need",
            ),
            models.CheckConstraint(
                name="a_gap_that_is_followed_has_a_date",
                condition=Q(followed_by=None) | Q(due_on__isnull=False),
                violation_error_message=_("Donnez la date à laquelle vous y revenez."),
            ),
            models.CheckConstraint(
                name="a_gap_is_filled_after_it_is_raised",
                condition=Q(resolved_on=None) | Q(resolved_on__gte=models.F("raised_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.epci_id} {self.need}"
