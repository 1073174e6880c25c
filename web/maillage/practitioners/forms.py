"""What a manager writes of the professionals of their structure."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from maillage.organizations.models import Organization
from maillage.people.models import User
from maillage.practitioners.actions import Identity, Paper
from maillage.practitioners.models import (
    Credential,
    Practitioner,
    Profession,
    Skill,
    Training,
    TrainingSession,
)

SPOKEN = ("fr", "en", "ar", "de", "es", "it", "pl", "pt", "ro", "ru", "sq", "tr", "uk")
NEEDS_AN_END = {Credential.Kind.FITNESS, Credential.Kind.TRAINING}


def languages() -> list[tuple[str, Any]]:
    """The languages to choose from, named in the reader's own."""
    named = [(code, get_language_info(code)["name_translated"]) for code in SPOKEN]
    return [*named, ("fsl", _("langue des signes française"))]


class PersonForm(forms.Form):
    """Who receives families, as families will read it, and the account that is theirs."""

    name = forms.CharField(
        label=_("Son nom, tel que les familles le liront"),
        max_length=120,
        error_messages={"required": _("Écrivez son nom.")},
    )
    profession = forms.ChoiceField(
        label=_("Son métier"),
        choices=Profession.choices,
        error_messages={"required": _("Choisissez son métier.")},
    )
    languages = forms.MultipleChoiceField(
        label=_("Les langues qu’elle parle"),
        choices=languages,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    email = forms.EmailField(
        label=_("L’adresse de son compte"),
        required=False,
        help_text=_("Pour que cette personne tienne elle-même son agenda."),
        error_messages={"invalid": _("Cette adresse est incomplète. Vérifiez-la.")},
    )

    def clean_email(self) -> User | None:
        """Find the account; one that does not exist is invited first."""
        typed = self.cleaned_data["email"]
        if not typed:
            return None
        found = User.objects.filter(email__iexact=typed, is_active=True).first()
        if found is None:
            raise forms.ValidationError(
                _(
                    "Aucun compte ici à cette adresse. Laissez vide pour l’instant, et demandez à"
                    " l’administrateur du département d’inviter cette personne."
                )
            )
        return found

    def identity(self) -> Identity:
        """What the action needs."""
        typed = self.cleaned_data
        return Identity(
            name=" ".join(typed["name"].split()),
            profession=typed["profession"],
            languages=typed["languages"],
            user=typed["email"],
        )


class NewPersonForm(PersonForm):
    """The same, for one of the organizations that one manages."""

    organization = forms.ModelChoiceField(
        label=_("Pour quel organisme"), queryset=Organization.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, employers: list[Organization], **options: Any) -> None:
        super().__init__(*args, **options)
        mine = Organization.objects.filter(pk__in=[one.pk for one in employers])
        self.fields["organization"].queryset = mine  # type: ignore[attr-defined]
        if len(employers) == 1:
            self.fields["organization"].initial = employers[0].pk
            self.fields["organization"].widget = forms.HiddenInput()


def as_typed(person: Practitioner) -> dict[str, Any]:
    """What the form shows of someone."""
    return {
        "name": person.name,
        "profession": person.profession,
        "languages": person.languages,
        "email": person.user.email if person.user is not None else "",
    }


def _day(label: Any, **more: Any) -> forms.DateField:
    invalid = {"required": _("Donnez une date."), "invalid": _("Écrivez une date.")}
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=invalid, **more)


