"""Who runs family services, and what their staff may do."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from maillage.organizations.partnership import (
    Accreditation,
    CharterSignature,
    CriteriaGrid,
    Criterion,
    Finding,
    VenueCheck,
)
from maillage.territory.models import Commune, Departement

__all__ = [
    "Accreditation",
    "CharterSignature",
    "CriteriaGrid",
    "Criterion",
    "Finding",
    "Membership",
    "MembershipQuerySet",
    "Organization",
    "OrganizationQuerySet",
    "VenueCheck",
]


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Questions asked of organizations."""

    def managed_by(self, user_id: int, day: date) -> Self:
        """Keep those where this person is a structure manager on `day`."""
        return self.filter(
            Q(memberships__ends_on=None) | Q(memberships__ends_on__gte=day),
            memberships__user=user_id,
            memberships__role=Membership.Role.STRUCTURE_MANAGER,
        ).distinct()

    def accredited_on(self, day: date) -> Self:
        """Keep those whose accreditation and charter are both in force on `day`."""
        return self.filter(accredited_from__lte=day, accredited_until__gte=day)

    def trusted_on(self, day: date) -> Self:
        """Keep those that may give individual support: accredited where the département asks it."""
        asked = CriteriaGrid.objects.on(day).filter(departement=OuterRef("departement"))
        accredited = Q(accredited_from__lte=day, accredited_until__gte=day)
        return self.filter(accredited | ~Exists(asked))


class Organization(models.Model):
    """A body that runs services: association, commune, Caf, social centre (HSDS organization)."""

    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("association")
        COMMUNE = "commune", _("commune")
        EPCI = "epci", _("intercommunalité")
        CCAS = "ccas", _("centre communal d’action sociale")
        DEPARTEMENT = "departement", _("Département")
        CAF = "caf", _("Caf")
        MSA = "msa", _("MSA")
        UDAF = "udaf", _("Udaf")
        STATE = "state", _("État")
        SOCIAL_CENTRE = "social_centre", _("centre social")
        EVS = "evs", _("espace de vie sociale")
        HEALTH = "health", _("établissement de santé")
        SCHOOL = "school", _("établissement scolaire")
        COMPANY = "company", _("entreprise")
        OTHER = "other", _("autre")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("nature"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("nom"), max_length=150)
    description = models.TextField(_("présentation"), max_length=4000, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="organizations")
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="+")
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    email = models.EmailField(_("adresse électronique"), blank=True)
    website = models.URLField(_("site"), blank=True)
    outside_id = models.CharField(
        _("identifiant d’origine"), max_length=80, null=True, blank=True, unique=True
    )
    # Kept by the database from decisions and charters, which visitors may not read.
    accredited_from = models.DateField(_("agréé depuis le"), null=True, editable=False)
    accredited_until = models.DateField(_("agréé jusqu’au"), null=True, editable=False)
    is_demonstration = models.BooleanField(_("donnée de démonstration"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisme")
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="siret_has_fourteen_digits",
                condition=Q(siret="") | Q(siret__regex=r"^\d{14}$"),
                violation_error_message=_("Un SIRET compte 14 chiffres."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions asked of memberships."""

    def on(self, day: date) -> Self:
        """Keep those in force on `day`; one that was ended by hand stopped at once."""
        in_time = Q(ends_on=None) | Q(ends_on__gte=day)
        return self.filter(in_time, starts_on__lte=day, revoked_at=None)


class Membership(models.Model):
    """What one account may do, for one organization or one whole département."""

    class Role(models.TextChoices):
        STRUCTURE_MANAGER = "structure_manager", _("responsable de structure")
        PRACTITIONER = "practitioner", _("intervenant·e")
        DESK_AGENT = "desk_agent", _("agent d’accueil")
        STEERING_OFFICER = "steering_officer", _("chargé·e de pilotage")
        ADMINISTRATOR = "administrator", _("administrateur·rice")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(_("rôle"), max_length=18, choices=Role.choices)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    starts_on = models.DateField(_("depuis le"))
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("arrêté le"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("rattachement")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="staff_belong_to_an_organization",
                condition=Q(role__in=["steering_officer", "administrator"])
                | Q(organization__isnull=False),
                violation_error_message=_("Ce rôle s’exerce dans un organisme : choisissez-le."),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.CheckConstraint(
                name="what_was_revoked_has_an_end",
                condition=Q(revoked_at=None) | Q(ends_on__isnull=False),
                violation_error_message=_("Un rattachement arrêté porte sa date de fin."),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "organization", "departement"],
                condition=Q(ends_on=None),
                nulls_distinct=False,
                name="one_open_membership_per_role_and_place",
                violation_error_message=_("Cette personne a déjà ce rôle ici."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
