"""What a manager types of scales, and a steering officer of funding."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from maillage.fees.models import Band, Cost, Funder, Schedule, ScheduleVersion
from maillage.fees.publishing import Draft, national_draft, national_scales
from maillage.fees.scale import HUNDRED, Scale, Step, plain
from maillage.organizations.models import Organization
from maillage_parameters import get

FEWEST_ROWS, MORE_ROWS, MOST_ROWS = 6, 2, 20
OWN = ""
BOUNDS = {"rsa_base": _("RSA pour une personne seule"), "smic": _("Smic net")}
NUMBER = {"required": _("Donnez un nombre."), "invalid": _("Écrivez un nombre, comme 2,50.")}


class AmountField(forms.DecimalField):
    """A number as people type it: spaces, a comma or a point, perhaps the sign of the euro."""

    def to_python(self, value: Any) -> Any:
        """Read it once these are set aside."""
        kept = "".join(str(value or "").split()).replace("€", "").replace(",", ".")
        return super().to_python(kept if value not in self.empty_values else value)


def _amount(label: Any, **more: Any) -> forms.DecimalField:
    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    limits: dict[str, Any] = {"max_digits": 8, "decimal_places": 2, "min_value": Decimal(0)}
    facts = {"label": label, "widget": widget, "localize": True, "error_messages": NUMBER}
    return AmountField(**facts | limits | more)


def _day(label: Any, **more: Any) -> forms.DateField:
    said = {"required": _("Donnez une date."), "invalid": _("Écrivez une date.")}
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=said, **more)


class ScheduleForm(forms.Form):
    """A new scale: whose, called what, one's own or a national one."""

    organization = forms.ModelChoiceField(
        label=_("Pour quel organisme"), queryset=Organization.objects.none(), empty_label=None
    )
    parameter = forms.ChoiceField(
        label=_("Point de départ"), required=False, widget=forms.RadioSelect, initial=OWN
    )
    name = forms.CharField(
        label=_("Son nom"),
        max_length=150,
        error_messages={"required": _("Donnez un nom au barème.")},
        help_text=_("Par exemple : participation aux entretiens, conseil de juin."),
    )
    per = forms.ChoiceField(
        label=_("On paie"), choices=Schedule.Per.choices, widget=forms.RadioSelect,
        initial=Schedule.Per.SESSION, help_text=_("Par personne : chaque adulte qui vient."),
    )  # fmt: skip

    def __init__(self, *args: Any, mine: QuerySet[Organization], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organization"].queryset = mine  # type: ignore[attr-defined]
        scales = [(one.name, one.title) for one in national_scales()]
        self.fields["parameter"].choices = [  # type: ignore[attr-defined]
            (OWN, _("Un barème décidé par nous")),
            *scales,
        ]


class VersionForm(forms.Form):
    """What a version says beside its bands."""

    valid_from = _day(_("À partir du"))
    source = forms.CharField(
        label=_("Décidé par"),
        max_length=250,
        help_text=_("Une délibération, une convention, un texte, avec sa date."),
        error_messages={"required": _("Dites quel texte ou quelle décision fixe ce barème.")},
    )
    basis = forms.CharField(
        label=_("Ce que l’on appelle revenu"),
        max_length=250,
        required=False,
        help_text=_("Montré aux familles. Par exemple : vos ressources du mois, sans les aides."),
    )
    rounding = forms.TypedChoiceField(
        label=_("Arrondi"), choices=ScheduleVersion.Rounding.choices, coerce=Decimal
    )
    floor = _amount(_("Jamais moins de (€)"), initial=0)
    ceiling = _amount(_("Jamais plus de (€)"))

    def clean(self) -> dict[str, Any]:
        """A ceiling above the floor."""
        found: dict[str, Any] = super().clean() or {}
        low, high = found.get("floor"), found.get("ceiling")
        if low is not None and high is not None and high < low:
            self.add_error("ceiling", _("Le maximum doit dépasser le minimum."))
        return found


class BandForm(forms.Form):
    """One band: up to which income, what it pays."""

    up_to = _amount(_("Revenu mensuel jusqu’à (€)"), required=False)
    below = forms.BooleanField(label=_("Borne non comprise"), required=False)
    base = _amount(_("Montant fixe (€)"), required=False)
    percent = _amount(_("Plus, du revenu (%)"), required=False, decimal_places=3, max_value=HUNDRED)
    bound_name = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    @property
    def is_used(self) -> bool:
        """Whether something was typed in this row."""
        typed = getattr(self, "cleaned_data", {})
        return any(typed.get(name) is not None for name in ("up_to", "base", "percent"))

    def step(self) -> Step:
        """The band in numbers."""
        typed = self.cleaned_data
        nothing = Decimal(0)
        return Step(
            typed["up_to"],
            not typed["below"],
            typed["base"] or nothing,
            typed["percent"] or nothing,
        )


class BaseBandForms(forms.BaseFormSet):  # type: ignore[type-arg]
    """The bands of a version, in order; the last one alone is open."""

    def clean(self) -> None:
        """Say every fault of the order at once."""
        rows = [row for row in self.forms if row.is_used]
        if not rows:
            raise forms.ValidationError(_("Écrivez au moins une tranche."))
        before: Decimal | None = None
        for row in rows[:-1]:
            top = row.cleaned_data.get("up_to")
            if top is None:
                row.add_error("up_to", _("Seule la dernière tranche est sans limite."))
            elif before is not None and top <= before:
                row.add_error("up_to", _("Cette limite doit dépasser celle d’avant."))
            before = top if top is not None else before
        if rows[-1].cleaned_data.get("up_to") is not None:
            said = _("La dernière tranche est sans limite : laissez son revenu vide.")
            rows[-1].add_error("up_to", said)


BandForms = forms.formset_factory(
    BandForm, formset=BaseBandForms, extra=MORE_ROWS, min_num=0, max_num=MOST_ROWS
)


def draft_of(form: VersionForm, rows: "forms.BaseFormSet[BandForm]") -> Draft:
    """What was typed, once valid."""
    typed, used = form.cleaned_data, [row for row in rows.forms if row.is_used]
    steps = [row.step() for row in used]
    scale = Scale(steps, typed["rounding"], typed["floor"], typed["ceiling"])
    names = [row.cleaned_data["bound_name"] for row in used]
    return Draft(typed["valid_from"], typed["source"], typed["basis"], scale, names)


def starting_point(schedule: Schedule, today: date) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a new version starts from: the last one, the national scale, or nothing."""
    last = schedule.versions.order_by("-valid_from").first()
    if last is not None:
        told = {"basis": last.basis, "rounding": last.rounding, "floor": last.floor}
        bands = list(last.bands.order_by("position"))
        return told | {"ceiling": last.ceiling, "valid_from": today}, [_row(one) for one in bands]
    if schedule.parameter:
        return _national(schedule.parameter, today)
    return {"valid_from": today}, [{} for _row_number in range(FEWEST_ROWS - MORE_ROWS)]


def _row(band: Band | Step, name: str = "") -> dict[str, Any]:
    return {
        "up_to": None if band.up_to is None else plain(band.up_to),
        "below": not band.holds_bound and band.up_to is not None,
        "base": plain(band.base),
        "percent": plain(band.percent) if band.percent else None,
        "bound_name": band.bound_name if isinstance(band, Band) else name,
    }


def _national(parameter: str, today: date) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    entry = get(parameter).on(today)
    told = {
        "valid_from": today,
        "source": entry.source_title,
        "rounding": "1.00",
        "floor": entry.scale.floor,
        "ceiling": entry.scale.ceiling,
    }
    rows = [
        _row(step, name) | {"below": not step.holds_bound}
        for step, name in national_draft(get(parameter), today)
    ]
    return told, rows


class ConfirmForm(forms.Form):
    """The text with which someone compared an unchecked version."""

    compared_with = forms.CharField(
        label=_("Comparé avec"),
        max_length=250,
        help_text=_("Le texte que vous avez sous les yeux, avec sa date."),
        error_messages={"required": _("Dites avec quel texte vous avez comparé.")},
    )


class ApplyForm(forms.Form):
    """Which scale a service applies, from when."""

    schedule = forms.ModelChoiceField(
        label=_("Barème"),
        queryset=Schedule.objects.none(),
        required=False,
        empty_label=_("Aucun : rien n’est demandé"),
    )
    since = _day(_("À partir du"), initial=timezone.localdate)

    def __init__(self, *args: Any, schedules: QuerySet[Schedule], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["schedule"].queryset = schedules  # type: ignore[attr-defined]


class SharesForm(forms.Form):
    """The share of each funder, in percent."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for funder in Funder:
            self.fields[funder.value] = _amount(
                capfirst(funder.label), required=False, decimal_places=3, max_value=HUNDRED
            )

    def shares(self) -> dict[str, Decimal]:
        """What was typed, without the empty ones."""
        return {name: share for name, share in self.cleaned_data.items() if share}


class CostForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line of what was spent."""

    spent_on = _day(_("Dépensé le"), initial=timezone.localdate)
    amount = _amount(
        _("Montant (€)"),
        max_digits=10,
        min_value=None,
        help_text=_("Un montant négatif défait une ligne fausse."),
    )

    class Meta:
        model = Cost
        fields: Sequence[str] = ("spent_on", "kind", "label", "amount")
        error_messages = {
            "kind": {"required": _("Choisissez la nature.")},
            "label": {"required": _("Dites ce que c’est.")},
        }


class YearForm(forms.Form):
    """Which year to look at."""

    year = forms.IntegerField(label=_("Année"), min_value=2000, max_value=2100)
