"""Passing a family on, with its consent, until the need is met or someone is alerted.

What each party may read is a table of its own, so that row-level security can hold each apart:
`Referral` is the face that a service asked may read (need, commune, age, availability);
`ReferredFamily` is who the family is and its words, read once accepted; `Candidate` is one service
asked; `Reception` is what the receiver tells the family and not the sender.
"""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.families.models import Consent, Contact, Household
from maillage.organizations.models import Organization
from maillage.practitioners.models import Practitioner
from maillage.referrals.gaps import Gap
from maillage.referrals.vocabulary import (
    LIVE,
    OPEN,
    Handover,
    Outcome,
    Reason,
    Standing,
    State,
    Voice,
)
from maillage.territory.models import Commune, Departement

__all__ = ["Candidate", "Gap", "ReceiverLink", "Reception", "Referral", "ReferredFamily"]

ASKED_ONCE = ["proposed", "accepted", "declined", "contacted"]
HAD_AN_ANSWER = ["accepted", "contacted"]


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Questions asked of referrals."""

    def still_open(self) -> Self:
        """Keep those that wait for someone."""
        return self.filter(state__in=OPEN)

    def sent_by(self, organization_ids: "list[uuid.UUID]") -> Self:
        """Keep what these organizations sent."""
        return self.filter(organization__in=organization_ids)

    def late(self, now: datetime) -> Self:
        """Keep those that were escalated and still wait."""
        return self.still_open().filter(escalated_at__lte=now)


class Referral(models.Model):
    """One need passed on. What a service asked may read before it accepts, and the dates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="referrals_sent"
    )
    practitioner = models.ForeignKey(
        Practitioner, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_by_family = models.BooleanField(_("demandée par la famille"), default=False)
    need = models.CharField(_("besoin"), max_length=32)
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="+")
    birth_month: "models.DateField[date | None, date | None]" = models.DateField(
        _("mois de naissance de l’enfant"), null=True, blank=True
    )
    availability = models.CharField(
        _("quand la famille est disponible"), max_length=200, blank=True
    )
    state = models.CharField(
        _("état"), max_length=13, choices=State.choices, default=State.DRAFT, db_index=True
    )
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("préparée le"))
    consent_asked_at = models.DateTimeField(_("accord demandé le"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("proposée le"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("acceptée le"), null=True, blank=True)
    declined_at = models.DateTimeField(_("sans service depuis le"), null=True, blank=True)
    first_contact_on: "models.DateField[date | None, date | None]" = models.DateField(
        _("premier contact le"), null=True, blank=True
    )
    closed_at = models.DateTimeField(_("terminée le"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("accord repris le"), null=True, blank=True)
    expired_at = models.DateTimeField(_("sans suite le"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("signalée le"), null=True, blank=True)
    overdue_told_at = models.DateTimeField(_("retard annoncé le"), null=True, blank=True)
    outcome_asked_at = models.DateTimeField(_("suite demandée le"), null=True, blank=True)
    handover = models.CharField(_("passage"), max_length=14, choices=Handover.choices, blank=True)
    handover_at = models.DateTimeField(_("passage prévu le"), null=True, blank=True)
    handover_done_at = models.DateTimeField(_("passage fait le"), null=True, blank=True)
    outcome = models.CharField(
        _("le besoin a-t-il trouvé une réponse"),
        max_length=7,
        choices=Outcome.choices,
        blank=True,
    )
    outcome_by = models.CharField(_("dit par"), max_length=8, choices=Voice.choices, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("orientation")
        indexes: ClassVar = [
            models.Index(fields=["departement", "need"], name="referral_by_need"),
            models.Index(fields=["organization", "state"], name="referral_of_sender"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_referral_is_sent_by_an_organization_or_asked_by_a_family",
                condition=Q(asked_by_family=True, organization=None)
                | Q(asked_by_family=False, organization__isnull=False, created_by__isnull=False),
                violation_error_message=_("Dites qui oriente."),
            ),
            models.CheckConstraint(
                name="a_consent_that_is_waited_for_was_asked",
                condition=~Q(state="consent_asked") | Q(consent_asked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="what_was_proposed_has_its_date",
                condition=~Q(state__in=ASKED_ONCE) | Q(proposed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="what_was_accepted_has_its_date",
                condition=~Q(state__in=HAD_AN_ANSWER) | Q(accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="what_nobody_could_accept_has_its_date",
                condition=~Q(state="declined") | Q(declined_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_first_contact_has_its_date",
                condition=~Q(state="contacted") | Q(first_contact_on__isnull=False),
                violation_error_message=_("Donnez la date du premier contact."),
            ),
            models.CheckConstraint(
                name="what_is_closed_has_its_date_and_outcome",
                condition=~Q(state="closed")
                | (Q(closed_at__isnull=False) & ~Q(outcome="") & ~Q(outcome_by="")),
                violation_error_message=_("Dites comment cela s’est terminé."),
            ),
            models.CheckConstraint(
                name="an_outcome_is_of_a_closed_referral",
                condition=Q(outcome="", outcome_by="") | Q(state="closed"),
            ),
            models.CheckConstraint(
                name="a_consent_taken_back_has_its_date",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at=None)),
            ),
            models.CheckConstraint(
                name="what_expired_has_its_date",
                condition=Q(state="expired", expired_at__isnull=False)
                | (~Q(state="expired") & Q(expired_at=None)),
            ),
            models.CheckConstraint(
                name="a_handover_is_planned_or_not_needed",
                condition=Q(handover__in=["", "family_calls"])
                | Q(handover_at__isnull=False)
                | Q(asked_by_family=True),
                violation_error_message=_("Dites quand le passage de relais aura lieu."),
            ),
            models.CheckConstraint(
                name="a_child_s_month_is_its_first_day",
                condition=Q(birth_month=None) | Q(birth_month__day=1),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether someone still waits for something."""
        return self.state in OPEN


class ReferredFamily(models.Model):
    """Who the family is and what it wants said: read by it, by the sender, then by who accepted."""

    referral = models.OneToOneField(
        Referral, models.CASCADE, primary_key=True, related_name="family"
    )
    household = models.ForeignKey(Household, models.PROTECT, related_name="referrals")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="referrals")
    appointment = models.ForeignKey(
        Appointment, models.SET_NULL, null=True, blank=True, related_name="referrals"
    )
    why = models.CharField(_("pourquoi, avec les mots du parent"), max_length=600, blank=True)
    outcome_words = models.CharField(_("ce que cela a changé"), max_length=600, blank=True)

    class Meta:
        verbose_name = _("famille orientée")
        verbose_name_plural = _("familles orientées")

    def __str__(self) -> str:
        return str(self.pk)


class CandidateQuerySet(models.QuerySet["Candidate"]):
    """Questions asked of candidate services."""

    def live(self) -> Self:
        """Keep those that may answer or have accepted."""
        return self.filter(state__in=LIVE)

    def of_organizations(self, organization_ids: "list[uuid.UUID]") -> Self:
        """Keep what these organizations were ever asked."""
        return self.filter(organization__in=organization_ids).exclude(asked_at=None)


class Candidate(models.Model):
    """One service that may take the family, asked only with the parent's consent for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="candidates")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="referrals")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="referrals_received"
    )
    rank = models.PositiveSmallIntegerField(_("ordre"))
    minutes = models.PositiveSmallIntegerField(_("minutes de trajet"), null=True, blank=True)
    state = models.CharField(
        _("état"), max_length=8, choices=Standing.choices, default=Standing.WAITING
    )
    consent = models.OneToOneField(
        Consent, models.PROTECT, null=True, blank=True, related_name="candidate"
    )
    asked_at = models.DateTimeField(_("sollicité le"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("rappelé le"), null=True, blank=True)
    answered_at = models.DateTimeField(_("a répondu le"), null=True, blank=True)
    reason = models.CharField(_("raison"), max_length=12, choices=Reason.choices, blank=True)
    words = models.CharField(_("précision"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("n’est plus sollicité depuis le"), null=True, blank=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("service sollicité")
        verbose_name_plural = _("services sollicités")
        ordering: ClassVar = ["rank", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["referral", "rank"], name="candidates_of_a_referral_are_in_order"
            ),
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(state="accepted"),
                name="one_service_takes_the_family",
                violation_error_message=_("Un autre service vient d’accepter cette demande."),
            ),
            models.CheckConstraint(
                name="nobody_is_asked_without_consent",
                condition=Q(state__in=["waiting", "closed"])
                | Q(consent__isnull=False, asked_at__isnull=False),
                violation_error_message=_("Le parent n’a pas donné son accord pour ce service."),
            ),
            models.CheckConstraint(
                name="an_answer_has_its_date",
                condition=~Q(state__in=["accepted", "declined"]) | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="who_declines_says_why",
                condition=Q(state="declined") & ~Q(reason="")
                | (~Q(state="declined") & Q(reason="")),
                violation_error_message=_("Choisissez une raison."),
            ),
            models.CheckConstraint(
                name="another_reason_is_said_in_words",
                condition=~Q(reason="other") | ~Q(words=""),
                violation_error_message=_("Dites la raison en quelques mots."),
            ),
            models.CheckConstraint(
                name="who_is_no_longer_asked_has_a_date",
                condition=~Q(state="closed") | Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.rank}"


class Reception(models.Model):
    """Who will welcome the family: told to the family, kept from the sender."""

    candidate = models.OneToOneField(
        Candidate, models.CASCADE, primary_key=True, related_name="reception"
    )
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    in_charge = models.CharField(_("qui accueillera la famille"), max_length=80)

    class Meta:
        verbose_name = _("accueil d’une orientation")
        verbose_name_plural = _("accueils d’orientations")

    def __str__(self) -> str:
        return str(self.pk)


class ReceiverLink(models.Model):
    """A link sent to a service asked: random, stored hashed, for one candidate, with an end."""

    token_hash = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="links")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("créé le"))
    expires_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("jusqu’au"))

    class Meta:
        verbose_name = _("lien de réponse")
        verbose_name_plural = _("liens de réponse")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_answer_link_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return str(self.candidate_id)
