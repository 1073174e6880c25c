"""What a keeper types about an entry: each form reads a draft and gives one back."""

import re
from datetime import date, timedelta
from typing import Any, TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.directory.drafts import LISTS, MONEY, NEW_PLACE, PLAIN, Draft, area_labels, money
from maillage.directory.models import Location, Schedule, Service
from maillage.directory.needs import NEEDS
from maillage.directory.vocabulary import LANGUAGES, Accommodation, Audience, Delivery
from maillage.territory.models import Commune, Epci

# What a form takes as a label: a text, or one to translate later.
Label: TypeAlias = Any

UNITS = [("12", _("ans")), ("1", _("mois"))]
DAYS = [
    ("MO", _("lundi")), ("TU", _("mardi")), ("WE", _("mercredi")), ("TH", _("jeudi")),
    ("FR", _("vendredi")), ("SA", _("samedi")), ("SU", _("dimanche")),
]  # fmt: skip
RHYTHMS: list[tuple[str, str | Promise]] = [
    ("WEEKLY 1", _("chaque semaine")),
    ("WEEKLY 2", _("une semaine sur deux")),
    ("MONTHLY 1", _("le premier du mois")),
    ("MONTHLY 2", _("le deuxième du mois")),
    ("MONTHLY 3", _("le troisième du mois")),
    ("MONTHLY 4", _("le quatrième du mois")),
    ("MONTHLY -1", _("le dernier du mois")),
]
MOST_RULES = 30
MOST_DAYS = 80  # with the rest of the form, under DATA_UPLOAD_MAX_NUMBER_FIELDS
LONGEST_CLOSURE = 92
CALLABLE = re.compile(r"\+?[0-9]{2,15}")


def _boxes(label: Label, choices: Any, **more: Any) -> forms.MultipleChoiceField:
    more.setdefault("required", False)
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **more
    )


