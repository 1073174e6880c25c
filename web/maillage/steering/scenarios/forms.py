"""What an officer may ask of a siting, and the words of a decision."""

import re
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind
from maillage.steering.forms import Choice
from maillage.steering.question import MINUTES, default_audience
from maillage.steering.scenarios import inputs
from maillage.steering.scenarios.plan import MOST_ADDED, MOST_MOVED, WORDS, Plan
from maillage.steering.vocabulary import Audience
from maillage.steering.wording import number
from maillage.territory.models import Mode

MOST_EUROS = 50_000_000
MOST_VEHICLES, MOST_STOPS = 4, 6
MOST_POSTS, LONGEST_TEAM = 8, 80
PORTION = _(
    "Écrivez des temps pleins, de %(low)s à %(high)s, avec une décimale au plus : 0,5 pour un"
    " mi-temps."
)
WHOLE = _("Écrivez un nombre entier de %(low)d à %(high)d : la valeur habituelle est gardée.")


def whole_number(label: Any, low: int, high: int, help_text: Any = "") -> forms.IntegerField:
    errors = dict.fromkeys(
        ("invalid", "min_value", "max_value"), WHOLE % {"low": low, "high": high}
    )
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, required=False, error_messages=errors,
        help_text=help_text,
    )  # fmt: skip


class FullTimeField(forms.Field):
    """Full-time equivalents with one decimal, "0,5" or "0.5", given as whole tenths."""

    def __init__(self, label: Any, most: int, help_text: Any = "") -> None:
        super().__init__(label=label, required=False, help_text=help_text)
        self.most = most
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value: Any) -> int | None:
        """Read one number; nothing where nothing is written."""
        text = str(value or "").strip()
        return tenths_of(text, 0, self.most) if text else None


class TeamField(forms.CharField):
    """The posts of a team, "1 ; 0,5 ; 0,5", given as tenths in words: "10 5 5"."""

    def to_python(self, value: Any) -> str:
        """Read each post, the fullest first: the order of people changes nothing."""
        parts = [part for part in re.split(r"[;+\s]+", str(super().to_python(value))) if part]
        if len(parts) > MOST_POSTS:
            raise forms.ValidationError(_("Huit personnes au plus : l’équipe est laissée de côté."))
        posts = sorted((tenths_of(part, 1, 10) for part in parts), reverse=True)
        return " ".join(map(str, posts))


