"""Frozen results, kept to be shown again as they were; and the diagnoses that officers keep."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.territory.models import Departement


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


AnyKept = TypeVar("AnyKept", bound="Kept")


class KeptQuerySet(models.QuerySet[AnyKept]):
    """Questions asked of what officers keep. Row-level security already hides others' drafts."""

    def published(self) -> Self:
        """Keep those that anyone may read, latest first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "pk")

    def drafts_of(self, departements: Iterable[str]) -> Self:
        """Keep what is not published yet in these départements, latest first."""
        mine = self.filter(departement__in=departements, published_at=None)
        return mine.order_by("-changed_at", "pk")


class Kept(models.Model):
    """A result that an officer keeps as it was, with words; read by others once published.

    No account is in it: the audit trail says who did what.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    title = models.CharField(_("titre"), max_length=120)
    packed = models.BinaryField(_("résultat"))
    data_hash = models.CharField(_("empreinte des données"), max_length=64)
    code_version = models.CharField(_("version du code"), max_length=120)
    kept_at = models.DateTimeField(_("gardé le"), auto_now_add=True)
    changed_at = models.DateTimeField(_("modifié le"), auto_now=True)
    published_at = models.DateTimeField(_("publié le"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class KeptDiagnosis(Kept):
    """A diagnosis, and what is to be remembered of it."""

    note = models.TextField(_("ce qu’il faut en retenir"), max_length=4000, blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = _("diagnostic gardé")
        verbose_name_plural = _("diagnostics gardés")
        constraints = [
            models.CheckConstraint(
                name="a_kept_diagnosis_has_a_title",
                condition=~models.Q(title=""),
                violation_error_message=_("Donnez un titre à ce diagnostic."),
            )
        ]


class KeptScenario(Kept):
    """One proposal that was chosen, why, and what was expected; later, what really came."""

    class CostKey(models.TextChoices):
        PEOPLE = "people", _("à la population")
        USE = "use", _("à l’usage")

    aim = models.CharField(_("proposition retenue"), max_length=20)
    reason = models.TextField(_("pourquoi ce choix"), max_length=4000)
    cost_key = models.CharField(
        _("clé de partage avec le voisin"), max_length=6, choices=CostKey.choices, blank=True
    )
    expected_low = models.PositiveIntegerField(_("personnes attendues, au moins"))
    expected_high = models.PositiveIntegerField(_("personnes attendues, au plus"))
    observed = models.PositiveIntegerField(_("personnes venues la première année"), null=True)
    opened_on = models.DateField(_("ouvert le"), null=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name = _("décision d’implantation")
        verbose_name_plural = _("décisions d’implantation")
        constraints = [
            models.CheckConstraint(
                name="a_decision_has_a_title_and_a_reason",
                condition=~models.Q(title="") & ~models.Q(reason=""),
                violation_error_message=_("Donnez un titre et une raison à cette décision."),
            ),
            models.CheckConstraint(
                name="an_expected_interval_is_in_order",
                condition=models.Q(expected_low__lte=models.F("expected_high")),
                violation_error_message=_("Le moins attendu ne dépasse pas le plus attendu."),
            ),
            models.CheckConstraint(
                name="a_cost_key_is_by_people_or_by_use",
                condition=models.Q(cost_key__in=["", "people", "use"]),
                violation_error_message=_("La clé de partage est à la population ou à l’usage."),
            ),
            models.CheckConstraint(
                name="attendance_is_counted_after_an_opening",
                condition=models.Q(observed=None) | models.Q(opened_on__isnull=False),
                violation_error_message=_("Dites d’abord quand les lieux ont ouvert."),
            ),
        ]
