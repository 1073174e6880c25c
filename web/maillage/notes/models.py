"""Words for one reader, kept sealed, and the keys that open them, kept wrapped.

Whoever reads the database, a copy of it or its journal reads lengths and dates. A note names its
reader by account; row-level security shows it to that account and to nobody else of the house.
"""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.families.models import Consent, Contact, Household
from maillage.territory.models import Departement

SHORTEST, LONGEST = 48, 40_000  # bytes of a sealed text


class ReaderKey(models.Model):
    """The public key of one account: what is sealed with it, only that account opens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reader_keys")
    public_key = models.BinaryField(_("clé publique"))
    # The public key again, wrapped by the outer key: one put here by another hand is recognised.
    attested = models.BinaryField(_("attestation"))
    attested_by = models.CharField(_("version de la clé"), max_length=40)
    made_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("faite le"), auto_now_add=True
    )
    ended_at = models.DateTimeField(_("détruite le"), null=True, blank=True)

    class Meta:
        verbose_name = _("clé de lecture")
        verbose_name_plural = _("clés de lecture")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="one_living_key_per_account"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class WrappedKey(models.Model):
    """The private key of one account, wrapped. Deleting this row destroys what the key opens."""

    key = models.OneToOneField(ReaderKey, models.CASCADE, primary_key=True, related_name="wrapped")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    blob = models.BinaryField(_("clé privée enveloppée"))
    wrapped_by = models.CharField(_("version de la clé"), max_length=40, db_index=True)

    class Meta:
        verbose_name = _("clé privée")
        verbose_name_plural = _("clés privées")

    def __str__(self) -> str:
        return str(self.pk)


class NoteQuerySet(models.QuerySet["Note"]):
    """Questions asked of notes."""

    def private(self) -> Self:
        """Keep what professionals wrote for themselves."""
        return self.filter(kind=Note.Kind.PRIVATE)

    def left(self) -> Self:
        """Keep what parents left before a session."""
        return self.filter(kind=Note.Kind.LEFT)

    def last_versions(self) -> Self:
        """Keep the last version of each, for each reader."""
        newest_first = self.order_by("appointment_id", "kind", "author_id", "reader_id", "-number")
        return newest_first.distinct("appointment_id", "kind", "author_id", "reader_id")


class Note(models.Model):
    """One version of some words about one session, sealed for one reader."""

    class Kind(models.TextChoices):
        PRIVATE = "private", _("note personnelle")
        LEFT = "left", _("mot avant la séance")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("nature"), max_length=7, choices=Kind.choices)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+")
    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="notes")
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.ForeignKey(ReaderKey, models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True, related_name="+")
    # The family's agreement, when these words were handed to a colleague.
    agreement = models.ForeignKey(Consent, models.CASCADE, null=True, blank=True, related_name="+")
    sealed = models.BinaryField(_("texte scellé"))
    written_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("écrit le"))
    opened_at = models.DateTimeField(_("lu le"), null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        indexes: ClassVar = [
            models.Index(fields=["reader", "appointment"], name="note_of_reader"),
            models.Index(fields=["household"], name="note_of_household"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["appointment", "kind", "author", "reader", "number"],
                nulls_distinct=False,
                name="one_text_per_version_and_reader",
                violation_error_message=_("Cette version existe déjà."),
            ),
            models.CheckConstraint(
                name="a_note_has_an_author_and_a_word_left_has_a_parent",
                condition=Q(kind="private", author__isnull=False, contact=None)
                | Q(kind="left", author=None, contact__isnull=False),
            ),
            models.CheckConstraint(
                name="words_of_one_are_read_by_another_with_an_agreement",
                condition=Q(kind="left")
                | Q(reader=models.F("author"))
                | Q(agreement__isnull=False),
                violation_error_message=_(
                    "Une note ne change de lecteur qu’avec l’accord de la famille."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AccessRequest(models.Model):
    """A parent asks one professional for what their notes say: answered within a month.

    The answer is sealed with a key made from a code that only the parent has: the database keeps
    its public half.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("demandé")
        ANSWERED = "answered", _("répondu")
        NOTHING_LEFT = "nothing_left", _("plus rien à lire")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="+")
    asked_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    public_key = models.BinaryField(_("clé publique du parent"))
    asked_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("demandé le"))
    due_on: "models.DateField[date, date]" = models.DateField(_("à donner avant le"))
    state = models.CharField(_("état"), max_length=12, choices=State.choices, default=State.ASKED)
    sealed = models.BinaryField(_("réponse scellée"), null=True, blank=True)
    answered_at = models.DateTimeField(_("répondu le"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("rappelé le"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("responsables prévenus le"), null=True, blank=True)

    class Meta:
        verbose_name = _("demande d’accès")
        verbose_name_plural = _("demandes d’accès")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact", "asked_of"],
                condition=Q(state="asked"),
                name="one_open_request_per_parent_and_professional",
                violation_error_message=_("Une demande est déjà en cours."),
            ),
            models.CheckConstraint(
                name="an_answer_is_sealed_and_dated",
                condition=Q(state="answered", sealed__isnull=False, answered_at__isnull=False)
                | ~Q(state="answered"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Departure(models.Model):
    """Someone who keeps notes leaves: they are told; what stays is destroyed on a stated day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    leaves_on: "models.DateField[date, date]" = models.DateField(_("part le"))
    destroy_on: "models.DateField[date, date]" = models.DateField(_("notes détruites le"))
    noticed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("su le"), auto_now_add=True
    )
    stayed_at = models.DateTimeField(_("est resté·e"), null=True, blank=True)
    destroyed_at = models.DateTimeField(_("détruites le"), null=True, blank=True)

    class Meta:
        verbose_name = _("départ")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(stayed_at=None, destroyed_at=None),
                name="one_departure_at_a_time",
            ),
            models.CheckConstraint(
                name="notes_outlive_a_departure",
                condition=Q(destroy_on__gt=models.F("leaves_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leaves_on}"
