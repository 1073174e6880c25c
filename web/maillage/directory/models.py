"""Services, the places where they happen and when they open (names follow HSDS)."""

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from maillage.directory.confirm_links import ConfirmLink
from maillage.directory.feedback import ErrorReport, LinkCheck, MergeProposal, UnmetNeed
from maillage.directory.querysets import (
    OpeningQuerySet,
    ServiceAtLocationQuerySet,
    ServiceQuerySet,
)
from maillage.directory.rules import Recurrence
from maillage.directory.vocabulary import Accommodation, Audience, Delivery, Kind
from maillage.organizations.models import Organization
from maillage.territory.models import Commune, Departement

__all__ = [
    "ConfirmLink",
    "ErrorReport",
    "LinkCheck",
    "Location",
    "MergeProposal",
    "Opening",
    "Schedule",
    "ScheduleException",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "UnmetNeed",
]


def _choices(longest: int, choices: type[models.TextChoices]) -> "ArrayField[list[str], list[str]]":
    code = models.CharField(max_length=longest, choices=choices.choices)
    return ArrayField(code, default=list, blank=True)


def _plain(column: str) -> Func:
    return Func(column, function="maillage_plain", output_field=models.TextField())


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
    at_town_hall = models.BooleanField(
        _("point de la mairie"),
        default=False,
        help_text=_("L’adresse n’est pas localisée : le point est celui de la mairie."),
    )
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    access = models.TextField(_("pour venir"), max_length=1000, blank=True)
    step_free = models.BooleanField(_("accessible sans marche"), null=True)
    outside_id = models.CharField(max_length=80, null=True, blank=True, unique=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="former"
    )
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
            ),
            models.CheckConstraint(
                name="location_is_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="former"
    )
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    words = models.GeneratedField(
        expression=SearchVector(_plain("name"), _plain("name_en"), config="french", weight="A")
        + SearchVector(_plain("description"), config="french", weight="D"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["departement", "kind", "status"], name="service_by_place_and_kind"
            ),
            GinIndex(fields=["topics"], name="service_topics"),
            GinIndex(fields=["words"], name="service_words"),
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
            models.CheckConstraint(
                name="a_merged_service_is_over",
                condition=Q(merged_into=None) | (Q(status="defunct") & ~Q(merged_into=F("pk"))),
                violation_error_message=_("Une fiche fusionnée dans une autre est arrêtée."),
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

    objects = ServiceAtLocationQuerySet.as_manager()

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


class Schedule(Recurrence):
    """A rule of opening (RFC 5545), of a service in a place or at a distance."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="schedules")
    service_at_location = models.ForeignKey(
        ServiceAtLocation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="schedules",
        help_text=_("Vide pour une permanence à distance."),
    )
    note = models.CharField(_("précision"), max_length=200, blank=True)

    class Meta(Recurrence.Meta):
        verbose_name = _("horaire")

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
                condition=Q(opens_at=None, closes_at=None)
                | Q(opens_at__isnull=False, closes_at__isnull=False, closes_at__gt=F("opens_at")),
                violation_error_message=_(
                    "Donnez deux heures dans l’ordre, ou aucune si c’est fermé."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Opening(models.Model):
    """One stored occurrence of a schedule, so that a search never expands a rule."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="openings")
    service = models.ForeignKey(Service, models.CASCADE, related_name="openings")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, related_name="openings"
    )
    day: "models.DateField[date, date]" = models.DateField(_("jour"))
    opens_at = models.TimeField(_("ouvre à"), help_text=_("Heure locale."))
    closes_at = models.TimeField(_("ferme à"), help_text=_("Heure locale."))
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))
    to_confirm = models.BooleanField(
        _("à confirmer"),
        default=False,
        help_text=_("Le calendrier scolaire de ces jours n’est pas connu : mieux vaut appeler."),
    )

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("ouverture")
        indexes: ClassVar = [
            models.Index(fields=["service", "starts_at"], name="opening_of_service"),
            models.Index(fields=["service_at_location", "starts_at"], name="opening_of_place"),
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