def _number(label: Label) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=999)


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything about the entry but its hours."""

    topics = _boxes(
        _("Besoins auxquels ce service répond"),
        [(need.code, need.label) for need in NEEDS],
        help_text=_("Sans choix, ceux de la nature du service sont utilisés."),
    )
    audiences = _boxes(_("Pour qui"), Audience.choices, help_text=_("Sans choix : pour tous."))
    modes = _boxes(
        _("Comment l’aide est donnée"),
        Delivery.choices,
        required=True,
        error_messages={"required": _("Indiquez au moins une façon de recevoir cette aide.")},
    )
    languages = _boxes(_("Langues parlées"), list(LANGUAGES.items()))
    accommodations = _boxes(_("Adaptations possibles"), Accommodation.choices)
    age_from = _number(_("À partir de"))
    age_from_unit = forms.ChoiceField(label=_("Unité"), choices=UNITS, required=False)
    age_until = _number(_("Jusqu’à"))
    age_until_unit = forms.ChoiceField(label=_("Unité"), choices=UNITS, required=False)
    places = _boxes(_("Où le service est donné"), ())
    areas = _boxes(
        _("Où un service à distance ou itinérant intervient"),
        (),
        help_text=_("Sans choix : dans tout le département."),
    )
    website = forms.URLField(label=_("Site"), max_length=200, required=False, assume_scheme="https")
    new_place_name = forms.CharField(label=_("Nom du lieu"), max_length=150, required=False)
    new_place_commune = forms.CharField(
        label=_("Commune ou code postal"), max_length=80, required=False
    )
    new_place_address = forms.CharField(label=_("Adresse"), max_length=200, required=False)
    new_place_postcode = forms.RegexField(
        r"^\d{5}$",
        label=_("Code postal"),
        required=False,
        error_messages={"invalid": _("Un code postal compte cinq chiffres.")},
    )

    class Meta:
        model = Service
        fields = (
            "kind", "name", "name_en", "description", "description_en", "expectant", "joining",
            "cost", "amount_min", "amount_max", "cost_note", "capacity", "phone", "email",
            "website", "audiences", "modes", "accommodations",
        )  # fmt: skip
        labels = {
            "kind": _("Nature du service"),
            "name": _("Intitulé, tel que les familles le verront"),
            "description": _("Ce qu’on y trouve"),
            "joining": _("Pour venir"),
            "cost": _("Prix"),
            "capacity": _("Places offertes en même temps"),
        }
        help_texts = {
            "description": _("Deux ou trois phrases simples : ce qui se passe, avec qui."),
            "name_en": _("Pour les familles qui ne lisent pas le français."),
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "description_en": forms.Textarea(attrs={"rows": 4}),
            "joining": forms.RadioSelect,
            "cost": forms.RadioSelect,
            "capacity": forms.NumberInput(attrs={"min": 0}),
        }

    def __init__(self, *args: Any, places: list[Location], draft: Draft, **kwargs: Any) -> None:
        kwargs.setdefault("initial", as_typed(draft))
        super().__init__(*args, **kwargs)
        self.known_places = places
        self.fields["areas"].choices = _areas(  # type: ignore[attr-defined]
            self.instance.departement_id, draft["areas"]
        )
        self.fields["joining"].choices = Service.Joining.choices  # type: ignore[attr-defined]
        self.fields["capacity"].help_text = ""
        self.fields["places"].choices = [  # type: ignore[attr-defined]
            (str(place.pk), f"{place.name}, {place.commune}") for place in places
        ]

    def clean_phone(self) -> str:
        """Accept a number that a telephone can call, however it is spaced; nothing else."""
        typed = " ".join(str(self.cleaned_data["phone"]).split())
        if typed and not CALLABLE.fullmatch(re.sub(r"[ .()/-]", "", typed)):
            raise ValidationError(
                _("Écrivez un numéro que l’on peut appeler, comme 03 84 00 00 00.")
            )
        return typed

    def clean_new_place_commune(self) -> Commune | None:
        """Find the one commune meant."""
        typed = self.cleaned_data["new_place_commune"].strip()
        if not typed:
            return None
        found = list(Commune.objects.matching(typed, 2))
        if not found:
            raise ValidationError(_("Nous ne trouvons pas cette commune. Vérifiez l’écriture."))
        return found[0]

    def clean(self) -> dict[str, Any]:
        """Turn ages into months; a new place needs a name and a commune."""
        found: dict[str, Any] = super().clean() or {}
        lowest, highest = self._months("age_from"), self._months("age_until")
        self.instance.minimum_age = lowest
        self.instance.maximum_age = None if highest is None else max(highest - 1, 0)
        if lowest is not None and highest is not None and lowest >= highest:
            self.add_error("age_until", _("L’âge minimum ne peut pas dépasser l’âge maximum."))
        name, commune = found.get("new_place_name"), found.get("new_place_commune")
        if name and not commune and "new_place_commune" not in self.errors:
            self.add_error("new_place_commune", _("Dites dans quelle commune est ce lieu."))
        if commune and not name:
            self.add_error("new_place_name", _("Donnez un nom à ce lieu."))
        return found

    def _months(self, name: str) -> int | None:
        number = self.cleaned_data.get(name)
        unit = int(self.cleaned_data.get(f"{name}_unit") or 12)
        return None if number is None else number * unit

    def draft(self) -> Draft:
        """The draft of what was typed, without the hours."""
        typed = self.cleaned_data
        draft: Draft = {
            name: getattr(self.instance, name) if name.endswith("_age") else typed[name]
            for name in PLAIN
        }
        draft |= {name: sorted(typed[name]) for name in LISTS}
        draft |= {name: money(typed[name]) for name in MONEY}
        draft |= {"places": sorted(typed["places"]), "areas": sorted(typed["areas"])}
        return draft | {"new_place": self._new_place()}

    def _new_place(self) -> Draft | None:
        typed, commune = self.cleaned_data, self.cleaned_data["new_place_commune"]
        if commune is None:
            return None
        return {
            "name": typed["new_place_name"],
            "commune": commune.pk,
            "commune_name": commune.name,
            "address": typed["new_place_address"],
            "postcode": typed["new_place_postcode"],
        }


def _areas(departement: str, stored: list[str]) -> list[tuple[str, str]]:
    """The areas to choose from: France, each EPCI of the département, and those already chosen."""
    here = Epci.objects.filter(communes__departement=departement).distinct().order_by("name")
    offered = {"france:": str(_("toute la France"))}
    offered |= {f"epci:{siren}": name for siren, name in here.values_list("pk", "name")}
    return list({**dict(zip(stored, area_labels(stored), strict=True)), **offered}.items())


def as_typed(draft: Draft) -> dict[str, Any]:
    """What the fields of the form show for a draft."""
    shown = {name: draft[name] for name in (*PLAIN, *LISTS, *MONEY, "places", "areas")}
    shown["age_from"], shown["age_from_unit"] = _in_years(draft["minimum_age"])
    highest = draft["maximum_age"]
    shown["age_until"], shown["age_until_unit"] = _in_years(
        None if highest is None else highest + 1
    )
    new = draft["new_place"] or {}
    shown["new_place_commune"] = new.get("commune_name", "")
    return shown | {f"new_place_{n}": new.get(n, "") for n in ("name", "address", "postcode")}


def _in_years(months: int | None) -> tuple[int | None, str]:
    if months is None or (months % 12 == 0 and months > 0):
        return (None if months is None else months // 12), "12"
    return months, "1"


def _offer(form: forms.Form, places: list[tuple[str, Any]]) -> None:
    """Offer these places; an empty row starts at the first one that is not remote."""
    form.fields["place"].choices = places  # type: ignore[attr-defined]
    form.fields["place"].initial = places[1][0] if len(places) > 2 else ""


class TimesForm(forms.Form):
    """One rule of opening."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    place = forms.ChoiceField(label=_("Où"), required=False)
    byday = _boxes(_("Jours"), DAYS)
    opens_at = forms.TimeField(label=_("Ouvre à"), widget=forms.TimeInput(attrs={"type": "time"}))
    closes_at = forms.TimeField(label=_("Ferme à"), widget=forms.TimeInput(attrs={"type": "time"}))
    rhythm = forms.ChoiceField(
        label=_("Rythme"), choices=RHYTHMS, required=False, initial="WEEKLY 1"
    )
    school_period = forms.ChoiceField(
        label=_("Période"),
        choices=Schedule.SchoolPeriod.choices,
        required=False,
        initial=Schedule.SchoolPeriod.ALWAYS,
    )
    open_on_public_holidays = forms.BooleanField(
        label=_("Ouvert aussi les jours fériés"), required=False
    )
    dtstart = forms.DateField(
        label=_("À partir du"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Jusqu’au"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    note = forms.CharField(label=_("Précision"), max_length=200, required=False)

    def __init__(self, *args: Any, places: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, places)
        asked = (self.data or {}).get(self.add_prefix("rhythm")) or self.initial.get("rhythm")
        if asked and asked not in dict(RHYTHMS):
            kept = [*RHYTHMS, (asked, _("un autre rythme, gardé tel quel"))]
            self.fields["rhythm"].choices = kept  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Say what is missing or in the wrong order."""
        found: dict[str, Any] = super().clean() or {}
        opens, closes = found.get("opens_at"), found.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("L’heure de fermeture doit suivre l’heure d’ouverture."))
        if not found.get("byday"):
            self.add_error("byday", _("Choisissez au moins un jour."))
        start, until = found.get("dtstart"), found.get("until")
        if start and until and until < start:
            self.add_error("until", _("La fin doit suivre le début."))
        return found

    def draft(self, today: date) -> Draft:
        """One rule, as the draft holds it."""
        typed = self.cleaned_data
        freq, interval, byday = _rule_of(typed["rhythm"] or "WEEKLY 1", typed["byday"])
        return {
            "id": typed["id"],
            "place": typed["place"],
            "freq": freq,
            "interval": interval,
            "byday": byday,
            "opens_at": f"{typed['opens_at']:%H:%M}",
            "closes_at": f"{typed['closes_at']:%H:%M}",
            "dtstart": (typed["dtstart"] or today).isoformat(),
            "until": typed["until"].isoformat() if typed["until"] else None,
            "school_period": typed["school_period"] or Schedule.SchoolPeriod.ALWAYS.value,
            "open_on_public_holidays": typed["open_on_public_holidays"],
            "note": typed["note"],
        }


def _rule_of(rhythm: str, days: list[str]) -> tuple[str, int, list[str]]:
    freq, number, *kept = rhythm.split()
    if kept:  # a rhythm that this form cannot write: its days are in its own code
        return freq, int(number), kept
    if freq == Schedule.Freq.WEEKLY:
        return freq, int(number), days
    return freq, 1, [f"{number}{day}" for day in days]


def times_as_typed(times: Draft) -> dict[str, Any]:
    """What one row of hours shows for a rule."""
    shown = {k: v for k, v in times.items() if k not in ("freq", "interval")}
    ranks = {day[:-2] for day in times["byday"]}
    days = sorted({day[-2:] for day in times["byday"]}, key=[d for d, _label in DAYS].index)
    rhythm = f"{times['freq']} {times['interval']}"
    if times["freq"] == Schedule.Freq.MONTHLY:
        rhythm = f"MONTHLY {next(iter(ranks))}" if len(ranks) == 1 else ""
    if rhythm not in dict(RHYTHMS) or (times["freq"] == "MONTHLY" and times["interval"] != 1):
        rhythm = " ".join([times["freq"], str(times["interval"]), *times["byday"]])
    return shown | {"byday": days, "rhythm": rhythm}


def _in_french(day: str) -> str:
    return "/".join(reversed(day.split("-")))


class ExceptionForm(forms.Form):
    """One day that differs: closed, or open at other hours."""

    place = forms.ChoiceField(label=_("Où"), required=False)
    day = forms.DateField(label=_("Jour"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    opens_at = forms.TimeField(
        label=_("Ouvre à"), required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Sans heure : fermé ce jour-là."),
    )  # fmt: skip
    closes_at = forms.TimeField(
        label=_("Ferme à"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    until = forms.DateField(
        label=_("Jusqu’au"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("Pour fermer plusieurs jours."),
    )
    note = forms.CharField(label=_("Raison"), max_length=200, required=False)

    def __init__(self, *args: Any, places: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, places)

    def clean(self) -> dict[str, Any]:
        """Two hours in order, or none."""
        found: dict[str, Any] = super().clean() or {}
        opens, closes = found.get("opens_at"), found.get("closes_at")
        if bool(opens) != bool(closes) or (opens and closes and closes <= opens):
            self.add_error(
                "opens_at", _("Donnez deux heures dans l’ordre, ou aucune si c’est fermé.")
            )
        first, last = found.get("day"), found.get("until")
        if first and last and not first <= last <= first + timedelta(days=LONGEST_CLOSURE):
            self.add_error("until", _("La fin doit suivre le début, de trois mois au plus."))
        return found

    def drafts(self, weekdays: set[int]) -> list[Draft]:
        """The day, or each day of a longer closure on which the service would have opened."""
        typed = self.cleaned_data
        length = (typed["until"] - typed["day"]).days if typed["until"] else 0
        days = [typed["day"] + timedelta(days=number) for number in range(length + 1)]
        return [
            {
                "day": day.isoformat(),
                "place": typed["place"],
                "opens_at": f"{typed['opens_at']:%H:%M}" if typed["opens_at"] else None,
                "closes_at": f"{typed['closes_at']:%H:%M}" if typed["closes_at"] else None,
                "note": typed["note"],
            }
            for day in days
            if length == 0 or day.weekday() in weekdays
        ]

    @property
    def summary(self) -> str:
        """One line for a row that is folded."""
        day = self.initial.get("day") if not self.is_bound else self["day"].value()
        if not day or self.errors:
            return ""
        hours = self["opens_at"].value()
        said = f"{hours} – {self['closes_at'].value()}" if hours else str(_("fermé"))
        return " · ".join(filter(None, [_in_french(str(day)), said, self["note"].value() or ""]))


TimesForms = forms.formset_factory(TimesForm, extra=0, max_num=MOST_RULES, validate_max=True)
ExceptionForms = forms.formset_factory(ExceptionForm, extra=0, max_num=MOST_DAYS, validate_max=True)


class StatusForm(forms.ModelForm):  # type: ignore[type-arg]
    """Open, closed for a time, paused or over, with a message for families."""

    class Meta:
        model = Service
        fields = ("status", "alert")
        labels = {"status": _("Aujourd’hui, ce service est…"), "alert": _("Message aux familles")}
        help_texts = {"alert": _("Par exemple : fermé jusqu’au 5 janvier, appelez la mairie.")}
        widgets = {"status": forms.RadioSelect}


class AnswerForm(forms.Form):
    """What was done about a report."""

    answer = forms.CharField(
        label=_("Ce que vous avez fait"),
        max_length=300,
        error_messages={"required": _("Dites en quelques mots ce que vous avez fait.")},
    )


def place_choices(places: list[Location]) -> list[tuple[str, Any]]:
    """Where a row of hours may hold: at a distance, in a place known, in the one being added."""
    known = [(str(place.pk), f"{place.name}, {place.commune}") for place in places]
    new = [(NEW_PLACE, _("le nouveau lieu ci-dessus"))]
    return [("", _("à distance (téléphone, vidéo)")), *known, *new]
