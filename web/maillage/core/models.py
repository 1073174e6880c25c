"""What happened, and what must be sent: both written in the transaction of the fact."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """Who did what, as whom, to which row. Ids only, never a name; rows are never changed."""

    # Made here: the database would have to read the row back, which its writer may not.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("le"), auto_now_add=True, db_index=True)
    # The trail outlives the account: its id stays, and nothing here is ever updated.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    acting_as = models.CharField(_("au titre de"), max_length=80, blank=True)
    verb = models.CharField(_("action"), max_length=80)
    target_kind = models.CharField(_("objet"), max_length=80)
    target_id = models.CharField(_("identifiant"), max_length=64)
    departement = models.CharField(_("département"), max_length=3, blank=True)

    class Meta:
        verbose_name = _("trace")
        verbose_name_plural = _("traces")
        indexes: ClassVar = [models.Index(fields=["target_kind", "target_id"], name="audit_target")]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_kind} {self.target_id}"


class OutboxMessage(models.Model):
    """A mail or SMS written with the fact that it announces, sent after, kept with its receipt.

    waiting → sent (taken by the server or the provider) → delivered, or failed with its reason.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("courriel")
        SMS = "sms", _("SMS")

    class State(models.TextChoices):
        WAITING = "waiting", _("à envoyer")
        SENT = "sent", _("envoyé")
        DELIVERED = "delivered", _("arrivé")
        FAILED = "failed", _("échec")

    # A receipt only moves a message onwards: late, early or twice, the last word is the same.
    ORDER: ClassVar = (State.WAITING, State.SENT, State.FAILED, State.DELIVERED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("écrit le"), auto_now_add=True, db_index=True
    )
    sent_at = models.DateTimeField(_("envoyé le"), null=True, blank=True)
    expires_at = models.DateTimeField(
        _("sans objet après"),
        null=True,
        blank=True,
        help_text=_("Un code trop vieux ne part plus."),
    )
    delivered_at = models.DateTimeField(_("arrivé le"), null=True, blank=True)
    not_before = models.DateTimeField(
        _("pas avant"), null=True, blank=True, help_text=_("Heures calmes.")
    )
    # Whoever sends it holds it for two minutes: a crash frees it by itself.
    leased_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    channel = models.CharField(
        _("voie"), max_length=5, choices=Channel.choices, default=Channel.EMAIL
    )
    recipient = models.CharField(_("destinataire"), max_length=254)
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("texte"), blank=True)
    about = models.UUIDField(_("à propos de"), null=True, blank=True)
    departement = models.CharField(_("département"), max_length=3, blank=True)
    discreet = models.BooleanField(_("discret"), default=False)
    unsubscribe = models.CharField(
        _("adresse pour ne plus en recevoir"), max_length=300, blank=True
    )
    provider_id = models.CharField(_("numéro chez l’opérateur"), max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    last_error = models.CharField(_("dernière erreur"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar = [
            models.Index(
                fields=["about", "created_at"],
                name="message_about",
                condition=models.Q(about__isnull=False),
            ),
            models.Index(
                fields=["provider_id"],
                name="message_of_provider",
                condition=~models.Q(provider_id=""),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_sent_message_has_a_date",
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                violation_error_message=_("Un message envoyé porte sa date d’envoi."),
            ),
            models.CheckConstraint(
                name="a_message_that_arrived_has_a_date",
                condition=~models.Q(state="delivered") | models.Q(delivered_at__isnull=False),
                violation_error_message=_("Un message arrivé porte sa date d’arrivée."),
            ),
            models.CheckConstraint(
                name="a_message_that_failed_says_why",
                condition=~models.Q(state="failed", last_error=""),
                violation_error_message=_("Un échec dit pourquoi."),
            ),
            models.CheckConstraint(
                name="a_waiting_message_has_a_text",
                condition=~models.Q(state="waiting", body=""),
                violation_error_message=_("Un message à envoyer a un texte."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class MessageKind(models.TextChoices):
    """Why a family is written to: each may be declined, one by one."""

    ACT = "act", _("confirmer ce que je viens de faire")
    CHANGE = "change", _("me prévenir d’un changement")
    REMINDER = "reminder", _("me rappeler mes rendez-vous")
    OFFER = "offer", _("me proposer une place qui se libère")
    REFERRAL = "referral", _("me dire où en est une orientation")
    FEEDBACK = "feedback", _("me demander mon avis, une fois")


class Declined(models.Model):
    """A kind of message that one reader no longer wants."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reader = models.UUIDField(_("lecteur"))
    departement = models.CharField(_("département"), max_length=3)
    kind = models.CharField(_("nature"), max_length=8, choices=MessageKind.choices)
    since = models.DateTimeField(_("depuis le"), auto_now_add=True)

    class Meta:
        verbose_name = _("message refusé")
        verbose_name_plural = _("messages refusés")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reader", "kind"], name="a_kind_of_message_is_declined_once"
            )
        ]

    def __str__(self) -> str:
        return self.kind


class StopLink(models.Model):
    """The link under a mail that opens its reader's choices: random, kept as a hash."""

    token_hash = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    reader = models.UUIDField(_("lecteur"))
    departement = models.CharField(_("département"), max_length=3)
    expires_at = models.DateTimeField(_("jusqu’au"), db_index=True)

    class Meta:
        verbose_name = _("lien vers ses choix")
        verbose_name_plural = _("liens vers ses choix")

    def __str__(self) -> str:
        return str(self.reader)
