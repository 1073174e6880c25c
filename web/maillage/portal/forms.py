"""What a family may ask, and the sentences that answer nonsense. Nothing typed is ever lost."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.directory.needs import BY_CODE
from maillage.directory.vocabulary import (
    LANGUAGES,
    STAGE_MONTHS,
    Accommodation,
    Delivery,
    LifeStage,
)
from maillage.directory.when import EVENINGS, WEDNESDAY, When, at
from maillage.portal.words import age

EXPECTING = "expecting"
OLDEST_MONTH = max(upper for _low, upper in STAGE_MONTHS.values()) - 1
TOO_LONG = _("C’est trop long : écrivez %(limit_value)s caractères au plus.")
BABY_MONTHS = (*range(13), 18, 24, 30)


def _age_choices() -> list[tuple[str | Promise, Any]]:
    """The ages offered, by stage of life; any other month is understood too."""
    babies = [(str(months), _baby_age(months)) for months in BABY_MONTHS]
    stages: list[tuple[str | Promise, Any]] = [(LifeStage.BABY.label, babies)]
    for stage, (low, high) in STAGE_MONTHS.items():
        if stage != LifeStage.BABY:
            years = [(str(12 * n), age(12 * n)) for n in range(low // 12, high // 12)]
            stages.append((LifeStage(stage).label, years))
    return [("", _("Peu importe")), (EXPECTING, _("J’attends un enfant")), *stages]


def _baby_age(months: int) -> str | Promise:
    said: dict[int, Promise] = {0: _("À la naissance"), 30: _("2 ans et demi")}
    return said.get(months) or age(months)


class AgeField(forms.ChoiceField):
    """A child's age in months, any month, though the list offers only the usual ones."""

    def valid_value(self, value: Any) -> bool:
        """Accept what the list holds and any month of childhood."""
        text = str(value)
        digits = text.isascii() and text.isdigit() and len(text) <= 3
        return text in {"", EXPECTING} or (digits and int(text) <= OLDEST_MONTH)

    def is_unlisted(self, value: str) -> bool:
        """Whether this age came by a link, not from the list."""
        if value in {"", EXPECTING} or not self.valid_value(value):
            return False
        months = int(value)
        in_years = months >= 36 and months % 12 == 0
        return not (in_years or months in BABY_MONTHS) or str(months) != value


class SearchForm(forms.Form):
    """The search. Only the commune is required."""

    commune = forms.CharField(
        label=_("Ma commune"),
        max_length=80,
        error_messages={
            "required": _("Dites-nous d’abord votre commune ou votre code postal."),
            "max_length": TOO_LONG,
        },
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "list": "communes"}),
    )
    need = forms.CharField(
        label=_("Ce qui me préoccupe"),
        max_length=120,
        required=False,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "needs"}),
    )
    age = AgeField(
        label=_("Âge de l’enfant"),
        required=False,
        choices=_age_choices,
        error_messages={"invalid_choice": _("Choisissez un âge dans la liste.")},
    )
    no_car = forms.BooleanField(label=_("Je n’ai pas de voiture"), required=False)
    when = forms.MultipleChoiceField(
        label=_("Quand"),
        required=False,
        choices=[("evenings", _("Le soir")), ("wednesday", _("Le mercredi"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choisissez le soir ou le mercredi.")},
    )
    day = forms.ChoiceField(
        label=_("Ouvert le"),
        required=False,
        choices=[
            ("", _("Peu importe")),
            ("0", _("lundi")),
            ("1", _("mardi")),
            ("2", _("mercredi")),
            ("3", _("jeudi")),
            ("4", _("vendredi")),
            ("5", _("samedi")),
            ("6", _("dimanche")),
        ],
        error_messages={"invalid_choice": _("Choisissez un jour dans la liste.")},
    )
    time = forms.TimeField(
        label=_("à cette heure"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh", "%H h %M", "%H h"],
        error_messages={"invalid": _("Écrivez une heure comme 6:30 ou 18 h.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    modes = forms.MultipleChoiceField(
        label=_("Comment"),
        required=False,
        choices=Delivery.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choisissez parmi les façons proposées.")},
    )
    language = forms.ChoiceField(
        label=_("Langue parlée"),
        required=False,
        choices=[("", _("Peu importe")), *LANGUAGES.items()],
        error_messages={"invalid_choice": _("Choisissez une langue dans la liste.")},
    )
    accommodations = forms.MultipleChoiceField(
        label=_("Il me faudrait"),
        required=False,
        choices=Accommodation.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choisissez parmi les adaptations proposées.")},
    )

    MORE = ("when", "day", "time", "modes", "language", "accommodations")

    def __init__(
        self, data: Mapping[str, Any] | None = None, started: Mapping[str, Any] | None = None
    ) -> None:
        """Answer `data`; or show a search that a link has `started`, which lacks its commune."""
        super().__init__(spoken(data) if data is not None else None)
        if started:
            self.initial = {name: spoken(started).get(name) for name in ("need", "age")}
            self.fields["commune"].widget.attrs["autofocus"] = True
        asked = str(self.data.get("age", ""))
        field = self.fields["age"]
        if isinstance(field, AgeField) and field.is_unlisted(asked):
            field.choices = [*_age_choices(), (asked, age(int(asked)))]

    def clean_commune(self) -> str:
        """Refuse what holds no letter and no digit."""
        text = str(self.cleaned_data["commune"])
        if not any(letter.isalnum() for letter in text):
            raise forms.ValidationError(_("Écrivez le nom de la commune, ou son code postal."))
        return text

    def clean(self) -> dict[str, Any]:
        """A day needs an hour, and an hour a day."""
        cleaned = super().clean() or self.cleaned_data
        day, hour = cleaned.get("day"), cleaned.get("time")
        if day and hour is None and "time" not in self.errors:
            self.add_error("time", _("Ajoutez l’heure, ou laissez le jour sur « Peu importe »."))
        if hour is not None and not day and "day" not in self.errors:
            self.add_error("day", _("Choisissez le jour qui va avec cette heure."))
        return cleaned

    @property
    def has_more(self) -> bool:
        """Whether something is asked or wrong among the folded criteria."""
        return any(self.data.get(name) or name in self.errors for name in self.MORE)


def spoken(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Show a need that came as a code (from a link) in the words of the list."""
    need = BY_CODE.get(str(data.get("need", "")))
    if need is None or not hasattr(data, "copy"):
        return data
    words = data.copy()
    words["need"] = str(need.label)
    return words  # type: ignore[no-any-return]


def moments(cleaned: Mapping[str, Any]) -> tuple[When, ...]:
    """Return the moments asked for; an offer has to answer one of them."""
    if cleaned.get("day") and cleaned.get("time") is not None:
        return (at(int(cleaned["day"]), cleaned["time"]),)
    named = {"evenings": EVENINGS, "wednesday": WEDNESDAY}
    return tuple(named[name] for name in cleaned.get("when") or ())


class ReportForm(forms.Form):
    """What a visitor says is wrong on a page. No name and no address is asked."""

    message = forms.CharField(
        label=_("Qu’est-ce qui ne va pas ?"),
        help_text=_("N’écrivez ni votre nom ni celui d’un enfant : nous n’en avons pas besoin."),
        min_length=5,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Dites en quelques mots ce qu’il faut corriger."),
            "min_length": _("Dites-en un peu plus, pour que nous puissions corriger."),
            "max_length": TOO_LONG,
        },
    )
