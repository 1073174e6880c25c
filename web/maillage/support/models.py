"""Individual support: programmes say who may enter, episodes hold one to five sessions.

A programme's rules are versions: the latest one holds, none is ever changed, and every enrolment
keeps the one that it was judged by. Caps, quotas and the number of sessions are kept by the
database (migrations 0002 and 0003), whatever the path.
"""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.families.models import Contact, Household
from maillage.organizations.models import Organization
from maillage.practitioners.models import Practitioner
from maillage.support.vocabulary import Basis, ClosingReason, NextStep, Purpose
from maillage.territory.models import Departement


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    """Questions asked of programmes."""

    def public(self) -> Self:
        """Keep those that were opened once."""
        return self.exclude(status=Programme.Status.DRAFT)


class Programme(models.Model):
    """A public promise: who may be supported, where, when and how many."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("en préparation")
        OPEN = "open", _("ouvert")
        CLOSED = "closed", _("clos")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(_("clé"), max_length=60, unique=True)
    name = models.CharField(_("nom"), max_length=160)
    source = models.TextField(_("d’où viennent ces faits"), blank=True)
    status = models.CharField(_("état"), max_length=6, choices=Status.choices, default=Status.DRAFT)
    is_demonstration = models.BooleanField(_("donnée de démonstration"), default=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class ProgrammeTerms(models.Model):
    """The rules of a programme from one moment on. Adjusting them adds a version and its reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="terms")
    version = models.PositiveSmallIntegerField(_("version"))
    in_force_at = models.DateTimeField(_("en vigueur depuis le"))
    starts_on = models.DateField(_("premier jour d’entrée"))
    ends_on = models.DateField(_("dernier jour d’entrée"))
    finish_by = models.DateField(_("dernier jour pour finir"), null=True, blank=True)
    household_cap = models.PositiveIntegerField(_("foyers au plus"))
    max_sessions = models.PositiveSmallIntegerField(_("entretiens au plus"), default=5)
    # Months for ages: 263 is the last whole month before the 22nd birthday's.
    oldest_months = models.PositiveSmallIntegerField(_("âge le plus grand"), default=263)
    future_parents = models.BooleanField(_("futurs parents accueillis"), default=True)
    no_show_counts = models.BooleanField(_("un rendez-vous manqué compte"), default=False)
    charter = models.TextField(_("charte"))
    quota_source = models.CharField(_("d’où viennent les quotas"), max_length=300)
    reason = models.CharField(_("pourquoi cette version"), max_length=300)

    class Meta:
        verbose_name = _("règles d’un programme")
        verbose_name_plural = _("règles des programmes")
        ordering: ClassVar = ["programme", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "version"], name="one_version_of_terms_per_number"
            ),
            models.CheckConstraint(
                name="a_programme_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Le dernier jour doit suivre le premier."),
            ),
            models.CheckConstraint(
                name="a_programme_lets_sessions_finish",
                condition=Q(finish_by=None) | Q(finish_by__gte=F("ends_on")),
                violation_error_message=_("On finit après le dernier jour d’entrée, pas avant."),
            ),
            models.CheckConstraint(
                name="a_programme_gives_one_to_ten_sessions",
                condition=Q(max_sessions__range=(1, 10)),
                violation_error_message=_("Un accompagnement compte d’un à dix entretiens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} v{self.version}"


class ProgrammeTerritory(models.Model):
    """One département where a version lets families enter, and how many."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    terms = models.ForeignKey(ProgrammeTerms, models.CASCADE, related_name="territories")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    quota = models.PositiveIntegerField(_("foyers au plus"))

    class Meta:
        verbose_name = _("territoire d’un programme")
        ordering: ClassVar = ["terms", "departement"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["terms", "departement"], name="one_quota_per_version_and_departement"
            )
        ]

    def __str__(self) -> str:
        return f"{self.departement_id} {self.quota}"


class ProgrammeService(models.Model):
    """A service whose appointments are sessions of the programme, from one day to another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="services")
    service = models.ForeignKey(Service, models.CASCADE, related_name="programmes")
    entered_on = models.DateField(_("depuis le"))
    left_on = models.DateField(_("jusqu’au"), null=True, blank=True)

    class Meta:
        verbose_name = _("service d’un programme")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(left_on=None),
                name="a_service_is_in_one_programme_at_a_time",
                violation_error_message=_("Ce service est déjà dans un programme."),
            ),
            models.CheckConstraint(
                name="a_service_leaves_after_it_enters",
                condition=Q(left_on=None) | Q(left_on__gte=F("entered_on")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.service_id}"


class EnrolmentCount(models.Model):
    """How many households are in, by département: kept by the database, under its row's lock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="counts")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    enrolled = models.PositiveIntegerField(_("foyers"), default=0)

    class Meta:
        verbose_name = _("nombre de foyers entrés")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "departement"], name="one_count_per_programme_and_departement"
            )
        ]

    def __str__(self) -> str:
        return f"{self.departement_id} {self.enrolled}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Questions asked of enrolments."""

    def counted(self) -> Self:
        """Keep one for each family: a household merged into another no longer counts."""
        return self.filter(merged_into=None)


class Enrolment(models.Model):
    """A household that entered a programme: counted once, whatever its episodes and sessions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments")
    household = models.ForeignKey(Household, models.PROTECT, related_name="enrolments")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    # The version that decided: a past decision is judged again by it, and gives the same answer.
    terms = models.ForeignKey(ProgrammeTerms, models.PROTECT, related_name="enrolments")
    enrolled_on: "models.DateField[date, date]" = models.DateField(_("entré le"))
    basis = models.CharField(_("au titre de"), max_length=8, choices=Basis.choices)
    child_age_months = models.SmallIntegerField(_("âge de l’enfant ce jour-là"), null=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("entrée dans un programme")
        verbose_name_plural = _("entrées dans les programmes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "household"],
                condition=Q(merged_into=None),
                name="a_household_enters_a_programme_once",
            ),
            models.CheckConstraint(
                name="an_enrolment_is_not_merged_into_itself", condition=~Q(merged_into=F("id"))
            ),
            models.CheckConstraint(
                name="an_age_goes_with_a_child",
                condition=Q(basis=Basis.NOT_SAID, child_age_months=None)
                | (~Q(basis=Basis.NOT_SAID) & Q(child_age_months__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EpisodeQuerySet(models.QuerySet["Episode"]):
    """Questions asked of episodes."""

    def open(self) -> Self:
        """Keep those that go on."""
        return self.filter(state=Episode.State.OPEN)

    def of_practitioner(self, user_id: int) -> Self:
        """Keep those that this account follows."""
        return self.filter(practitioner__user=user_id)


class Episode(models.Model):
    """One support given to one household by one organization. At most one is open."""

    class State(models.TextChoices):
        OPEN = "open", _("en cours")
        CLOSED = "closed", _("terminé")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="episodes")
    # Copied from the enrolment by the database: who sees the household sees its episodes.
    household = models.ForeignKey(Household, models.PROTECT, related_name="episodes")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="episodes")
    service = models.ForeignKey(Service, models.PROTECT, related_name="episodes")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="episodes")
    state = models.CharField(_("état"), max_length=6, choices=State.choices, default=State.OPEN)
    opened_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("ouvert le"))
    closed_at = models.DateTimeField(_("terminé le"), null=True, blank=True)
    closing_reason = models.CharField(
        _("pourquoi"), max_length=14, choices=ClosingReason.choices, blank=True
    )
    next_step = models.CharField(_("la suite"), max_length=15, choices=NextStep.choices, blank=True)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("accompagnement")
        indexes: ClassVar = [
            models.Index(fields=["practitioner", "state"], name="episode_of_practitioner"),
            models.Index(fields=["organization", "state"], name="episode_of_organization"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(state="open"),
                name="one_open_episode_per_household_and_programme",
                violation_error_message=_("Un accompagnement est déjà en cours pour ce foyer."),
            ),
            models.CheckConstraint(
                name="a_closed_episode_says_when_and_why",
                condition=Q(state="open", closed_at=None, closing_reason="")
                | (Q(state="closed", closed_at__isnull=False) & ~Q(closing_reason="")),
                violation_error_message=_("Dites pourquoi l’accompagnement se termine."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.state == self.State.OPEN


class Goals(models.Model):
    """What one parent hopes for, in their own words: read by them and by who supports them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(Episode, models.CASCADE, related_name="goals")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="goals")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    words = models.TextField(_("avec les mots du parent"), max_length=2000)
    written_at = models.DateTimeField(_("écrit le"), auto_now=True)

    class Meta:
        verbose_name = _("ce que le parent souhaite")
        verbose_name_plural = _("ce que les parents souhaitent")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["episode", "contact"], name="each_parent_has_their_own_words"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions asked of sessions."""

    def holding(self) -> Self:
        """Keep those that take one of the sessions promised."""
        return self.filter(number__isnull=False)


class Session(models.Model):
    """One appointment of an episode. Its number is given, kept and taken back by the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="sessions")
    # Both copied by the database, so that the limit is a plain constraint.
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="sessions")
    session_limit = models.PositiveSmallIntegerField(_("entretiens au plus"), default=0)
    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="session")
    number = models.PositiveSmallIntegerField(_("numéro"), null=True, blank=True)
    closed_at = models.DateTimeField(_("noté le"), null=True, blank=True)
    attended = models.BooleanField(_("a eu lieu"), null=True, blank=True)
    purposes = ArrayField(
        models.CharField(max_length=8, choices=Purpose.choices), default=list, blank=True
    )
    minutes = models.PositiveSmallIntegerField(_("durée réelle"), null=True, blank=True)
    composition = models.CharField(
        _("qui était là"), max_length=13, choices=Appointment.Composition.choices, blank=True
    )
    next_step = models.CharField(_("la suite"), max_length=15, choices=NextStep.choices, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("entretien")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "number"], name="a_session_number_is_given_once"
            ),
            models.CheckConstraint(
                name="a_family_has_so_many_sessions_and_no_more",
                condition=Q(number=None) | Q(number__gte=1, number__lte=F("session_limit")),
                violation_error_message=_("Tous les entretiens prévus ont été donnés."),
            ),
            models.CheckConstraint(
                name="a_session_that_took_place_says_what_for",
                condition=~Q(attended=True)
                | (
                    Q(closed_at__isnull=False, purposes__len__gte=1, minutes__isnull=False)
                    & Q(minutes__range=(5, 480))
                    & ~Q(composition="")
                ),
                violation_error_message=_(
                    "Dites à quoi l’entretien a servi, combien de temps, et qui était là."
                ),
            ),
            models.CheckConstraint(
                name="a_session_that_did_not_take_place_says_nothing_more",
                condition=Q(attended=True) | Q(purposes=[], minutes=None, composition=""),
            ),
            models.CheckConstraint(
                name="a_noted_session_says_whether_it_took_place",
                condition=Q(closed_at=None, attended=None)
                | Q(closed_at__isnull=False, attended__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def purpose_labels(self) -> list[str]:
        """What it was for, as people read it."""
        return [str(Purpose(code).label) for code in self.purposes]
