"""Frozen results, kept to be shown again as they were; and the diagnoses that officers keep."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind
from maillage.steering.vocabulary import Audience
from maillage.territory.models import Departement, Epci, Mode


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


class KeptTour(models.Model):
    """Which stop on which day, kept with a decision: the latest that was kept, whole.

    No account is in it: the audit trail says who did what.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    decision = models.OneToOneField(KeptScenario, models.CASCADE, related_name="tour")
    packed = models.BinaryField(_("résultat"))
    data_hash = models.CharField(_("empreinte des données"), max_length=64)
    code_version = models.CharField(_("version du code"), max_length=120)
    kept_at = models.DateTimeField(_("gardée le"), auto_now=True)

    class Meta:
        verbose_name = _("tournée d’une décision")
        verbose_name_plural = _("tournées d’une décision")

    def __str__(self) -> str:
        return str(self.pk)


class TargetQuerySet(models.QuerySet["Target"]):
    """Questions asked of equity targets: they are public, as the diagnosis is."""

    def current(self, departement: str) -> Self:
        """Keep those of a département that were not taken back, question by question."""
        found = self.filter(departement=departement, withdrawn_at=None)
        return found.select_related("epci").order_by(
            "kind", "audience", "mode", "minutes", "gauge", "epci__name", "pk"
        )


class Target(models.Model):
    """What one EPCI should reach by a year: from a value to a better one, on one question.

    No account is in it: the audit trail says who wrote it. It never changes: one takes it back and
    writes another, so that what was promised stays readable.
    """

    class Gauge(models.TextChoices):
        COVERAGE = "couverture", _("la part du public à portée (en %)")
        SCORE = "acces-moyen", _("l’accès moyen par personne (score)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    epci = models.ForeignKey(
        Epci, models.PROTECT, related_name="+", verbose_name=_("intercommunalité")
    )
    kind = models.CharField(_("service"), max_length=40, choices=Kind.choices)
    audience = models.CharField(_("pour qui"), max_length=20, choices=Audience.choices)
    mode = models.CharField(_("déplacement"), max_length=10, choices=Mode.choices)
    minutes = models.PositiveSmallIntegerField(_("seuil (minutes)"))
    gauge = models.CharField(_("ce qui est mesuré"), max_length=12, choices=Gauge.choices)
    start_year = models.PositiveSmallIntegerField(_("année de départ"))
    start_value = models.DecimalField(_("valeur de départ"), max_digits=9, decimal_places=3)
    end_year = models.PositiveSmallIntegerField(_("année visée"))
    end_value = models.DecimalField(_("valeur visée"), max_digits=9, decimal_places=3)
    written_at = models.DateTimeField(_("écrit le"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("objectif d’équité")
        verbose_name_plural = _("objectifs d’équité")
        constraints = [
            models.UniqueConstraint(
                name="one_target_for_an_epci_a_question_and_a_gauge",
                fields=["departement", "epci", "kind", "audience", "mode", "minutes", "gauge"],
                condition=models.Q(withdrawn_at=None),
                violation_error_message=_(
                    "Cette intercommunalité a déjà un objectif sur cette question et cette mesure."
                ),
            ),
            models.CheckConstraint(
                name="a_target_comes_after_its_start",
                condition=models.Q(end_year__gt=models.F("start_year")),
                violation_error_message=_("L’année visée vient après l’année de départ."),
            ),
            models.CheckConstraint(
                name="a_target_is_between_2000_and_2100",
                condition=models.Q(start_year__gte=2000, end_year__lte=2100),
                violation_error_message=_("Les années vont de 2000 à 2100."),
            ),
            models.CheckConstraint(
                name="a_target_asks_for_more_than_its_start",
                condition=models.Q(end_value__gt=models.F("start_value"), start_value__gte=0),
                violation_error_message=_(
                    "La valeur visée est plus haute que celle de départ, qui n’est pas négative."
                ),
            ),
            models.CheckConstraint(
                name="a_share_aimed_at_is_at_most_100",
                condition=~models.Q(gauge="couverture") | models.Q(end_value__lte=100),
                violation_error_message=_("Une part du public va de 0 à 100 pour cent."),
            ),
            models.CheckConstraint(
                name="the_threshold_of_a_target_is_5_to_120_minutes",
                condition=models.Q(minutes__gte=5, minutes__lte=120),
                violation_error_message=_("Le seuil va de 5 à 120 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class TargetReading(models.Model):
    """What a diagnosis said of a target one year. Never rewritten: row-level security forbids it.

    The lowest and highest are those of every EPCI of the département, with or without a target.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    target = models.ForeignKey(Target, models.PROTECT, related_name="readings")
    year = models.PositiveSmallIntegerField(_("année"))
    value = models.DecimalField(_("valeur relevée"), max_digits=9, decimal_places=3)
    lowest = models.DecimalField(_("la moins bien servie"), max_digits=9, decimal_places=3)
    highest = models.DecimalField(_("la mieux servie"), max_digits=9, decimal_places=3)
    people = models.FloatField(_("public concerné"))
    data_hash = models.CharField(_("empreinte des données"), max_length=64)
    code_version = models.CharField(_("version du code"), max_length=120)
    taken_at = models.DateTimeField(_("relevé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("relevé d’un objectif")
        verbose_name_plural = _("relevés d’un objectif")
        constraints = [
            models.UniqueConstraint(
                name="one_reading_of_a_target_a_year",
                fields=["target", "year"],
                violation_error_message=_("Cet objectif a déjà son relevé de l’année."),
            ),
            models.CheckConstraint(
                name="a_reading_lies_between_the_lowest_and_the_highest",
                condition=models.Q(
                    lowest__gte=0,
                    value__gte=models.F("lowest"),
                    highest__gte=models.F("value"),
                ),
                violation_error_message=_(
                    "Un relevé est entre la moins bien servie et la mieux servie."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.year}"
