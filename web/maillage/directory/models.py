"""Services, the places where they happen and when they open (names follow HSDS)."""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.directory.needs import BY_CODE
from maillage.directory.vocabulary import Accommodation, Audience, Delivery, Kind
from maillage.organizations.models import Organization
from maillage.territory.models import Commune, Departement


def _choices(longest: int, choices: type[models.TextChoices]) -> "ArrayField[list[str], list[str]]":
    code = models.CharField(max_length=longest, choices=choices.choices)
    return ArrayField(code, default=list, blank=True)


class Location(models.Model):
    """A place that receives families."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("nom du lieu"), max_length=150)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="locations"
    )
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="locations")
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    access = models.TextField(_("pour venir"), max_length=1000, blank=True)
    step_free = models.BooleanField(_("accessible sans marche"), null=True)
    outside_id = models.CharField(max_length=80, null=True, blank=True, unique=True)
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("lieu")
        verbose_name_plural = _("lieux")
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [models.Index(fields=["latitude", "longitude"], name="location_place")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="location_lies_on_earth",
                condition=Q(latitude__range=(-90, 90)) & Q(longitude__range=(-180, 180)),
                violation_error_message=_("Ces coordonnées ne sont pas sur Terre."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet["Service"]):
    """Questions asked of services; each returns a queryset, so they chain."""

    def public(self) -> Self:
        """Keep what families may be shown."""
        return self.filter(status__in=[Service.Status.ACTIVE, Service.Status.TEMPORARILY_CLOSED])

    def for_age(self, months: int) -> Self:
        """Keep services whose age range contains a child of `months` (both bounds included)."""
        return self.filter(
            Q(minimum_age=None) | Q(minimum_age__lte=months),
            Q(maximum_age=None) | Q(maximum_age__gte=months),
        )

    def for_expectant(self) -> Self:
        """Keep services open to future parents."""
        return self.filter(expectant=True)

    def answering(self, need: str) -> Self:
        """Keep services that declare this need, or whose kind usually answers it."""
        kinds = [kind.value for kind in BY_CODE[need].kinds]
        return self.filter(Q(topics__contains=[need]) | Q(topics=[], kind__in=kinds))


class Service(models.Model):
    """One kind of help offered by one organization, in one or several places or at a distance."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("ouvert")
        TEMPORARILY_CLOSED = "temporarily closed", _("fermé pour un temps")
        INACTIVE = "inactive", _("en pause")
        DEFUNCT = "defunct", _("arrêté")

    class Cost(models.TextChoices):
        FREE = "free", _("gratuit")
        BY_INCOME = "by_income", _("selon vos revenus")
        PAID = "paid", _("payant")
        UNKNOWN = "unknown", _("à demander")

    class Joining(models.TextChoices):
        WALK_IN = "walk_in", _("on vient sans s’inscrire")
        PHONE = "phone", _("on appelle avant")
        REGISTRATION = "registration", _("on s’inscrit")
        APPOINTMENT = "appointment", _("sur rendez-vous")
        ONLINE = "online", _("en ligne")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="services")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="services")
    kind = models.CharField(_("nature"), max_length=32, choices=Kind.choices)
    name = models.CharField(_("intitulé"), max_length=150)
    name_en = models.CharField(_("intitulé en anglais"), max_length=150, blank=True)
    description = models.TextField(_("ce qu’on y trouve"), max_length=4000)
    description_en = models.TextField(_("présentation en anglais"), max_length=4000, blank=True)
    topics = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    audiences = _choices(24, Audience)
    expectant = models.BooleanField(_("ouvert aux futurs parents"), default=False)
    minimum_age = models.PositiveSmallIntegerField(_("âge minimum (mois)"), null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(_("âge maximum (mois)"), null=True, blank=True)
    modes = _choices(8, Delivery)
    joining = models.CharField(_("pour venir"), max_length=12, choices=Joining.choices)
    cost = models.CharField(_("prix"), max_length=9, choices=Cost.choices, default=Cost.UNKNOWN)
    amount_min = models.DecimalField(
        _("à partir de (€)"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    amount_max = models.DecimalField(
        _("jusqu’à (€)"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    cost_note = models.CharField(_("précision sur le prix"), max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    accommodations = _choices(20, Accommodation)
    capacity = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("Places offertes en même temps.")
    )
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    email = models.EmailField(_("adresse électronique"), blank=True)
    website = models.URLField(_("site"), blank=True)
    status = models.CharField(
        _("état"), max_length=20, choices=Status.choices, default=Status.ACTIVE
    )
    alert = models.CharField(_("message temporaire"), max_length=300, blank=True)
    verified_on = models.DateField(_("vérifié le"), null=True, blank=True)
    verified_by = models.CharField(_("vérifié par"), max_length=150, blank=True)
    source = models.CharField(_("source"), max_length=150, blank=True)
    outside_id = models.CharField(max_length=80, null=True, blank=True, unique=True)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["departement", "kind", "status"], name="service_by_place_and_kind"
            ),
            GinIndex(fields=["topics"], name="service_topics"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="service_ages_in_order",
                condition=Q(minimum_age=None)
                | Q(maximum_age=None)
                | Q(minimum_age__lte=F("maximum_age")),
                violation_error_message=_("L’âge minimum ne peut pas dépasser l’âge maximum."),
            ),
            models.CheckConstraint(
                name="service_amounts_in_order",
                condition=Q(amount_min=None)
                | Q(amount_max=None)
                | Q(amount_min__lte=F("amount_max")),
                violation_error_message=_("Le prix minimum ne peut pas dépasser le prix maximum."),
            ),
            models.CheckConstraint(
                name="a_free_service_has_no_amount",
                condition=~Q(cost="free") | Q(amount_min=None, amount_max=None),
                violation_error_message=_("Un service gratuit n’a pas de montant."),
            ),
            models.CheckConstraint(
                name="service_reaches_families_somehow",
                condition=Q(modes__len__gte=1),
                violation_error_message=_("Indiquez au moins une façon de recevoir cette aide."),
            ),
            models.CheckConstraint(
                name="laep_is_free_and_needs_no_registration",
                condition=~Q(kind="laep") | Q(cost="free", joining="walk_in"),
                violation_error_message=_(
                    "Un lieu d’accueil enfants-parents est gratuit et sans inscription."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_remote(self) -> bool:
        """Tell whether the family can be helped without leaving home."""
        return bool({Delivery.PHONE, Delivery.VIDEO} & set(self.modes))


class ServiceAtLocation(models.Model):
    """A service as given in one place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="at_locations")
    location = models.ForeignKey(Location, models.PROTECT, related_name="services")
    is_mobile_stop = models.BooleanField(_("étape d’un service itinérant"), default=False)
    note = models.CharField(_("précision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("service en un lieu")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "location"],
                name="one_row_per_service_and_location",
                violation_error_message=_("Ce service est déjà donné dans ce lieu."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id} @ {self.location_id}"


class ServiceArea(models.Model):
    """Where a remote or visiting service will help: an area of the official code."""

    class Level(models.TextChoices):
        COMMUNE = "commune", _("commune")
        EPCI = "epci", _("intercommunalité")
        DEPARTEMENT = "departement", _("département")
        FRANCE = "france", _("toute la France")

    service = models.ForeignKey(Service, models.CASCADE, related_name="areas")
    level = models.CharField(_("échelon"), max_length=11, choices=Level.choices)
    code = models.CharField(_("code"), max_length=9, blank=True)

    class Meta:
        verbose_name = _("territoire d’intervention")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "level", "code"], name="one_row_per_service_area"
            ),
            models.CheckConstraint(
                name="an_area_has_a_code_unless_national",
                condition=Q(level="france", code="") | (~Q(level="france") & ~Q(code="")),
                violation_error_message=_("Indiquez le code du territoire."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.code}"


class Schedule(models.Model):
    """A rule of opening (RFC 5545), of a service in a place or at a distance."""

    class Freq(models.TextChoices):
        WEEKLY = "WEEKLY", _("chaque semaine")
        MONTHLY = "MONTHLY", _("chaque mois")

    class SchoolPeriod(models.TextChoices):
        ALWAYS = "always", _("toute l’année")
        TERM = "term", _("hors vacances scolaires")
        HOLIDAYS = "holidays", _("pendant les vacances scolaires")

    service = models.ForeignKey(Service, models.CASCADE, related_name="schedules")
    service_at_location = models.ForeignKey(
        ServiceAtLocation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="schedules",
        help_text=_("Vide pour une permanence à distance."),
    )
    freq = models.CharField(_("rythme"), max_length=7, choices=Freq.choices, default=Freq.WEEKLY)
    interval = models.PositiveSmallIntegerField(_("toutes les n semaines ou n mois"), default=1)
    byday = ArrayField(
        models.CharField(max_length=4), help_text=_("MO, TU… ou 1WE, -1SA pour un rythme mensuel.")
    )
    dtstart = models.DateField(_("à partir du"))
    until = models.DateField(_("jusqu’au"), null=True, blank=True)
    opens_at = models.TimeField(_("ouvre à"))
    closes_at = models.TimeField(_("ferme à"))
    school_period = models.CharField(
        _("période"), max_length=8, choices=SchoolPeriod.choices, default=SchoolPeriod.ALWAYS
    )
    open_on_public_holidays = models.BooleanField(_("ouvert les jours fériés"), default=False)
    note = models.CharField(_("précision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("horaire")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="schedule_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("L’heure de fermeture doit suivre l’heure d’ouverture."),
            ),
            models.CheckConstraint(
                name="schedule_ends_after_it_starts",
                condition=Q(until=None) | Q(until__gte=F("dtstart")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.CheckConstraint(
                name="schedule_interval_is_at_least_one",
                condition=Q(interval__gte=1),
                violation_error_message=_("Le rythme est d’au moins une semaine ou un mois."),
            ),
            models.CheckConstraint(
                name="schedule_names_a_day",
                condition=Q(byday__len__gte=1),
                violation_error_message=_("Choisissez au moins un jour."),
            ),
        ]

    def __str__(self) -> str:
        return f"{','.join(self.byday)} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class ScheduleException(models.Model):
    """One day that differs from the rule: closed, or open at other hours."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="exceptions")
    day = models.DateField(_("jour"))
    opens_at = models.TimeField(_("ouvre à"), null=True, blank=True)
    closes_at = models.TimeField(_("ferme à"), null=True, blank=True)
    note = models.CharField(_("raison"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("exception d’horaire")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["schedule", "day"], name="one_exception_per_schedule_and_day"
            ),
            models.CheckConstraint(
                name="an_exception_is_closed_or_has_hours",
                condition=Q(opens_at=None, closes_at=None) | Q(closes_at__gt=F("opens_at")),
                violation_error_message=_(
                    "Donnez deux heures dans l’ordre, ou aucune si c’est fermé."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class OpeningQuerySet(models.QuerySet["Opening"]):
    """Questions asked of stored openings."""

    def upcoming(self, now: datetime) -> Self:
        """Keep those not yet over, soonest first."""
        return self.filter(ends_at__gt=now).order_by("starts_at", "pk")


class Opening(models.Model):
    """One stored occurrence of a schedule, so that a search never expands a rule."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="openings")
    service = models.ForeignKey(Service, models.CASCADE, related_name="openings")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, related_name="openings"
    )
    day: "models.DateField[date, date]" = models.DateField(_("jour"))
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("ouverture")
        indexes: ClassVar = [
            models.Index(fields=["service", "ends_at"], name="opening_of_service"),
            models.Index(fields=["service_at_location", "ends_at"], name="opening_of_place"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["schedule", "starts_at"], name="one_opening_per_schedule_and_start"
            ),
            models.CheckConstraint(
                name="opening_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d/%m %H:%M}"


class UnmetNeed(models.Model):
    """How many searches found nothing near: commune, need and month only, no person."""

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    departement = models.ForeignKey(Departement, models.CASCADE, related_name="+")
    need = models.CharField(_("besoin"), max_length=32)
    month = models.DateField(_("mois"))
    count = models.PositiveIntegerField(_("recherches"), default=0)

    class Meta:
        verbose_name = _("besoin sans réponse")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commune", "need", "month"], name="one_count_per_commune_need_and_month"
            ),
            models.CheckConstraint(
                name="unmet_need_month_is_its_first_day", condition=Q(month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune_id} {self.need} {self.month:%Y-%m}"


class ErrorReport(models.Model):
    """What a visitor says is wrong on a page. No name, no address is asked."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="error_reports")
    departement = models.ForeignKey(Departement, models.CASCADE, related_name="+")
    message = models.CharField(_("ce qui ne va pas"), max_length=1000)
    created_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    closed_at = models.DateTimeField(_("traité le"), null=True, blank=True)
    answer = models.CharField(_("suite donnée"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("signalement")

    def __str__(self) -> str:
        return f"{self.service_id} {self.created_at:%Y-%m-%d}"


class MergeProposal(models.Model):
    """Two entries that may be the same. A person decides; nothing is merged by itself."""

    class Decision(models.TextChoices):
        OPEN = "open", _("à examiner")
        MERGED = "merged", _("fusionnés")
        DISTINCT = "distinct", _("différents")

    departement = models.ForeignKey(Departement, models.CASCADE, related_name="+")
    kept = models.ForeignKey(Location, models.CASCADE, related_name="+")
    other = models.ForeignKey(Location, models.CASCADE, related_name="+")
    score = models.FloatField(_("ressemblance"))
    reasons = models.JSONField(_("raisons"), default=list)
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("doublon possible")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kept", "other"], name="one_proposal_per_pair"),
            models.CheckConstraint(name="a_pair_has_two_entries", condition=~Q(kept=F("other"))),
            models.CheckConstraint(
                name="a_decision_has_a_date",
                condition=Q(decision="open", decided_at=None)
                | (~Q(decision="open") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kept_id} ≈ {self.other_id}"
