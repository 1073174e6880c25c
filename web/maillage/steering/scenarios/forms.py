"""What an officer may ask of a siting, and the words of a decision."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind
from maillage.steering.forms import Choice
from maillage.steering.question import MINUTES, default_audience
from maillage.steering.scenarios import inputs
from maillage.steering.scenarios.plan import MOST_ADDED, MOST_MOVED, WORDS, Plan
from maillage.steering.vocabulary import Audience
from maillage.territory.models import Mode

MOST_EUROS = 50_000_000
MOST_VEHICLES, MOST_STOPS = 4, 6
WHOLE = _("Écrivez un nombre entier de %(low)d à %(high)d : la valeur habituelle est gardée.")


def _number(label: Any, low: int, high: int, help_text: Any = "") -> forms.IntegerField:
    errors = dict.fromkeys(
        ("invalid", "min_value", "max_value"), WHOLE % {"low": low, "high": high}
    )
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, required=False, error_messages=errors,
        help_text=help_text,
    )  # fmt: skip


class PlanForm(forms.Form):
    """The plan, as the address carries it. A wrong field is told, and falls back."""

    departement = Choice(label=_("Département"))
    territoire = Choice(label=_("Territoire"))
    voisin = Choice(label=_("Partager avec le voisin"))
    service = Choice(label=_("Service"), choices=Kind.choices)
    public = Choice(label=_("Pour qui"), choices=Audience.choices)
    deplacement = Choice(label=_("Déplacement"), choices=Mode.choices)
    minutes = _number(_("Minutes"), *MINUTES)
    ajouter = _number(
        _("Lieux à ajouter"), 0, MOST_ADDED, _("Zéro avec un budget : autant qu’il le permet.")
    )
    deplacer = _number(_("Lieux à déplacer"), 0, MOST_MOVED)
    vehicules = _number(_("Véhicules itinérants"), 0, MOST_VEHICLES)
    etapes = _number(
        _("Étapes par véhicule"), 0, MOST_STOPS,
        _("Avec des véhicules, ce sont les étapes qui s’ajoutent."),
    )  # fmt: skip
    budget = _number(_("Budget par an (€)"), 0, MOST_EUROS)
    ouverture = _number(_("Coût d’un lieu par an, hors salaires (€)"), 0, MOST_EUROS)
    salaire = _number(_("Coût d’un temps plein par an (€)"), 0, MOST_EUROS)
    personnes = _number(_("Personnes suivies par temps plein"), 0, 10_000)
    dixiemes = _number(
        _("Personnel d’un lieu, en dixièmes de temps plein"), 0, 100, _("5 pour un mi-temps.")
    )
    personnel = _number(_("Personnel qu’on peut trouver, en dixièmes de temps plein"), 0, 1000)
    personnel_actuel = _number(
        _("Personnel des relais d’aujourd’hui, en dixièmes de temps plein"), 0, 1000,
        _("Pour un relais petite enfance : un temps plein pour 70 assistantes maternelles."),
    )  # fmt: skip
    venue_basse = _number(_("Part du public proche qui viendrait, au moins (%)"), 0, 100)
    venue_haute = _number(_("Part du public proche qui viendrait, au plus (%)"), 0, 100)

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
        self.data = self.plan.parameters()

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
