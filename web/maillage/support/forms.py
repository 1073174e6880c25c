"""What is noted of a session, of an episode, of two households that are one."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.families.models import Consent
from maillage.practitioners.models import Practitioner
from maillage.support.actions import Outcome
from maillage.support.models import Session
from maillage.support.vocabulary import ClosingReason, NextStep, Purpose

STATE = Appointment.State
LONGEST = 480
SHORTEST = 5


class SessionForm(forms.Form):
    """One session, in one go; what is already known is filled in."""

    state = forms.ChoiceField(
        label=_("Comment cela s’est passé"),
        choices=[
            (STATE.ATTENDED, _("L’entretien a eu lieu")),
            (STATE.EXCUSED, _("La famille a prévenu qu’elle ne venait pas")),
            (STATE.NO_SHOW, _("Personne n’est venu")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites si l’entretien a eu lieu.")},
    )
    purposes = forms.MultipleChoiceField(
        label=_("À quoi il a servi"),
        choices=Purpose.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    minutes = forms.IntegerField(
        label=_("Durée réelle, en minutes"),
        required=False,
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        error_messages={
            "invalid": _("Écrivez un nombre de minutes."),
            "min_value": _("Un entretien dure 5 minutes au moins."),
            "max_value": _("Un entretien dure 8 heures au plus."),
        },
    )
    composition = forms.ChoiceField(
        label=_("Qui était là"), choices=Appointment.Composition.choices, required=False
    )
    next_step = forms.ChoiceField(
        label=_("La suite"), choices=[("", _("à voir")), *NextStep.choices], required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the rest only when it took place."""
        typed = super().clean() or {}
        if typed.get("state") == STATE.ATTENDED:
            if not typed.get("purposes") and "purposes" not in self.errors:
                self.add_error("purposes", _("Cochez au moins une réponse."))
            if not typed.get("minutes") and "minutes" not in self.errors:
                self.add_error("minutes", _("Écrivez combien de minutes il a duré."))
            if not typed.get("composition") and "composition" not in self.errors:
                self.add_error("composition", _("Choisissez qui était là."))
        return typed

    def outcome(self) -> Outcome:
        """What the action needs."""
        typed = self.cleaned_data
        return Outcome(
            state=STATE(typed["state"]),
            purposes=tuple(Purpose(each) for each in typed["purposes"]),
            minutes=typed["minutes"],
            composition=typed["composition"],
            next_step=typed["next_step"],
        )


def as_noted(session: Session) -> dict[str, Any]:
    """What the form shows of a session: what was noted, else what was planned."""
    planned = session.appointment
    lasted = (planned.ends_at - planned.starts_at).total_seconds() // 60
    if session.closed_at is None:
        missed = planned.state in {STATE.EXCUSED, STATE.NO_SHOW}
        return {
            "state": planned.state if missed else STATE.ATTENDED,
            "minutes": int(lasted),
            "composition": planned.composition,
        }
    return {
        "state": planned.state,
        "purposes": session.purposes,
        "minutes": session.minutes or int(lasted),
        "composition": session.composition or planned.composition,
        "next_step": session.next_step,
    }


class WordsForm(forms.Form):
    """What a parent hopes for, as they say it."""

    words = forms.CharField(
        label=_("Avec ses mots"),
        help_text=_("Ses mots à lui, lus par lui et par vous seulement. Rien sur la santé."),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"max_length": _("C’est un peu long : 2 000 caractères au plus.")},
    )


class NextStepForm(forms.Form):
    """What comes next."""

    next_step = forms.ChoiceField(
        label=_("La suite"),
        choices=NextStep.choices,
        error_messages={"required": _("Choisissez la suite.")},
    )


class HandOverForm(forms.Form):
    """Someone else follows the family."""

    practitioner = forms.ModelChoiceField(
        label=_("Qui suit cette famille maintenant"),
        queryset=Practitioner.objects.none(),
        help_text=_("Aucune raison n’est demandée."),
        error_messages={
            "required": _("Choisissez une personne."),
            "invalid_choice": _("Cette personne ne travaille pas ici. Choisissez-en une autre."),
        },
    )

    def __init__(self, *args: Any, colleagues: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["practitioner"].queryset = colleagues  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """Why it ends."""

    # A family that goes on elsewhere, or is joined to another, is noted by the program itself.
    GIVEN: tuple[ClosingReason, ...] = (
        ClosingReason.ENOUGH,
        ClosingReason.ALL_GIVEN,
        ClosingReason.REFERRED,
        ClosingReason.FAMILY_CHOICE,
        ClosingReason.NO_NEWS,
        ClosingReason.PROGRAMME_OVER,
    )
    reason = forms.ChoiceField(
        label=_("Pourquoi il se termine"),
        choices=[(each.value, each.label) for each in GIVEN],
        error_messages={"required": _("Choisissez une réponse.")},
    )


class SameFamilyForm(forms.Form):
    """Two households that are one family, with the word of each adult."""

    household = forms.ChoiceField(
        label=_("L’autre foyer"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez l’autre foyer."),
            "invalid_choice": _("Vous ne connaissez pas ce foyer. Choisissez-en un dans la liste."),
        },
    )
    means = forms.ChoiceField(
        label=_("Comment l’accord a été recueilli"),
        choices=[
            (Consent.Means.PHONE.value, Consent.Means.PHONE.label),
            (Consent.Means.DESK.value, Consent.Means.DESK.label),
        ],
    )
    agreed = forms.BooleanField(
        label=_("Chaque adulte des deux foyers m’a dit oui"),
        error_messages={"required": _("Il faut l’accord de chaque adulte.")},
    )

    def __init__(self, *args: Any, households: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(str(key), label) for key, label in households]
        self.fields["household"].choices = choices  # type: ignore[attr-defined]
