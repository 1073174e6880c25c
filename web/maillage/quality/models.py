"""What families and professionals say of the support, and what was done about it.

An answer keeps the service's organization and a quarter of a year, and nothing of who gave it: the
request knows the family, the answer does not, and no column ties one to the other.
"""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.families.models import Contact, Household
from maillage.organizations.models import Organization
from maillage.territory.models import Departement


class Agreement(models.IntegerChoices):
    """How much one agrees, from not at all to entirely."""

    NO = 1, _("pas du tout")
    RATHER_NOT = 2, _("plutôt non")
    RATHER = 3, _("plutôt oui")
    YES = 4, _("tout à fait")


class Reading(models.TextChoices):
    """What became of the words: read by a person before anyone quotes them."""

    NONE = "none", _("sans texte")
    WAITING = "waiting", _("à relire")
    KEPT = "kept", _("gardé")
    SET_ASIDE = "set_aside", _("écarté")


class FeedbackRequest(models.Model):
    """A question sent once to a family, by a link of its own."""

    token_hash = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    # The last session when it was asked: two runs at once ask once.
    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="+")
    asked_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("demandé le"))
    expires_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("jusqu’au"))
    # A yes or no: the hour would tie the family to its answer.
    is_answered = models.BooleanField(_("a répondu"), default=False)

    class Meta:
        verbose_name = _("demande d’avis")
        verbose_name_plural = _("demandes d’avis")
        indexes: ClassVar = [
            models.Index(fields=["household", "service"], name="asked_once_by_service")
        ]

    def __str__(self) -> str:
        return str(self.appointment_id)


def _in_range(*names: str) -> Q:
    found = Q()
    for name in names:
        found &= Q(**{f"{name}__range": (1, 4)})
    return found


