"""What an officer answers about a tour; each stop has a rhythm and perhaps a day of its own."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering.scenarios.rounds_question import ANY_DAY, Question, Stop
from maillage.steering.wording import number

RHYTHMS = (
    ("weekly", gettext_lazy("chaque semaine")),
    ("fortnightly", gettext_lazy("une semaine sur deux")),
    ("monthly", gettext_lazy("une semaine sur quatre")),
)
WHOLE = gettext_lazy("Écrivez un nombre entier de %(low)d à %(high)d.")
PORTION = gettext_lazy("Écrivez des heures, de 1 à 12, avec une décimale au plus : 7 ou 7,5.")
MONDAY = gettext_lazy("Choisissez un lundi : le cycle de quatre semaines commence ce jour-là.")
NO_BASE = gettext_lazy("Choisissez une commune de la liste.")
NO_TIME = gettext_lazy("Écrivez une heure, comme 08:30.")
UNKNOWN = gettext_lazy("Choisissez dans la liste.")
MIDNIGHT = 24 * 60


def _whole(label: Any, low: int, high: int) -> forms.IntegerField:
    faults = ("required", "invalid", "min_value", "max_value")
    told = dict.fromkeys(faults, WHOLE % {"low": low, "high": high})
    return forms.IntegerField(label=label, min_value=low, max_value=high, error_messages=told)


class TourForm(forms.Form):
    """The question, as the address carries it. Every fault is told at once, nothing is lost."""

    base = forms.ChoiceField(
        label=gettext_lazy("Le véhicule part de"),
        error_messages={"required": NO_BASE, "invalid_choice": NO_BASE},
    )
    depart = forms.TimeField(
        label=gettext_lazy("Départ au plus tôt"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": NO_TIME, "invalid": NO_TIME},
    )
    heures = forms.DecimalField(
        label=gettext_lazy("Heures par jour, route comprise"),
        min_value=1,
        max_value=12,
        decimal_places=1,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_decimal_places"), PORTION
        ),
    )
    jours = _whole(gettext_lazy("Jours par semaine"), 1, 7)
    minutes = _whole(gettext_lazy("Minutes à chaque étape, installation comprise"), 15, 480)
    lundi = forms.DateField(
        label=gettext_lazy("Premier lundi"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": MONDAY, "invalid": MONDAY},
    )
    ferme = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Jours sans tournée"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": UNKNOWN},
    )

    def __init__(
        self, given: QueryDict | None, before: Question, communes: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(given, initial=_answers(before))
        self.before = before
        cast(forms.ChoiceField, self.fields["base"]).choices = list(communes)
        days = [(ANY_DAY, _("n’importe quel jour")), *WEEKDAYS.items()]
        for stop in before.stops:
            named = {"name": stop.name}
            self.fields[f"rythme_{stop.code}"] = forms.ChoiceField(
                label=_("%(name)s : venir") % named, choices=RHYTHMS, initial=stop.rhythm,
                error_messages={"required": UNKNOWN, "invalid_choice": UNKNOWN},
            )  # fmt: skip
            self.fields[f"jour_{stop.code}"] = forms.TypedChoiceField(
                label=_("%(name)s : la salle est libre") % named, choices=days, coerce=int,
                initial=stop.weekday,
                error_messages={"required": UNKNOWN, "invalid_choice": UNKNOWN},
            )  # fmt: skip

    @property
    def of_stops(self) -> list[tuple[Stop, BoundField, BoundField]]:
        """The two questions about each stop."""
        return [
            (stop, self[f"rythme_{stop.code}"], self[f"jour_{stop.code}"])
            for stop in self.before.stops
        ]

    @property
    def question(self) -> Question:
        """What was answered; only when there is no fault."""
        given, before = self.cleaned_data, self.before
        return Question(
            departement=before.departement,
            base=given["base"],
            vehicles=before.vehicles,
            starts=_minutes(given["depart"]),
            shift=round(given["heures"] * 60),
            days=given["jours"],
            closed=tuple(sorted(given["ferme"])),
            stay=given["minutes"],
            monday=given["lundi"].isoformat(),
            stops=tuple(
                Stop(
                    stop.code, stop.name, stop.latitude, stop.longitude, stop.people,
                    given[f"rythme_{stop.code}"], given[f"jour_{stop.code}"],
                )
                for stop in before.stops
            ),
        )  # fmt: skip

    def clean_lundi(self) -> date:
        """A cycle begins on a Monday."""
        day: date = self.cleaned_data["lundi"]
        if day.weekday():
            raise forms.ValidationError(MONDAY)
        return day

    def clean(self) -> dict[str, Any]:
        """Tell what cannot hold together: days, closed days, rooms, and the end of the day."""
        given = super().clean() or {}
        closed, days = set(given.get("ferme", [])), given.get("jours")
        self._check_days(closed, days)
        self._check_rooms(closed, days)
        depart, hours = given.get("depart"), given.get("heures")
        if depart is not None and hours is not None and _minutes(depart) + hours * 60 > MIDNIGHT:
            self.add_error("heures", _("La journée finirait après minuit : partez plus tôt."))
        return given

    def _check_days(self, closed: set[int], days: int | None) -> None:
        left = len(WEEKDAYS) - len(closed)
        if not left:
            self.add_error("ferme", _("Il ne reste aucun jour : décochez-en un."))
        elif days and days > left:
            said = _("Vous demandez %(days)d jours et les jours sans tournée n’en laissent que"
                     " %(left)d.")  # fmt: skip
            self.add_error("jours", said % {"days": days, "left": left})

    def _check_rooms(self, closed: set[int], days: int | None) -> None:
        """A room that is free on one day wants that day driven."""
        wanted = {
            stop.code: day
            for stop in self.before.stops
            if (day := self.cleaned_data.get(f"jour_{stop.code}", ANY_DAY)) != ANY_DAY
        }
        for code, day in wanted.items():
            if day in closed:
                said = _("Le %(day)s est un jour sans tournée.") % {"day": WEEKDAYS[day]}
                self.add_error(f"jour_{code}", said)
        if days and len(set(wanted.values())) > days:
            said = _("Les salles demandent %(wanted)d jours différents, plus que %(days)d.")
            self.add_error("jours", said % {"wanted": len(set(wanted.values())), "days": days})


def _minutes(when: time) -> int:
    return when.hour * 60 + when.minute


def _answers(before: Question) -> dict[str, Any]:
    return {
        "base": before.base,
        "depart": time(*divmod(before.starts, 60)),
        "heures": number(before.shift / 60, 1 if before.shift % 60 else 0),
        "jours": before.days,
        "minutes": before.stay,
        "lundi": date.fromisoformat(before.monday),
        "ferme": list(before.closed),
    }
