"""A rule that names days and hours (RFC 5545), whether a place opens or a person receives."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.directory.when import RANKS, WEEKDAYS

MONTH_DAYS = tuple(f"{rank}{day}" for rank in RANKS for day in WEEKDAYS)


class Recurrence(models.Model):
    """Which days, which hours, in which part of the school year. A schedule and an availability."""

    class Freq(models.TextChoices):
        WEEKLY = "WEEKLY", _("chaque semaine")
        MONTHLY = "MONTHLY", _("chaque mois")

    class SchoolPeriod(models.TextChoices):
        ALWAYS = "always", _("toute l’année")
        TERM = "term", _("hors vacances scolaires")
        HOLIDAYS = "holidays", _("pendant les vacances scolaires")

    freq = models.CharField(_("rythme"), max_length=7, choices=Freq.choices, default=Freq.WEEKLY)
    interval = models.PositiveSmallIntegerField(_("toutes les n semaines ou n mois"), default=1)
    byday = ArrayField(
        models.CharField(max_length=4), help_text=_("MO, TU… ou 1WE, -1SA pour un rythme mensuel.")
    )
    dtstart: "models.DateField[date, date]" = models.DateField(_("à partir du"))
    until = models.DateField(_("jusqu’au"), null=True, blank=True)
    opens_at = models.TimeField(_("ouvre à"))
    closes_at = models.TimeField(_("ferme à"))
    school_period = models.CharField(
        _("période"), max_length=8, choices=SchoolPeriod.choices, default=SchoolPeriod.ALWAYS
    )
    open_on_public_holidays = models.BooleanField(_("ouvert les jours fériés"), default=False)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                name="%(class)s_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("L’heure de fermeture doit suivre l’heure d’ouverture."),
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts",
                condition=Q(until=None) | Q(until__gte=F("dtstart")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.CheckConstraint(
                name="%(class)s_interval_is_at_least_one",
                condition=Q(interval__gte=1),
                violation_error_message=_("Le rythme est d’au moins une semaine ou un mois."),
            ),
            models.CheckConstraint(
                name="%(class)s_names_a_day",
                condition=Q(byday__len__gte=1),
                violation_error_message=_("Choisissez au moins un jour."),
            ),
            models.CheckConstraint(
                name="%(class)s_days_fit_its_rhythm",
                condition=Q(freq="WEEKLY", byday__contained_by=list(WEEKDAYS))
                | Q(freq="MONTHLY", byday__contained_by=list(MONTH_DAYS)),
                violation_error_message=_(
                    "Les jours ne vont pas avec le rythme : MO chaque semaine, 1MO chaque mois."
                ),
            ),
        ]
