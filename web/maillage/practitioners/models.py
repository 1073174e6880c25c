"""Practitioners: one identity whatever the employers, bookable while their papers are valid."""

import uuid
from datetime import date, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from maillage.organizations.models import Organization
from maillage.practitioners.catalogue import Enrolment, Training, TrainingSession
from maillage.territory.models import Departement

__all__ = [
    "Credential",
    "Employment",
    "Enrolment",
    "HeldSkill",
    "Practitioner",
    "PractitionerQuerySet",
    "Profession",
    "Skill",
    "Training",
    "TrainingSession",
]


class Profession(models.TextChoices):
    """Who may give individual support."""

    PSYCHOLOGIST = "psychologist", _("psychologue")
    SPECIAL_EDUCATOR = "special_educator", _("éducateur·rice spécialisé·e")
    EARLY_YEARS_EDUCATOR = "early_years_educator", _("éducateur·rice de jeunes enfants")
    SOCIAL_WORKER = "social_worker", _("assistant·e de service social")
    FAMILY_COUNSELLOR = "family_counsellor", _("conseiller·ère conjugal·e et familial·e")
    FAMILY_MEDIATOR = "family_mediator", _("médiateur·rice familial·e")
    WELCOMER = "welcomer", _("accueillant·e")


class Skill(models.TextChoices):
    """What a request may ask of the person who answers it."""

    CHILD_PSYCHOLOGY = "child_psychology", _("psychologie de l’enfant")
    SPECIAL_EDUCATION = "special_education", _("éducation spécialisée")
    FAMILY_DYNAMICS = "family_dynamics", _("vie de famille et de couple")
    BABY = "baby", _("bébés et tout-petits")
    TEENAGERS = "teenagers", _("adolescents")
    SEPARATION = "separation", _("séparation")
    DISABILITY = "disability", _("situation de handicap")
    GRIEF = "grief", _("deuil")


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    """Questions asked of practitioners."""

    def bookable_on(self, day: date) -> Self:
        """Keep those whose every mandatory paper was checked and is valid on `day`."""
        return self.filter(bookable_until__gte=day, stopped_on=None)

    def holding(self, skill: str, day: date) -> Self:
        """Keep those who proved this skill, by a paper that is valid on `day`."""
        proven = HeldSkill.objects.filter(skill=skill, until__gte=day)
        return self.filter(pk__in=proven.values("practitioner"))


class Practitioner(models.Model):
    """A professional who receives families, for one or several employers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="practitioner",
    )
    name = models.CharField(_("nom présenté aux familles"), max_length=120)
    profession = models.CharField(_("métier"), max_length=24, choices=Profession.choices)
    # Kept by the database from the credentials: what is not proven is not shown.
    skills = ArrayField(
        models.CharField(max_length=20, choices=Skill.choices), default=list, blank=True
    )
    languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    stopped_on = models.DateField(_("a cessé le"), null=True, blank=True)
    # Kept by the database from the credentials, which visitors may not read.
    bookable_until = models.DateField(_("réservable jusqu’au"), null=True, editable=False)
    is_demonstration = models.BooleanField(default=False)

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        verbose_name = _("intervenant·e")
        verbose_name_plural = _("intervenant·es")
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class HeldSkill(models.Model):
    """A skill that someone proved, and until when. Kept by the database from the credentials."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="held_skills")
    skill = models.CharField(_("compétence"), max_length=20, choices=Skill.choices)
    until = models.DateField(_("jusqu’au"))

    class Meta:
        verbose_name = _("compétence prouvée")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["practitioner", "skill"], name="one_held_skill_per_person_and_skill"
            )
        ]

    def __str__(self) -> str:
        return f"{self.practitioner_id} {self.skill}"


