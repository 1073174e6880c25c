"""What an agent ticks to call a family back: a day, a reason of a short list, its agreement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.families.form_fields import NameField, ReachField
from maillage.families.models import Consent, Contact
from maillage.workday.calls import Called, Newcomer, Promise
from maillage.workday.models import CallBack

FURTHEST = timedelta(days=183)
SOON = timedelta(days=7)
DAY = forms.DateInput({"type": "date"}, "%Y-%m-%d")
REASON_OF = {
    CallBack.Origin.BOOKED: CallBack.Purpose.AFTER,
    CallBack.Origin.INVITED: CallBack.Purpose.BOOKED,
    CallBack.Origin.REFERRED: CallBack.Purpose.PASSED_ON,
    CallBack.Origin.NOTHING: CallBack.Purpose.SEARCH,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a line is about: a family that is known, one that was invited, or nobody yet."""

    origin: CallBack.Origin
    departement_id: str
    contact: Contact | None = None
    object_id: UUID | None = None
    name: str = ""
    reach: str = ""
    language: str = "fr"


def read_day(typed: date, today: date) -> date:
    """Refuse a day that is past, or too far to be kept in mind."""
    if typed < today:
        raise forms.ValidationError(_("Ce jour est passé. Choisissez aujourd’hui ou plus tard."))
    if typed > today + FURTHEST:
        raise forms.ValidationError(_("C’est trop loin : choisissez un jour dans les six mois."))
    return typed


class PromiseForm(forms.Form):
    """One line of the queue. No box takes a sentence: what was said stays between them."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    organization = forms.ChoiceField(label=gettext_lazy("Pour quelle structure ?"))
    name = NameField(label=gettext_lazy("Son prénom, ou un surnom"))
    reach = ReachField(
        label=gettext_lazy("Son téléphone ou son adresse électronique"),
        help_text=gettext_lazy("Le sien : celui où cette famille veut être rappelée."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Langue de la famille"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Pourquoi la rappeler ?"),
        choices=CallBack.Purpose.choices,
        widget=forms.RadioSelect,
    )
    call_on = forms.DateField(
        label=gettext_lazy("Quel jour ?"),
        widget=DAY,
        error_messages={
            "required": gettext_lazy("Choisissez un jour."),
            "invalid": gettext_lazy("Ce jour n’existe pas : choisissez-en un autre."),
        },
    )
    means = forms.ChoiceField(
        label=gettext_lazy("La famille donne son accord"),
        choices=[
            (Consent.Means.DESK.value, gettext_lazy("sur place")),
            (Consent.Means.PHONE.value, gettext_lazy("au téléphone")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Dites comment la famille a donné son accord.")},
    )
    consent = forms.BooleanField(
        label=gettext_lazy(
            "La famille veut être rappelée, et sait que son prénom et ce moyen de la joindre sont"
            " gardés pour cela"
        ),
        error_messages={
            "required": gettext_lazy("Sans son accord, rien n’est gardé : demandez-le-lui d’abord.")
        },
    )

    def __init__(self, data: Any, *, subject: Subject, places: Sequence[tuple[UUID, str]]) -> None:
        super().__init__(data, initial=self._first(subject))
        self.subject, self.places = subject, places
        cast(forms.ChoiceField, self.fields["organization"]).choices = [
            (str(key), name) for key, name in places
        ]
        known = ("name", "reach", "language") if subject.contact is not None else ()
        for dropped in (*known, *(("organization",) if len(places) == 1 else ())):
            del self.fields[dropped]

    @staticmethod
    def _first(subject: Subject) -> dict[str, Any]:
        return {
            "key": uuid4(),
            "name": subject.name,
            "reach": subject.reach,
            "language": subject.language,
            "purpose": REASON_OF[subject.origin],
            "call_on": timezone.localdate() + SOON,
        }

    def clean_call_on(self) -> date:
        """A day to come."""
        return read_day(self.cleaned_data["call_on"], timezone.localdate())

    def promise(self) -> Promise:
        """What the action needs; call it on a valid form."""
        data, subject = self.cleaned_data, self.subject
        return Promise(
            key=data["key"],
            organization_id=UUID(data.get("organization") or str(self.places[0][0])),
            departement_id=subject.departement_id,
            who=subject.contact or self._newcomer(),
            purpose=CallBack.Purpose(data["purpose"]),
            call_on=data["call_on"],
            means=Consent.Means(data["means"]),
            origin=subject.origin,
            object_id=subject.object_id,
        )

    def _newcomer(self) -> Newcomer:
        data = self.cleaned_data
        channel, address = data["reach"]
        return Newcomer(data["name"], channel, address, data["language"])


class CalledForm(forms.Form):
    """What came of a call."""

    step = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=gettext_lazy("Qu’a donné l’appel ?"),
        choices=[
            ("reached", gettext_lazy("Jointe")),
            ("missed", gettext_lazy("Pas jointe")),
            ("no_longer", gettext_lazy("Plus besoin")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Dites ce qu’a donné l’appel.")},
    )
    again_on = forms.DateField(
        label=gettext_lazy("Rappeler de nouveau le"),
        help_text=gettext_lazy("Si elle n’est pas jointe, ou si elle le souhaite."),
        required=False,
        widget=DAY,
        error_messages={"invalid": gettext_lazy("Ce jour n’existe pas : choisissez-en un autre.")},
    )

    def __init__(self, data: Any = None, *, line: CallBack) -> None:
        names = f"c{line.pk.hex[:8]}_%s"
        super().__init__(data, initial={"step": line.step}, auto_id=names)
        self.line = line

    def clean_again_on(self) -> date | None:
        """A day to come, if one is given."""
        typed = self.cleaned_data["again_on"]
        return None if typed is None else read_day(typed, timezone.localdate())

    def clean(self) -> dict[str, Any]:
        """Who was not reached is called another day: a family is not lost by silence."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        silent = data.get("answer") == "missed" and not data.get("again_on")
        if silent and "again_on" not in self.errors:
            self.add_error("again_on", _("Choisissez le jour du prochain essai."))
        return data

    def called(self) -> Called:
        """What the action needs; call it on a valid form."""
        data = self.cleaned_data
        return Called(data["step"], data["answer"], data["again_on"])
