"""The rules of a programme, as an officer types them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from maillage.directory.models import Service
from maillage.support.adjusting import Revision, Rules
from maillage.support.eligibility import MONTHS_IN_A_YEAR

MOST_HOUSEHOLDS = 1_000_000
MOST_SESSIONS = 10  # the database lets a support hold from one to ten
OLDEST = 30
LONGEST = 300
TOO_LONG = _("C’est un peu long : 300 caractères au plus.")
WHOLE = {"required": _("Donnez un nombre."), "invalid": _("Écrivez un nombre entier, comme 300.")}


@dataclass(frozen=True, slots=True)
class Mine:
    """What an officer may change of a programme, and how it stands."""

    rules: Rules
    whole: bool  # whether they steer every département of the programme
    places: Mapping[str, str]  # the départements whose quota they set, by code
    entered: Mapping[str, int]
    services: Sequence[Service]  # those of their départements that are in it, or could be
    given: frozenset[UUID]
    standing: str


def _day(label: Any, **more: Any) -> forms.DateField:
    said = {"required": _("Donnez une date."), "invalid": _("Écrivez une date, comme 2027-12-31.")}
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=said, **more)


def _number(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    said = WHOLE | {
        "min_value": _("C’est trop peu : %(limit_value)s au moins."),
        "max_value": _("C’est trop : %(limit_value)s au plus."),
    }
    widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, widget=widget, error_messages=said, **more
    )


def _words(label: Any, missing: Any, long: Any = TOO_LONG, **more: Any) -> forms.CharField:
    said = {"required": missing, "max_length": long}
    facts: dict[str, Any] = {"label": label, "max_length": LONGEST, "error_messages": said}
    return forms.CharField(**facts | more)


class TermsForm(forms.Form):
    """What holds from now on. Whoever steers a part of the territory sets that part only."""

    starts_on = _day(_("Premier jour d’entrée"))
    ends_on = _day(_("Dernier jour d’entrée"))
    finish_by = _day(_("Dernier jour pour finir"), required=False)
    household_cap = _number(_("Foyers au plus, en tout"), 1, MOST_HOUSEHOLDS)
    max_sessions = _number(
        _("Entretiens par accompagnement, au plus"), 1, MOST_SESSIONS, help_text=_("De 1 à 10.")
    )
    under = _number(
        _("Pour les parents d’un enfant de moins de … ans"), 1, OLDEST,
        help_text=_("22 : jusqu’à la fin du mois qui précède celui des 22 ans."),
    )  # fmt: skip
    future_parents = forms.BooleanField(
        label=_("Les futurs parents sont accueillis"), required=False
    )
    no_show_counts = forms.BooleanField(
        label=_("Un rendez-vous manqué sans prévenir compte comme un entretien"), required=False
    )
    charter = _words(
        _("Charte"),
        _("Écrivez ce que le programme promet aux familles."),
        _("C’est un peu long : 4 000 caractères au plus."),
        max_length=4000, widget=forms.Textarea({"rows": 5}),
    )  # fmt: skip
    quota_source = _words(
        _("D’où viennent les quotas"), _("Dites quelle décision fixe les quotas.")
    )
    reason = _words(
        _("Pourquoi ce changement"),
        _("Dites pourquoi en quelques mots."),
        help_text=_("Cette raison reste avec la version, et se lit avec elle."),
    )
    services = forms.MultipleChoiceField(
        label=_("Services qui donnent cet accompagnement"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Décocher un service l’en fait sortir demain ; cocher l’y fait entrer."),
        error_messages={
            "invalid_choice": _("Un service n’est plus proposé ici : vérifiez la liste.")
        },
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, data: Mapping[str, Any] | None = None, *, mine: Mine) -> None:
        self.mine = mine
        super().__init__(data, initial=_initial(mine))
        if not mine.whole:
            for name in _GENERAL:
                del self.fields[name]
        for code, name in mine.places.items():
            self.fields[f"quota_{code}"] = _number(
                say("Foyers au plus : %(place)s") % {"place": name}, 0, MOST_HOUSEHOLDS,
                required=not mine.whole,
            )  # fmt: skip
        self.fields["services"].choices = [  # type: ignore[attr-defined]
            (str(each.pk), f"{each.name} ({each.organization.name})") for each in mine.services
        ]

    @property
    def quota_fields(self) -> list[BoundField]:
        """One for each département that is theirs."""
        return [self[f"quota_{code}"] for code in self.mine.places]

    def clean_charter(self) -> str:
        """Keep line ends as they are stored, whatever the browser sends."""
        return "\n".join(str(self.cleaned_data["charter"]).splitlines())

    def clean(self) -> dict[str, Any]:
        """Say each fault where it can be corrected."""
        typed = super().clean() or {}
        first, last, end = (typed.get(key) for key in ("starts_on", "ends_on", "finish_by"))
        if first and last and last < first:
            self.add_error("ends_on", _("Le dernier jour doit suivre le premier."))
        elif last and end and end < last:
            self.add_error("finish_by", _("On finit après le dernier jour d’entrée, pas avant."))
        self._check_quotas(typed)
        return typed

    def _check_quotas(self, typed: Mapping[str, Any]) -> None:
        names = [f"quota_{code}" for code in self.mine.places]
        for code in self.mine.places:
            quota = typed.get(f"quota_{code}")
            if quota is not None and quota < self.mine.entered.get(code, 0):
                self.add_error(f"quota_{code}", _("Plus de foyers que cela sont déjà entrés."))
        if any(name in self.errors for name in [*names, "household_cap"]):
            return
        quotas = self._quotas(typed)
        cap = typed.get("household_cap", self.mine.rules.household_cap)
        where = "household_cap" if self.mine.whole else names[0]
        if not quotas:
            self.add_error(names[0], _("Gardez au moins un département, avec son quota."))
        elif sum(quotas.values()) > cap:
            self.add_error(
                where,
                say("La somme des quotas (%(sum)s) dépasse le nombre de foyers (%(cap)s).")
                % {"sum": sum(quotas.values()), "cap": cap},
            )

    def _quotas(self, typed: Mapping[str, Any]) -> dict[str, int]:
        """Those of every département: mine as typed, the others as they stand."""
        kept = {
            code: quota
            for code, quota in self.mine.rules.quotas.items()
            if code not in self.mine.places
        }
        set_here = {code: typed.get(f"quota_{code}") for code in self.mine.places}
        return kept | {code: quota for code, quota in set_here.items() if quota is not None}

    def revision(self) -> Revision:
        """What the action needs."""
        typed = self.cleaned_data
        names = {each.name for each in fields(Rules)} & typed.keys()
        changed: dict[str, Any] = {name: typed[name] for name in names}
        # Unless it is touched, an age that is no whole number of years stays as it is.
        if "under" in typed and typed["under"] != self.initial["under"]:
            changed["oldest_months"] = typed["under"] * MONTHS_IN_A_YEAR - 1
        return Revision(
            rules=replace(self.mine.rules, **changed, quotas=self._quotas(typed)),
            services=frozenset(UUID(key) for key in typed["services"]),
            shown=frozenset(each.pk for each in self.mine.services),
            read=typed["read"],
        )


_GENERAL = (
    "starts_on", "ends_on", "finish_by", "household_cap", "max_sessions", "under",
    "future_parents", "no_show_counts", "charter", "quota_source",
)  # fmt: skip


def _initial(mine: Mine) -> dict[str, Any]:
    """The rules as they stand; the reason is of each change."""
    stands: dict[str, date | int | str | None] = {
        each.name: getattr(mine.rules, each.name)
        for each in fields(Rules)
        if each.name not in {"quotas", "reason"}
    }
    return stands | {
        "under": (mine.rules.oldest_months + 1) // MONTHS_IN_A_YEAR,
        "services": [str(each.pk) for each in mine.services if each.pk in mine.given],
        "read": mine.standing,
        **{f"quota_{code}": mine.rules.quotas.get(code) for code in mine.places},
    }
