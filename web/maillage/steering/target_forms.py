"""What an officer types to promise an equity target."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind
from maillage.steering import actions
from maillage.steering.models import Target
from maillage.steering.question import DEFAULT_MINUTES, MINUTES, default_audience
from maillage.steering.targets import question_of, value_of
from maillage.steering.vocabulary import Audience
from maillage.territory.models import Epci, Mode

YEARS_AHEAD = 4
NUMBER = {"invalid": _("Écrivez un nombre, comme 62,5.")}
NOBODY = _("Personne du public choisi n’habite cette intercommunalité : choisissez-en une autre.")


def _year(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=2000, max_value=2100)


def _value(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_digits=9, decimal_places=3, localize=True,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=NUMBER, **more,
    )  # fmt: skip


class TargetForm(forms.Form):
    """One target. The database's own sentences are told beside these."""

    epci = forms.ChoiceField(label=_("Intercommunalité"))
    service = forms.ChoiceField(label=_("Service"), choices=Kind.choices)
    public = forms.ChoiceField(label=_("Pour qui"), choices=Audience.choices)
    deplacement = forms.ChoiceField(label=_("Déplacement"), choices=Mode.choices)
    minutes = forms.IntegerField(
        label=_("Seuil (minutes)"), min_value=MINUTES[0], max_value=MINUTES[1]
    )
    mesure = forms.ChoiceField(label=_("Ce qui est mesuré"), choices=Target.Gauge.choices)
    start_year = _year(_("Année de départ"))
    start_value = _value(
        _("Valeur de départ"),
        required=False,
        help_text=_("Vide : celle que donne le diagnostic d’aujourd’hui."),
    )
    end_year = _year(_("Année visée"))
    end_value = _value(_("Valeur visée"))

    def __init__(self, departement: str, data: QueryDict | None, asked: QueryDict) -> None:
        self.departement = departement
        year = timezone.localdate().year
        kind = asked.get("service") or Kind.RPE.value
        super().__init__(
            data,
            initial={
                "service": kind,
                "public": asked.get("public") or default_audience(kind).value,
                "deplacement": asked.get("deplacement") or Mode.CAR.value,
                "minutes": asked.get("minutes") or DEFAULT_MINUTES,
                "start_year": year,
                "end_year": year + YEARS_AHEAD,
            },
        )
        here = Epci.objects.filter(communes__departement=departement).distinct()
        choices = list(here.order_by("name", "pk").values_list("pk", "name"))
        cast(forms.ChoiceField, self.fields["epci"]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Find the start when none is given, and ask the database's constraints."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        self.target = Target(
            departement_id=self.departement, epci_id=given["epci"], kind=given["service"],
            audience=given["public"], mode=given["deplacement"], minutes=given["minutes"],
            gauge=given["mesure"], start_year=given["start_year"], end_year=given["end_year"],
            start_value=given["start_value"], end_value=given["end_value"],
        )  # fmt: skip
        if given["start_value"] is None:
            self._start_from_today()
        if not self.errors:
            self.target.validate_constraints()
        return given

    def _start_from_today(self) -> None:
        found = actions.answer(question_of(self.target)).diagnosis
        rows = [row for row in found.epcis if row.siren == self.target.epci_id]
        value = value_of(rows[0], self.target.gauge) if rows else None
        if value is None:
            self.add_error("epci", ValidationError(NOBODY))
        else:
            self.target.start_value = value