class PaperForm(forms.Form):
    """A paper that was seen: what kind, which dates. It is never copied nor kept."""

    kind = forms.ChoiceField(label=_("Quel papier"), choices=Credential.Kind.choices)
    skill = forms.ChoiceField(
        label=_("S’il prouve une compétence, laquelle"),
        choices=[("", _("aucune")), *Skill.choices],
        required=False,
        help_text=_("Une compétence n’est proposée aux familles que si un papier la prouve."),
    )
    label = forms.CharField(
        label=_("Son intitulé"),
        max_length=160,
        required=False,
        help_text=_("Par exemple : master de psychologie, formation à l’écoute."),
    )
    issued_on = _day(_("Délivré le"))
    valid_until = _day(
        _("Valable jusqu’au"),
        required=False,
        help_text=_("Obligatoire pour l’attestation d’honorabilité et la formation."),
    )
    checked_on = _day(_("Vu le"), initial=timezone.localdate)

    def clean(self) -> dict[str, Any]:
        """Dates in order, and an end where the law wants one."""
        found: dict[str, Any] = super().clean() or {}
        issued, seen, until = (found.get(n) for n in ("issued_on", "checked_on", "valid_until"))
        if isinstance(seen, date) and seen > timezone.localdate():
            self.add_error("checked_on", _("Un papier se note une fois vu, pas avant."))
        if issued and seen and seen < issued:
            self.add_error("checked_on", _("Un papier ne peut pas être vu avant d’être délivré."))
        if issued and until and until < issued:
            text = _("La fin de validité doit suivre la date de délivrance.")
            self.add_error("valid_until", text)
        self._check_skill(found)
        if found.get("kind") == Credential.Kind.FITNESS and issued and seen:
            self._check_fitness(issued, seen, until)
        missing = "valid_until" not in self.errors and until is None
        if missing and found.get("kind") in NEEDS_AN_END:
            self.add_error("valid_until", _("Donnez la date de fin de validité."))
        return found

    def _check_skill(self, found: dict[str, Any]) -> None:
        if found.get("kind") == Credential.Kind.SKILL and not found.get("skill"):
            self.add_error("skill", _("Dites quelle compétence ce papier prouve."))
        elif found.get("kind") != Credential.Kind.SKILL:
            found["skill"] = ""

    def _check_fitness(self, issued: date, seen: date, until: date | None) -> None:
        """Six months at most when it is shown, three years at most until the next one."""
        if seen > issued + Credential.FRESH:
            text = _("Cette attestation a plus de six mois : demandez-en une nouvelle.")
            self.add_error("issued_on", text)
        if until and until > seen + Credential.CHECKED_AGAIN:
            text = _("Elle se revoit tous les trois ans : donnez une date plus proche.")
            self.add_error("valid_until", text)

    def paper(self) -> Paper:
        """What the action needs."""
        typed = self.cleaned_data
        kind = typed["kind"]
        return Paper(**typed | {"label": typed["label"] or str(Credential.Kind(kind).label)})


class TrainingForm(forms.Form):
    """A session of a training; a title that is already known adds a session to it."""

    departement = forms.ChoiceField(label=_("Département"))
    title = forms.CharField(
        label=_("La formation"),
        max_length=160,
        error_messages={"required": _("Donnez le titre de la formation.")},
        help_text=_("Le même titre qu’une formation connue lui ajoute une session."),
    )
    gives = forms.ChoiceField(
        label=_("Ce qu’elle donne"),
        choices=[("", _("la formation obligatoire pour recevoir les familles")), *Skill.choices],
        required=False,
    )
    valid_months = forms.IntegerField(
        label=_("Combien de mois elle vaut"), min_value=1, max_value=120, initial=36
    )
    starts_on = _day(_("Du"))
    ends_on = _day(_("Au"))
    place = forms.CharField(
        label=_("Où"), max_length=150, error_messages={"required": _("Dites où.")}
    )
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=500, initial=12)

    def __init__(self, *args: Any, departements: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.departements = departements
        self.fields["departement"].choices = [  # type: ignore[attr-defined]
            (code, code) for code in departements
        ]
        if len(departements) == 1:
            self.fields["departement"].widget = forms.HiddenInput()
            self.fields["departement"].initial = departements[0]

    def clean(self) -> dict[str, Any]:
        """Two days in order, not yet gone."""
        found: dict[str, Any] = super().clean() or {}
        starts, ends = found.get("starts_on"), found.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("La fin doit suivre le début."))
        return found

    def save(self) -> TrainingSession:
        """Write the session, and its training if it is new."""
        typed = self.cleaned_data
        training, _made = Training.objects.get_or_create(
            departement_id=typed["departement"],
            title=" ".join(typed["title"].split()),
            defaults={"skill": typed["gives"], "valid_months": typed["valid_months"]},
        )
        return TrainingSession.objects.create(
            training=training,
            departement_id=typed["departement"],
            starts_on=typed["starts_on"],
            ends_on=typed["ends_on"],
            place=typed["place"],
            capacity=typed["capacity"],
        )