def tenths_of(text: str, low: int, most: int) -> int:
    """Whole tenths from full-time equivalents as people write them."""
    found = re.fullmatch(r"(\d{1,3})(?:[.,](\d))?0*", text)
    tenths = 10 * int(found[1]) + int(found[2] or 0) if found else -1
    if not low <= tenths <= most:
        bounds = {"low": number(low / 10, 1 if low else 0), "high": number(most // 10)}
        raise forms.ValidationError(PORTION % bounds)
    return tenths


class PlanForm(forms.Form):
    """The plan, as the address carries it. A wrong field is told, and falls back."""

    departement = Choice(label=_("Département"))
    territoire = Choice(label=_("Territoire"))
    voisin = Choice(label=_("Partager avec le voisin"))
    service = Choice(label=_("Service"), choices=Kind.choices)
    public = Choice(label=_("Pour qui"), choices=Audience.choices)
    deplacement = Choice(label=_("Déplacement"), choices=Mode.choices)
    minutes = whole_number(_("Minutes"), *MINUTES)
    ajouter = whole_number(
        _("Lieux à ajouter"), 0, MOST_ADDED, _("Zéro avec un budget : autant qu’il le permet.")
    )
    deplacer = whole_number(_("Lieux à déplacer"), 0, MOST_MOVED)
    vehicules = whole_number(_("Véhicules itinérants"), 0, MOST_VEHICLES)
    etapes = whole_number(
        _("Étapes par véhicule"), 0, MOST_STOPS,
        _("Avec des véhicules, ce sont les étapes qui s’ajoutent."),
    )  # fmt: skip
    budget = whole_number(_("Budget par an (€)"), 0, MOST_EUROS)
    ouverture = whole_number(_("Coût d’un lieu par an, hors salaires (€)"), 0, MOST_EUROS)
    salaire = whole_number(_("Coût d’un temps plein par an (€)"), 0, MOST_EUROS)
    personnes = whole_number(_("Personnes suivies par temps plein"), 0, 10_000)
    etp_lieu = FullTimeField(
        _("Personnel de chaque lieu, au moins (temps plein)"), 100, _("0,5 pour un mi-temps.")
    )
    etp_possibles = FullTimeField(_("Personnel qu’on peut trouver (temps plein)"), 1000)
    etp_actuels = FullTimeField(
        _("Personnel des relais d’aujourd’hui (temps plein)"), 1000,
        _("Pour un relais petite enfance : un temps plein pour 70 assistantes maternelles."),
    )  # fmt: skip
    equipe = TeamField(
        label=_("Équipe à partager entre des lieux"), required=False, max_length=LONGEST_TEAM,
        help_text=_("Le temps de chaque personne : 1 ; 0,5 ; 0,5. La page compare alors moins de"
                    " lieux, plus de présence, moins de trajet."),
    )  # fmt: skip
    ecart = whole_number(_("Entre deux lieux d’une même personne, au plus (minutes)"), 1, 120)
    venue_basse = whole_number(_("Part du public proche qui viendrait, au moins (%)"), 0, 100)
    venue_haute = whole_number(_("Part du public proche qui viendrait, au plus (%)"), 0, 100)

    def __init__(self, given: QueryDict, departements: list[tuple[str, str]], home: str) -> None:
        codes = [code for code, _name in departements]
        wanted = given.get("departement", "")
        here = wanted if wanted in codes else home
        super().__init__(given)
        own = inputs.epcis_of(here)
        epci = given.get("territoire", "")
        epci = epci if epci in dict(own) else ""
        self._offer("departement", departements)
        self._offer("territoire", [("", _("tout le département")), *own])
        around = inputs.epcis_around(here, epci)
        self._offer("voisin", [("", _("personne : seul")), *around])
        self.is_valid()
        self.plan = self._plan(here)
        self.data = {
            name: value.replace(".", get_format("DECIMAL_SEPARATOR"))
            for name, value in self.plan.parameters().items()
        }

    def clean(self) -> dict[str, Any]:
        """Refuse an interval of use upside down, and vehicles without stops."""
        given = super().clean() or {}
        low, high = given.get("venue_basse"), given.get("venue_haute")
        if low is not None and high is not None and low > high:
            self.add_error("venue_haute", _("Le plus ne peut pas être en dessous du moins."))
        if bool(given.get("vehicules")) != bool(given.get("etapes")):
            missing = _("Pour un service itinérant, donnez les véhicules et les étapes.")
            self.add_error("etapes", missing)
        if given.get("vehicules") and given.get("deplacer"):
            self.add_error(
                "deplacer", _("Les étapes d’un véhicule s’ajoutent : rien n’est déplacé.")
            )
        return given

    def _offer(self, name: str, choices: Any) -> None:
        cast(Choice, self.fields[name]).choices = choices

    def _plan(self, here: str) -> Plan:
        """Every right answer, and the usual one elsewhere."""
        kept = {
            WORDS[name]: value
            for name, value in self.cleaned_data.items()
            if value not in {None, ""}
        }
        kept |= {"departement": here}
        if "audience" not in kept:
            kept["audience"] = default_audience(kept.get("kind", Kind.LAEP.value)).value
        return Plan(**kept)


class DecisionForm(forms.Form):
    """The words of a decision."""

    title = forms.CharField(label=_("Titre"), max_length=120)
    reason = forms.CharField(
        label=_("Pourquoi ce choix"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Aucun nom de personne, aucune situation de famille."),
        error_messages={"required": _("Écrivez la raison : c’est elle que le conseil lira.")},
    )
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class ChoiceForm(DecisionForm):
    """The words of a decision that is being taken, with the cost key where a neighbour shares."""

    cost_key = forms.ChoiceField(
        label=_("Comment le coût se partage avec le voisin"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez la clé : le dossier la redit, à l’euro.")},
    )

    def __init__(self, *given: Any, keys: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        if keys:
            cast(forms.ChoiceField, self.fields["cost_key"]).choices = keys
        else:
            del self.fields["cost_key"]


class AttendanceForm(forms.Form):
    """What really came."""

    opened_on = forms.DateField(
        label=_("Ouvert le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    observed = forms.IntegerField(
        label=_("Personnes venues la première année"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text=_("Un total, sans nom. Laissez vide tant que l’année n’est pas finie."),
    )
