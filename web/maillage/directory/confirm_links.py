"""Links that let a keeper say « still true » from a mail, for one entry, once."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ConfirmLink(models.Model):
    """One link sent to one keeper for one entry; the token itself is only in the mail."""

    token_hash = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    service = models.ForeignKey("directory.Service", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(_("créé le"))
    expires_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("valable jusqu’au")
    )
    used_at = models.DateTimeField(_("utilisé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("lien de confirmation")
        verbose_name_plural = _("liens de confirmation")
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="latest_reminder_of_keeper")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_confirm_link_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message=_("Un lien expire après sa création."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.created_at:%Y-%m-%d}"
