"""What a visitor may ask. A wrong answer is told in a sentence, and that one field falls back."""

from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind
from maillage.steering.inputs import DepartementFacts
from maillage.steering.question import (
    DEFAULT_FRACTION,
    DEFAULT_MINUTES,
    MINUTES,
    Question,
    Scenario,
    default_audience,
    default_measure,
)
from maillage.steering.vocabulary import Audience, Decay, Measure, Moment, Unserved
from maillage.territory.models import Mode

LONGEST = 40  # characters repeated to the visitor
MOST_OPENED = 5
_NOT_A_CHOICE = {
    "invalid_choice": _("« %(value)s » n’est pas dans la liste : le choix habituel est gardé.")
}
_MINUTES = _("Le seuil va de %(low)d à %(high)d minutes : 30 minutes est gardé.") % {
    "low": MINUTES[0],
    "high": MINUTES[1],
}
_FRACTION = _("La part de la médiane va de 1 à 100 pour cent : 50 est gardé.")


class Choice(forms.ChoiceField):
    """A choice that never repeats a long value back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, required=False, error_messages=_NOT_A_CHOICE, **kwargs)

    def to_python(self, value: Any) -> str:
        """Shorten what is not worth repeating."""
        text = str(super().to_python(value))
        return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _whole(label: Any, low: int, high: int, message: Any, **kwargs: Any) -> forms.IntegerField:
    errors = dict.fromkeys(("invalid", "min_value", "max_value"), message)
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, required=False, error_messages=errors, **kwargs
    )


class DiagnosisForm(forms.Form):
    """The question, as the address carries it."""

    departement = Choice(label=_("Département"))
    service = Choice(label=_("Service"), choices=Kind.choices)
    public = Choice(label=_("Pour qui"), choices=Audience.choices)
    deplacement = Choice(label=_("Déplacement"), choices=Mode.choices)
    minutes = _whole(_("Seuil (minutes)"), *MINUTES, _MINUTES)
    decroissance = Choice(label=_("L’envie de venir baisse"), choices=Decay.choices)
    mesure = Choice(label=_("Ce que pèse un service"), choices=Measure.choices)
    definition = Choice(label=_("Une commune est non desservie quand"), choices=Unserved.choices)
    part = _whole(_("Part de la médiane (%)"), 1, 100, _FRACTION)

    def __init__(self, given: QueryDict, departements: list[tuple[str, str]], home: str) -> None:
        self.home = home
        self.departements = departements
        super().__init__(given)
        cast(Choice, self.fields["departement"]).choices = departements
        self.is_valid()
        self.question = self._question()
        self.data = self._shown()

    def _question(self) -> Question:
        """Every right answer, and the usual one elsewhere."""
        given = self.cleaned_data
        kind = given.get("service") or Kind.LAEP.value
        return Question(
            departement=given.get("departement") or self.home,
            kind=kind,
            audience=given.get("public") or default_audience(kind).value,
            mode=given.get("deplacement") or Mode.CAR.value,
            minutes=given.get("minutes") or DEFAULT_MINUTES,
            decay=given.get("decroissance") or Decay.STEPS.value,
            measure=given.get("mesure") or default_measure(kind).value,
            unserved=given.get("definition") or Unserved.FAR.value,
            fraction=given.get("part") or DEFAULT_FRACTION,
        )

    def _shown(self) -> dict[str, str]:
        """What the fields show: the question that was answered."""
        return self.question.parameters() | {"part": str(self.question.fraction)}


class ComparisonForm(forms.Form):
    """What to set beside the first map."""

    AGAINST = (
        ("service", _("un autre service")),
        ("deplacement", _("un autre déplacement")),
        ("hypothese", _("une hypothèse : ouvrir ou fermer des lieux")),
        ("moment", _("les seuls lieux ouverts à un moment")),
        ("jour", _("l’offre à une date")),
        ("verifies", _("les seuls services vérifiés")),
        ("zonages", _("les quartiers prioritaires et les communes rurales")),
    )
    comparer = Choice(label=_("Comparer avec"), choices=AGAINST)
    service2 = Choice(label=_("L’autre service"), choices=Kind.choices)
    deplacement2 = Choice(label=_("L’autre déplacement"), choices=Mode.choices)
    moment = Choice(label=_("Le moment"), choices=Moment.choices)
    ouvrir = forms.CharField(
        label=_("Ouvrir un lieu à"),
        required=False,
        max_length=200,
        help_text=_("Une ou plusieurs communes, séparées par des virgules."),
        error_messages={"max_length": _("Trop long : cinq communes au plus, rien n’est ouvert.")},
    )
    fermer = forms.MultipleChoiceField(
        label=_("Fermer"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Un des lieux à fermer n’existe pas : il est ignoré.")},
    )
    jour = forms.DateField(
        label=_("Date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Cette date n’existe pas : écrivez-la ainsi, 2027-01-31.")},
    )

    def __init__(
        self, given: QueryDict, sites: list[tuple[str, str]], communes: dict[str, str]
    ) -> None:
        self.given = given
        self.communes = communes  # plainest name → code
        super().__init__(given)
        cast(forms.MultipleChoiceField, self.fields["fermer"]).choices = sites
        self.is_valid()

    def show(self, other: Question) -> None:
        """Let the fields say what the second map shows."""
        shown = {"comparer": self.against, "service2": other.kind, "deplacement2": other.mode}
        if other.scenario.moment:
            shown["moment"] = other.scenario.moment
        data = QueryDict(self.given.urlencode(), mutable=True)
        for name, value in shown.items():
            data[name] = value
        self.data = data

    def clean_ouvrir(self) -> tuple[str, ...]:
        """Find the communes by code or by name."""
        wanted = [word.strip() for word in self.cleaned_data["ouvrir"].split(",") if word.strip()]
        if len(wanted) > MOST_OPENED:
            raise forms.ValidationError(_("Cinq communes au plus : rien n’est ouvert."))
        found = {self.communes.get(plain(word)) for word in wanted}
        if None in found:
            missing = next(word for word in wanted if plain(word) not in self.communes)
            message = _("« %(name)s » n’est pas une commune du département : rien n’est ouvert.")
            raise forms.ValidationError(message, params={"name": missing[:LONGEST]})
        return tuple(sorted(code for code in found if code))

    @property
    def against(self) -> str:
        """What was chosen; another kind of travel by default."""
        return str(self.cleaned_data.get("comparer") or "deplacement")

    def scenario(self) -> Scenario:
        """The change of offer that was asked for."""
        day: date | None = self.cleaned_data.get("jour")
        return {
            "hypothese": Scenario(
                opened=self.cleaned_data.get("ouvrir") or (),
                closed=tuple(sorted(self.cleaned_data.get("fermer") or ())),
            ),
            "jour": Scenario(on=day.isoformat() if day else ""),
            "moment": Scenario(
                on=(day or timezone.localdate()).isoformat(),
                moment=self.cleaned_data.get("moment") or Moment.EVENING.value,
            ),
            "verifies": Scenario(only_verified=True),
        }.get(self.against, Scenario())

    def other(self, question: Question) -> Question:
        """The question of the second map."""
        if self.against == "service":
            kind = self.cleaned_data.get("service2") or _next_kind(question.kind)
            return question.with_(kind=kind)  # in one unit, for one audience
        if self.against == "deplacement":
            usual = Mode.BICYCLE if question.mode == Mode.CAR else Mode.CAR
            return question.with_(mode=self.cleaned_data.get("deplacement2") or usual.value)
        return question.with_(scenario=self.scenario())


def plain(name: str) -> str:
    """A name without capitals or spaces around, as written on the map."""
    return " ".join(name.casefold().replace("’", "'").split())


def _next_kind(kind: str) -> str:
    return Kind.PMI.value if kind != Kind.PMI else Kind.LAEP.value


def loaded_departements(everywhere: tuple[DepartementFacts, ...]) -> list[tuple[str, str]]:
    """Départements one may ask about."""
    return [(row.code, f"{row.name} ({row.code})") for row in everywhere if row.loaded]


class WordsForm(forms.Form):
    """The words an officer puts on a kept diagnosis."""

    title = forms.CharField(label=_("Titre"), max_length=120)
    note = forms.CharField(
        label=_("Ce qu’il faut en retenir"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Aucun nom de personne, aucune situation de famille."),
    )
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
