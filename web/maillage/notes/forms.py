"""What is typed on the pages of notes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.families.models import Consent
from maillage.notes.actions import LONGEST_NOTE, LONGEST_WORD
from maillage.practitioners.models import Practitioner

GUARD = _(
    "N’écrivez rien sur la santé : ni diagnostic, ni traitement, ni maladie. Un besoin de soins"
    " devient une orientation, pas une note."
)
LONGEST_ANSWER = 8000


class NoteForm(forms.Form):
    """A professional's own words about one session."""

    text = forms.CharField(
        label=_("Ma note"),
        help_text=GUARD,
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)


class WordForm(forms.Form):
    """What a parent wants to say before the session."""

    text = forms.CharField(
        label=_("Votre mot"),
        help_text=_(
            "Ce que vous aimeriez dire ou savoir avant de venir. N’écrivez rien sur la santé :"
            " gardez-le pour votre médecin."
        ),
        max_length=LONGEST_WORD,
        error_messages={"required": _("Écrivez quelques mots, ou quittez cette page.")},
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )


class AnswerForm(forms.Form):
    """What the author tells a parent of their notes."""

    text = forms.CharField(
        label=_("Ce que disent mes notes"),
        help_text=_(
            "Recopiez ou résumez ce qui concerne cette personne et peut lui être dit ; rien sur"
            " quelqu’un d’autre. Si vous n’avez rien noté, dites-le."
        ),
        max_length=LONGEST_ANSWER,
        error_messages={"required": _("Écrivez la réponse ; si vous n’avez rien noté, dites-le.")},
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off"}),
    )


class CodeForm(forms.Form):
    """The code that a parent wrote down when they asked."""

    code = forms.CharField(
        label=_("Votre code"),
        help_text=_("Les vingt lettres et chiffres notés le jour de la demande."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class HandOverForm(forms.Form):
    """Which notes go to which colleague, and how each family agreed."""

    sessions = forms.MultipleChoiceField(
        label=_("Notes à remettre"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une note.")},
    )
    to = forms.ChoiceField(label=_("À qui"))
    means = forms.ChoiceField(
        label=_("Comment la famille a dit oui"),
        choices=[(Consent.Means.DESK, _("sur place")), (Consent.Means.PHONE, _("au téléphone"))],
    )
    agreed = forms.BooleanField(
        label=_("Chaque famille choisie m’a dit oui, et sait qu’elle peut changer d’avis."),
        error_messages={"required": _("Sans l’accord de la famille, rien n’est remis.")},
    )

    def __init__(
        self, data: Any, *, sessions: Iterable[tuple[str, str]], people: Iterable[Practitioner]
    ) -> None:
        super().__init__(data)
        self.fields["sessions"].choices = list(sessions)  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", "—")] + [  # type: ignore[attr-defined]
            (str(one.pk), f"{one.name}, {one.get_profession_display()}") for one in people
        ]

    def chosen(self, among: Iterable[Appointment]) -> list[Appointment]:
        """The sessions that were ticked."""
        ticked = set(self.cleaned_data["sessions"])
        return [one for one in among if str(one.pk) in ticked]
