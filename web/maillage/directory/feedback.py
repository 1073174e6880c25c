"""What visitors, imports and checks leave behind: counts, reports, proposals, tried links."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from maillage.territory.models import Commune, Departement


class UnmetNeed(models.Model):
    """How many families found no answer: commune, need and month only, no person."""

    class Kind(models.TextChoices):
        NOTHING_NEAR = "nothing_near", _("rien à proximité")
        NO_SLOT = "no_slot", _("plus de créneau")

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    departement = models.ForeignKey(Departement, models.CASCADE, related_name="+")
    need = models.CharField(_("besoin"), max_length=32)
    kind = models.CharField(
        _("ce qui manquait"), max_length=12, choices=Kind.choices, default=Kind.NOTHING_NEAR
    )
    month = models.DateField(_("mois"))
    count = models.PositiveIntegerField(_("recherches"), default=0)

    class Meta:
        verbose_name = _("besoin sans réponse")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commune", "need", "kind", "month"],
                name="one_count_per_commune_need_kind_and_month",
            ),
            models.CheckConstraint(
                name="unmet_need_month_is_its_first_day", condition=Q(month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune_id} {self.need} {self.month:%Y-%m}"


class ErrorReport(models.Model):
    """What a visitor says is wrong on a page. No name, no address is asked."""

    service = models.ForeignKey("directory.Service", models.CASCADE, related_name="error_reports")
    departement = models.ForeignKey(Departement, models.CASCADE, related_name="+")
    message = models.CharField(_("ce qui ne va pas"), max_length=1000)
    created_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    closed_at = models.DateTimeField(_("traité le"), null=True, blank=True)
    answer = models.CharField(_("suite donnée"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("signalement")

    def __str__(self) -> str:
        return f"{self.service_id} {self.created_at:%Y-%m-%d}"


class MergeProposal(models.Model):
    """Two entries that may be the same. A person decides; nothing is merged by itself."""

    class Decision(models.TextChoices):
        OPEN = "open", _("à examiner")
        MERGED = "merged", _("fusionnés")
        DISTINCT = "distinct", _("différents")

    departement = models.ForeignKey(Departement, models.CASCADE, related_name="+")
    kept = models.ForeignKey("directory.Location", models.CASCADE, related_name="+")
    other = models.ForeignKey("directory.Location", models.CASCADE, related_name="+")
    score = models.FloatField(_("ressemblance"))
    reasons = models.JSONField(_("raisons"), default=list)
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("doublon possible")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Least("kept", "other"), Greatest("kept", "other"), name="one_proposal_per_pair"
            ),
            models.CheckConstraint(name="a_pair_has_two_entries", condition=~Q(kept=F("other"))),
            models.CheckConstraint(
                name="a_decision_has_a_date",
                condition=Q(decision="open", decided_at=None)
                | (~Q(decision="open") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kept_id} ≈ {self.other_id}"


class LinkCheck(models.Model):
    """What became of an address that we send families to, when it was last tried."""

    class State(models.TextChoices):
        WORKS = "works", _("répond")
        BROKEN = "broken", _("ne répond plus")
        REFUSED = "refused", _("adresse refusée")

    url = models.URLField(_("adresse"), max_length=300, primary_key=True)
    state = models.CharField(_("état"), max_length=7, choices=State.choices)
    reason = models.CharField(_("raison"), max_length=200, blank=True)
    checked_at = models.DateTimeField(_("essayé le"))
    failing_since = models.DateTimeField(_("en panne depuis"), null=True, blank=True)

    class Meta:
        verbose_name = _("essai de lien")
        verbose_name_plural = _("essais de liens")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_link_fails_since_a_date",
                condition=Q(state="works", failing_since=None)
                | (~Q(state="works") & Q(failing_since__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.url}"
