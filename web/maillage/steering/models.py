"""Frozen results, kept to be shown again as they were; and the diagnoses that officers keep."""

import hashlib
import json

from django.db import models
from django.utils.translation import gettext_lazy as _


class FrozenResultQuerySet(models.QuerySet["FrozenResult"]):
    """Questions asked of frozen results."""

    def packed(self, key: str) -> bytes | None:
        """Return the stored bytes, or None."""
        found = self.filter(pk=key).values_list("packed", flat=True).first()
        return None if found is None else bytes(found)


class FrozenResult(models.Model):
    """Bytes that a computation gave: found again by the hash of all that it depends on.

    Only public figures: no row-level security. Old rows go when new ones come (`actions.freeze`).
    """

    key = models.CharField(_("empreinte"), max_length=64, primary_key=True)
    packed = models.BinaryField(_("résultat"))
    made_at = models.DateTimeField(_("calculé le"), auto_now_add=True, db_index=True)

    objects = FrozenResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("résultat figé")
        verbose_name_plural = _("résultats figés")

    def __str__(self) -> str:
        return self.key


def key_of(*parts: object) -> str:
    """Hash everything a result depends on."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
