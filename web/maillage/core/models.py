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
    """A mail or SMS written with the fact that it announces, sent after, kept with its receipt."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("courriel")
        SMS = "sms", _("SMS")

    class State(models.TextChoices):
        WAITING = "waiting", _("à envoyer")
        SENT = "sent", _("envoyé")
        FAILED = "failed", _("échec")

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
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    channel = models.CharField(
        _("voie"), max_length=5, choices=Channel.choices, default=Channel.EMAIL
    )
    recipient = models.CharField(_("destinataire"), max_length=254)
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("texte"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    last_error = models.CharField(_("dernière erreur"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_sent_message_has_a_date",
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                violation_error_message=_("Un message envoyé porte sa date d’envoi."),
            ),
            models.CheckConstraint(
                name="a_waiting_message_has_a_text",
                condition=~models.Q(state="waiting", body=""),
                violation_error_message=_("Un message à envoyer a un texte."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject
