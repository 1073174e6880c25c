"""R20 to R22: which partners a département trusts with individual support, by which criteria.

An organization applies, someone of the département fills a grid and decides, with a date and an
end. It also signs a charter that ends. Visitors read none of this: the database keeps on the
organization the days between which it is accredited and its charter is in force.
"""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from maillage.territory.models import Departement


class DateRange(Func):
    """The days from one to another, both included."""

    function = "daterange"
    output_field = DateRangeField()


BOTH_ENDS = RangeBoundary(inclusive_lower=True, inclusive_upper=True)


class CriteriaGridQuerySet(models.QuerySet["CriteriaGrid"]):
    """Questions asked of grids."""

    def on(self, day: date) -> Self:
        """Keep those in force on `day`."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class CriteriaGrid(models.Model):
    """What a département looks at. From its first day on, individual support needs a decision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    valid_from: "models.DateField[date, date]" = models.DateField(_("à partir du"))
    valid_to = models.DateField(_("jusqu’au"), null=True, blank=True)
    is_demonstration = models.BooleanField(default=False)

    objects = CriteriaGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("grille d’agrément")
        ordering: ClassVar = ["departement", "-valid_from"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_grid_of_a_departement_at_a_time",
                expressions=[
                    ("departement", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", BOTH_ENDS), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Une autre grille vaut déjà ces jours-là."),
            ),
            models.CheckConstraint(
                name="a_grid_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.departement_id} {self.valid_from}"


class Criterion(models.Model):
    """One question of a grid, answered by yes or no with a comment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grid = models.ForeignKey(CriteriaGrid, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    question = models.CharField(_("critère"), max_length=250)
    weight = models.PositiveSmallIntegerField(_("poids"), default=1)
    required = models.BooleanField(_("indispensable"), default=False)

    class Meta:
        verbose_name = _("critère")
        ordering: ClassVar = ["grid", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["grid", "position"], name="one_criterion_per_position_of_a_grid"
            ),
            models.CheckConstraint(
                name="a_criterion_asks_something_and_weighs",
                condition=~Q(question="") & Q(weight__range=(1, 5)),
                violation_error_message=_("Un critère est une question, qui pèse de 1 à 5."),
            ),
        ]

    def __str__(self) -> str:
        return self.question


class AccreditationQuerySet(models.QuerySet["Accreditation"]):
    """Questions asked of accreditations."""

    def standing(self) -> Self:
        """Keep those that were given and not taken back."""
        return self.filter(state=Accreditation.State.ACCREDITED)


class Accreditation(models.Model):
    """An application and its decision. Nothing is erased: a renewal is another row."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("à examiner")
        ACCREDITED = "accredited", _("agréé")
        REFUSED = "refused", _("non agréé")
        WITHDRAWN = "withdrawn", _("agrément retiré")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, related_name="accreditations"
    )
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    grid = models.ForeignKey(CriteriaGrid, models.PROTECT, related_name="accreditations")
    presentation = models.TextField(_("expérience et équipe"), max_length=4000)
    applied_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("demandé le"), auto_now_add=True
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(
        _("état"), max_length=10, choices=State.choices, default=State.SUBMITTED
    )
    decided_on = models.DateField(_("décidé le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("motif"), max_length=500, blank=True)
    valid_from = models.DateField(_("à partir du"), null=True, blank=True)
    valid_until = models.DateField(_("jusqu’au"), null=True, blank=True)
    withdrawn_on = models.DateField(_("retiré le"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    warned_at = models.DateTimeField(_("fin annoncée le"), null=True, blank=True)

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        verbose_name = _("agrément")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state="submitted"),
                name="one_application_at_a_time",
                violation_error_message=_("Une demande attend déjà une décision."),
            ),
            ExclusionConstraint(
                name="one_accreditation_of_an_organization_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until", BOTH_ENDS), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="accredited"),
                violation_error_message=_("Un agrément vaut déjà ces jours-là."),
            ),
            models.CheckConstraint(
                name="a_decision_is_dated_signed_and_explained",
                condition=Q(state="submitted", decided_on=None)
                | (
                    ~Q(state="submitted")
                    & Q(decided_on__isnull=False, decided_by__isnull=False)
                    & ~Q(reason="")
                ),
                violation_error_message=_("Une décision porte sa date, son auteur et son motif."),
            ),
            models.CheckConstraint(
                name="an_accreditation_has_two_dates",
                condition=~Q(state__in=["accredited", "withdrawn"])
                | Q(valid_from__isnull=False, valid_until__gte=F("valid_from")),
                violation_error_message=_("Un agrément a un début et une fin."),
            ),
            models.CheckConstraint(
                name="what_is_withdrawn_says_when_and_by_whom",
                condition=~Q(state="withdrawn")
                | Q(withdrawn_on__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.state}"


class Finding(models.Model):
    """What was found about one criterion."""

    accreditation = models.ForeignKey(Accreditation, models.CASCADE, related_name="findings")
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="findings")
    met = models.BooleanField(_("rempli"))
    comment = models.CharField(_("commentaire"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("constat")
        ordering: ClassVar = ["accreditation", "criterion__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["accreditation", "criterion"], name="one_finding_per_criterion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.met}"


class CharterSignature(models.Model):
    """A partner's signature of the charter, until a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, related_name="charters"
    )
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    text_of = models.CharField(_("texte de la charte"), max_length=120)
    signed_on: "models.DateField[date, date]" = models.DateField(_("signée le"))
    valid_until: "models.DateField[date, date]" = models.DateField(_("valable jusqu’au"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    warned_at = models.DateTimeField(_("fin annoncée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("charte signée")
        ordering: ClassVar = ["-valid_until"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "signed_on"], name="a_charter_is_signed_once_a_day"
            ),
            models.CheckConstraint(
                name="a_charter_ends_after_it_is_signed",
                condition=Q(valid_until__gt=F("signed_on")),
                violation_error_message=_("La fin doit suivre la signature."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.valid_until}"


class VenueCheck(models.Model):
    """What was seen of a place where families are received."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, related_name="venue_checks"
    )
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    place = models.CharField(_("lieu"), max_length=150)
    closed_door = models.BooleanField(_("on parle porte fermée, sans être entendu"))
    waiting_place = models.BooleanField(_("on peut attendre sans être exposé"))
    for_children = models.BooleanField(_("un enfant y trouve sa place"))
    step_free = models.BooleanField(_("on y entre sans marche"))
    no_label_outside = models.BooleanField(_("entrer ne dit pas pourquoi on vient"))
    comment = models.CharField(_("à reprendre"), max_length=500, blank=True)
    seen_on: "models.DateField[date, date]" = models.DateField(_("vu le"))
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    ITEMS: ClassVar = (
        "closed_door", "waiting_place", "for_children", "step_free", "no_label_outside",
    )  # fmt: skip

    class Meta:
        verbose_name = _("visite d’un lieu")
        ordering: ClassVar = ["-seen_on", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "place", "seen_on"], name="a_place_is_seen_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.seen_on}"

    @property
    def items(self) -> list[tuple[str, bool]]:
        """Each line of the list, and whether it is so."""
        return [
            (str(self._meta.get_field(name).verbose_name), getattr(self, name))  # type: ignore[union-attr]
            for name in self.ITEMS
        ]