class Feedback(models.Model):
    """What one family said: three answers and a few words, tied to no one."""

    QUESTIONS: ClassVar = ("useful", "listened", "less_alone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    quarter: "models.DateField[date, date]" = models.DateField(_("trimestre"))
    useful = models.PositiveSmallIntegerField(
        _("Cela vous a-t-il été utile ?"), choices=Agreement.choices
    )
    listened = models.PositiveSmallIntegerField(
        _("Vous êtes-vous senti·e écouté·e ?"), choices=Agreement.choices
    )
    less_alone = models.PositiveSmallIntegerField(
        _("Vous sentez-vous moins seul·e avec ce qui vous préoccupait ?"),
        choices=Agreement.choices,
    )
    words = models.TextField(_("quelques mots"), max_length=1000, blank=True)
    reading = models.CharField(
        _("relecture"), max_length=9, choices=Reading.choices, default=Reading.NONE
    )

    class Meta:
        verbose_name = _("avis d’une famille")
        verbose_name_plural = _("avis des familles")
        indexes: ClassVar = [
            models.Index(fields=["departement", "quarter"], name="feedback_of_quarter")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="feedback_answers_are_on_the_scale",
                condition=_in_range("useful", "listened", "less_alone"),
            ),
            models.CheckConstraint(
                name="feedback_words_are_read_by_someone",
                condition=Q(words="", reading="none")
                | (~Q(words="") & Q(reading__in=["waiting", "kept"]))
                | Q(words="", reading="set_aside"),
            ),
            models.CheckConstraint(
                name="feedback_belongs_to_a_quarter",
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StaffFeedback(models.Model):
    """What one professional said of the support that they give, once a quarter."""

    QUESTIONS: ClassVar = ("means", "backed", "fits")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    quarter: "models.DateField[date, date]" = models.DateField(_("trimestre"))
    means = models.PositiveSmallIntegerField(
        _("Avez-vous de quoi bien accueillir les familles (temps, lieux, outils) ?"),
        choices=Agreement.choices,
    )
    backed = models.PositiveSmallIntegerField(
        _("Êtes-vous épaulé·e (analyse de la pratique, équipe, partenaires) ?"),
        choices=Agreement.choices,
    )
    fits = models.PositiveSmallIntegerField(
        _("L’accompagnement proposé répond-il à ce que les familles apportent ?"),
        choices=Agreement.choices,
    )
    words = models.TextField(_("ce qu’il faudrait changer"), max_length=1000, blank=True)
    reading = models.CharField(
        _("relecture"), max_length=9, choices=Reading.choices, default=Reading.NONE
    )
    # Says that someone answered this quarter, not who: it cannot be turned back into an account.
    once_key = models.CharField(_("empreinte"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("avis d’un professionnel")
        verbose_name_plural = _("avis des professionnels")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="staff_feedback_answers_are_on_the_scale",
                condition=_in_range("means", "backed", "fits"),
            ),
            models.CheckConstraint(
                name="staff_feedback_words_are_read_by_someone",
                condition=Q(words="", reading="none")
                | (~Q(words="") & Q(reading__in=["waiting", "kept"]))
                | Q(words="", reading="set_aside"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


def question(asked: type[Feedback] | type[StaffFeedback], name: str) -> str:
    """Return a question as it is read."""
    field = asked._meta.get_field(name)
    return str(field.verbose_name) if isinstance(field, models.Field) else name


class ChangeQuerySet(models.QuerySet["Change"]):
    """Questions asked of changes."""

    def public(self) -> Self:
        """Keep those that everyone reads, the latest first."""
        return self.filter(published_at__isnull=False).order_by("-done_on", "pk")


class Change(models.Model):
    """You said, we did: what changed, and the feedback that asked for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    said = models.CharField(
        _("Vous avez dit"), max_length=400,
        help_text=_("Avec vos mots : jamais ceux d’une famille que l’on reconnaîtrait."),
    )  # fmt: skip
    did = models.CharField(_("Nous avons fait"), max_length=600)
    done_on = models.DateField(_("depuis le"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("publié le"), null=True, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("changement")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_change_says_both_halves",
                condition=~Q(said="") & ~Q(did=""),
                violation_error_message=_("Dites ce qui a été dit, et ce qui a été fait."),
            )
        ]

    def __str__(self) -> str:
        return self.did[:60]


class Citation(models.Model):
    """One item of feedback that a change answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    change = models.ForeignKey(Change, models.CASCADE, related_name="citations")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    feedback = models.ForeignKey(
        Feedback, models.PROTECT, null=True, blank=True, related_name="citations"
    )
    staff_feedback = models.ForeignKey(
        StaffFeedback, models.PROTECT, null=True, blank=True, related_name="citations"
    )

    class Meta:
        verbose_name = _("avis cité")
        verbose_name_plural = _("avis cités")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_citation_names_one_item",
                condition=Q(feedback__isnull=False, staff_feedback=None)
                | Q(feedback=None, staff_feedback__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["change", "feedback", "staff_feedback"],
                nulls_distinct=False,
                name="a_change_cites_an_item_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_id}"


class SupervisionMeeting(models.Model):
    """A meeting where practitioners look back on their practice: when, how long, how many."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    held_on = models.DateField(_("jour"))
    hours = models.DecimalField(_("durée (heures)"), max_digits=4, decimal_places=2)
    persons = models.PositiveSmallIntegerField(_("intervenant·es présent·es"))

    class Meta:
        verbose_name = _("analyse de la pratique")
        verbose_name_plural = _("analyses de la pratique")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_supervision_meeting_has_hours_and_people",
                condition=Q(hours__gt=0, hours__lte=8, persons__range=(1, 200)),
                violation_error_message=_("Une séance dure de un quart d’heure à huit heures."),
            ),
            models.UniqueConstraint(
                fields=["organization", "held_on"],
                name="one_supervision_meeting_per_day_and_organization",
                violation_error_message=_("Cette séance est déjà notée."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on}"
