"""What a family is asked, on dated scales, and who pays the rest.

A version of a scale is never changed once it is written, and its bands are written with it: a past
fee can be computed again. No income is kept, only the band that a family chose.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.organizations.models import Organization
from maillage.territory.models import Departement


class DateRange(Func):
    """The days from one to another, both included."""

    function = "daterange"
    output_field = DateRangeField()


def days(start: str, end: str) -> DateRange:
    """The days between two columns; no end means for ever."""
    return DateRange(start, end, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class Schedule(models.Model):
    """A scale of fees by income: an operator's own, or a national one that it applies."""

    class Per(models.TextChoices):
        PERSON = "person", _("par personne")
        SESSION = "session", _("par séance")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="fee_schedules")
    name = models.CharField(_("intitulé"), max_length=150)
    # The national scale that it copies, by the name of its parameter; "" for one's own.
    parameter = models.CharField(max_length=80, blank=True)
    per = models.CharField(_("compté"), max_length=7, choices=Per.choices)
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("barème")
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="one_schedule_per_name_and_organization",
                violation_error_message=_("Un barème porte déjà ce nom."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleVersionQuerySet(models.QuerySet["ScheduleVersion"]):
    """Questions asked of versions."""

    def on(self, day: date) -> Self:
        """Keep those in force on `day`."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class ScheduleVersion(models.Model):
    """A scale between two dates. Nothing of it is ever changed, but its end when another starts."""

    class Status(models.TextChoices):
        CHECKED = "checked", _("vérifié")
        UNCHECKED = "unchecked", _("non vérifié")

    class Rounding(models.TextChoices):
        EURO = "1.00", _("à l’euro")
        HALF = "0.50", _("aux cinquante centimes")
        CENT = "0.01", _("au centime")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="versions")
    valid_from: "models.DateField[date, date]" = models.DateField(_("à partir du"))
    valid_to = models.DateField(_("jusqu’au"), null=True, blank=True)
    status = models.CharField(_("état"), max_length=9, choices=Status.choices)
    source = models.CharField(_("décidé par"), max_length=250)
    basis = models.CharField(_("ce que l’on appelle revenu"), max_length=250, blank=True)
    rounding = models.DecimalField(_("arrondi"), max_digits=4, decimal_places=2)
    floor = models.DecimalField(_("jamais moins de"), max_digits=7, decimal_places=2)
    ceiling = models.DecimalField(_("jamais plus de"), max_digits=7, decimal_places=2)
    # The moment of the transaction: bands are only written in the one that publishes.
    published_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("publié le"), db_default=TransactionNow(), editable=False
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ScheduleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version d’un barème")
        ordering: ClassVar = ["-valid_from", "id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_version_of_a_schedule_at_a_time",
                expressions=[
                    ("schedule", RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Une autre version de ce barème vaut déjà ces jours-là."),
            ),
            models.CheckConstraint(
                name="a_version_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.CheckConstraint(
                name="a_fee_lies_between_a_floor_and_a_ceiling",
                condition=Q(floor__gte=0) & Q(ceiling__gte=F("floor")),
                violation_error_message=_("Le maximum doit dépasser le minimum, lui-même positif."),
            ),
            models.CheckConstraint(
                name="fees_are_rounded_to_a_coin",
                condition=Q(rounding__in=[Decimal("1.00"), Decimal("0.50"), Decimal("0.01")]),
            ),
            models.CheckConstraint(
                name="a_version_says_who_decided_it",
                condition=~Q(source=""),
                violation_error_message=_("Dites quel texte ou quelle décision fixe ce barème."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.valid_from}"


class Band(models.Model):
    """Incomes that pay `base` + `percent` % of the income. The last one has no upper bound."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ScheduleVersion, models.CASCADE, related_name="bands")
    position = models.PositiveSmallIntegerField()
    up_to = models.DecimalField(
        _("revenu mensuel jusqu’à"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    bound_name = models.CharField(_("nom de la borne"), max_length=40, blank=True)
    holds_bound = models.BooleanField(_("borne comprise"), default=True)
    base = models.DecimalField(_("montant fixe"), max_digits=7, decimal_places=2)
    percent = models.DecimalField(_("pour cent du revenu"), max_digits=6, decimal_places=3)

    class Meta:
        verbose_name = _("tranche")
        ordering: ClassVar = ["version", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "position"], name="one_band_per_position_of_a_version"
            ),
            models.CheckConstraint(
                name="a_band_starts_above_zero",
                condition=Q(up_to=None) | Q(up_to__gt=0),
                violation_error_message=_("Une tranche s’arrête au-dessus de zéro."),
            ),
            models.CheckConstraint(
                name="a_band_asks_a_positive_amount",
                condition=Q(base__gte=0, percent__gte=0, percent__lte=100),
                violation_error_message=_("Un montant et un pourcentage sont positifs."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: ≤ {self.up_to}"


class Confirmation(models.Model):
    """An operator compared an unchecked version with its text, and answers for it."""

    version = models.OneToOneField(ScheduleVersion, models.CASCADE, related_name="confirmation")
    compared_with = models.CharField(_("comparé avec"), max_length=250)
    confirmed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("confirmé le"), auto_now_add=True
    )
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("confirmation d’un barème")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_confirmation_names_its_text",
                condition=~Q(compared_with=""),
                violation_error_message=_("Dites avec quel texte vous avez comparé."),
            )
        ]

    def __str__(self) -> str:
        return str(self.version_id)


class Tariff(models.Model):
    """Which scale a service applies, from a day on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="tariffs")
    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="tariffs")
    valid_from: "models.DateField[date, date]" = models.DateField(_("à partir du"))
    valid_to = models.DateField(_("jusqu’au"), null=True, blank=True)

    class Meta:
        verbose_name = _("tarif d’un service")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="a_service_applies_one_schedule_at_a_time",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Ce service applique déjà un barème ces jours-là."),
            ),
            models.CheckConstraint(
                name="a_tariff_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} → {self.schedule_id}"


class Fee(models.Model):
    """What one appointment asks of a family. It follows the appointment when that one is moved.

    The income is not kept: `answer` says whether a band was chosen, nothing was said, or the family
    asked to pay nothing; the amount is what was shown before it booked.
    """

    class Kind(models.TextChoices):
        BAND = "band", _("tranche choisie")
        UNDISCLOSED = "undisclosed", _("préfère ne pas dire")
        WAIVER = "waiver", _("demande à ne pas payer")

    appointment = models.OneToOneField(
        Appointment, models.CASCADE, primary_key=True, related_name="fee"
    )
    version = models.ForeignKey(ScheduleVersion, models.PROTECT, related_name="fees")
    band = models.ForeignKey(Band, models.PROTECT, null=True, related_name="fees")
    answer = models.CharField(_("réponse"), max_length=11, choices=Kind.choices)
    valued_on: "models.DateField[date, date]" = models.DateField(_("barème du"))
    payers = models.PositiveSmallIntegerField(_("personnes qui paient"), default=1)
    unit_amount = models.DecimalField(_("montant"), max_digits=7, decimal_places=2)
    amount = models.GeneratedField(
        expression=F("unit_amount") * F("payers"),
        output_field=models.DecimalField(max_digits=9, decimal_places=2),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("participation")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_fee_keeps_a_band_only_when_one_was_chosen",
                condition=Q(answer="band", band__isnull=False)
                | Q(answer__in=["undisclosed", "waiver"], band=None),
            ),
            models.CheckConstraint(
                name="a_waived_fee_asks_nothing",
                condition=Q(unit_amount__gte=0) & (~Q(answer="waiver") | Q(unit_amount=0)),
            ),
            models.CheckConstraint(name="someone_pays", condition=Q(payers__range=(1, 2))),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id}"


class Funder(models.TextChoices):
    """Who pays what families do not."""

    CAF = "caf", _("Caf")
    STATE = "state", _("État")
    DEPARTEMENT = "departement", _("Département")
    MSA = "msa", _("MSA")
    COMMUNE = "commune", _("commune")
    EPCI = "epci", _("intercommunalité")
    OWN = "own", _("fonds propres")
    OTHER = "other", _("autre")


class Funding(models.Model):
    """One funder's share of what a service costs in a year. The shares of a year make 100 %."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="fundings")
    year = models.PositiveSmallIntegerField(_("année"))
    funder = models.CharField(_("financeur"), max_length=11, choices=Funder.choices)
    percent = models.DecimalField(_("part (%)"), max_digits=6, decimal_places=3)

    class Meta:
        verbose_name = _("financement")
        ordering: ClassVar = ["service", "year", "funder"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "year", "funder"],
                name="one_share_per_funder_service_and_year",
                violation_error_message=_("Ce financeur figure deux fois."),
            ),
            models.CheckConstraint(
                name="a_share_lies_between_zero_and_a_hundred",
                condition=Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("Une part va de plus de 0 à 100 %."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.year} {self.funder}"


class Cost(models.Model):
    """One line of what a service spent. A line is never corrected: another one undoes it."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("personnel")
        TRAVEL = "travel", _("déplacements")
        PREMISES = "premises", _("locaux")
        OTHER = "other", _("autres")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="costs")
    spent_on: "models.DateField[date, date]" = models.DateField(_("dépensé le"))
    kind = models.CharField(_("nature"), max_length=8, choices=Kind.choices)
    label = models.CharField(_("intitulé"), max_length=120)
    amount = models.DecimalField(_("montant (€)"), max_digits=10, decimal_places=2)
    recorded_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("écrit le"), auto_now_add=True
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("dépense")
        ordering: ClassVar = ["spent_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_cost_is_not_nothing",
                condition=~Q(amount=0),
                violation_error_message=_("Une ligne de dépense ne vaut pas zéro."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.spent_on} {self.amount}"