class EmploymentQuerySet(models.QuerySet["Employment"]):
    """Questions asked of employments."""

    def on(self, day: date) -> Self:
        """Keep those in force on `day`."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Employment(models.Model):
    """For whom a practitioner works. Each employer sees its own part of the agenda only."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="employments")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="employments")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    starts_on = models.DateField(_("depuis le"))
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("emploi")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["practitioner", "organization"],
                condition=Q(ends_on=None),
                name="one_open_employment_per_employer",
                violation_error_message=_("Cette personne travaille déjà ici."),
            ),
            models.CheckConstraint(
                name="employment_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner_id} @ {self.organization_id}"


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Questions asked of papers."""

    def counting(self) -> Self:
        """Keep, of each mandatory kind, the paper seen that is valid the longest."""
        seen = self.filter(kind__in=Credential.MANDATORY, checked_on__isnull=False)
        longest = Coalesce("valid_until", Value(date.max))
        return seen.order_by("practitioner_id", "kind", longest.desc(), "pk").distinct(
            "practitioner_id", "kind"
        )


class Credential(models.Model):
    """A paper that was seen: kind and dates only, never the paper itself."""

    class Kind(models.TextChoices):
        DIPLOMA = "diploma", _("diplôme ou titre")
        TRAINING = "training", _("formation obligatoire")
        FITNESS = "fitness_certificate", _("attestation d’honorabilité")
        CHARTER = "charter", _("charte signée")
        SKILL = "skill", _("compétence")

    # An attestation is shown within six months, and asked for again every three years.
    FRESH: ClassVar = timedelta(days=183)
    CHECKED_AGAIN: ClassVar = timedelta(days=3 * 365 + 1)
    MANDATORY: ClassVar = (Kind.DIPLOMA, Kind.TRAINING, Kind.FITNESS, Kind.CHARTER)

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="credentials")
    kind = models.CharField(_("nature"), max_length=20, choices=Kind.choices)
    label = models.CharField(_("intitulé"), max_length=160)
    skill = models.CharField(
        _("compétence prouvée"), max_length=20, choices=Skill.choices, blank=True
    )
    issued_on = models.DateField(_("délivré le"))
    valid_until = models.DateField(_("valable jusqu’au"), null=True, blank=True)
    checked_on = models.DateField(_("vérifié le"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Once for each paper: who is warned every night stops reading.
    warned_at = models.DateTimeField(_("fin annoncée le"), null=True, blank=True, editable=False)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        verbose_name = _("justificatif")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_credential_is_seen_once_it_is_issued",
                condition=Q(checked_on=None) | Q(checked_on__gte=F("issued_on")),
                violation_error_message=_("Un papier ne peut pas être vu avant d’être délivré."),
            ),
            models.CheckConstraint(
                name="a_credential_ends_after_it_is_issued",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("issued_on")),
                violation_error_message=_("La fin de validité doit suivre la date de délivrance."),
            ),
            models.CheckConstraint(
                name="fitness_and_training_have_an_end",
                condition=~Q(kind__in=["fitness_certificate", "training"])
                | Q(valid_until__isnull=False),
                violation_error_message=_("Donnez la date de fin de validité."),
            ),
            models.CheckConstraint(
                name="a_proof_of_skill_names_the_skill",
                condition=(Q(kind="skill") & ~Q(skill="")) | (~Q(kind="skill") & Q(skill="")),
                violation_error_message=_("Dites quelle compétence ce papier prouve."),
            ),
            models.CheckConstraint(
                name="an_attestation_is_recent_when_it_is_shown",
                condition=~Q(kind="fitness_certificate")
                | Q(checked_on=None)
                | Q(checked_on__lte=F("issued_on") + timedelta(days=183)),
                violation_error_message=_(
                    "L’attestation d’honorabilité doit dater de moins de six mois quand on la voit."
                ),
            ),
            models.CheckConstraint(
                name="an_attestation_is_asked_for_again_every_three_years",
                condition=~Q(kind="fitness_certificate")
                | Q(checked_on=None)
                | Q(valid_until__lte=F("checked_on") + timedelta(days=3 * 365 + 1)),
                violation_error_message=_(
                    "L’attestation d’honorabilité se revoit tous les trois ans au plus."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.issued_on}"
