"""What a professional writes in their agenda."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = timedelta(days=400)


class AbsenceForm(forms.Form):
    """From one day to another, both included; or some hours of one day. No reason is asked."""

    first_day = forms.DateField(
        label=_("Du"),
        error_messages={
            "required": _("Donnez le premier jour."),
            "invalid": _("Écrivez une date."),
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = forms.DateField(
        label=_("Au (inclus)"),
        error_messages={
            "required": _("Donnez le dernier jour."),
            "invalid": _("Écrivez une date."),
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any] | None:
        """Put the days in order."""
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Le dernier jour doit suivre le premier."))
        elif first and last and last - first > LONGEST:
            self.add_error("last_day", _("Une absence dure un an au plus."))
        return data

    def period(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the instants between which the practitioner is away."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        return (
            datetime.combine(first, time(), tzinfo=zone),
            datetime.combine(last + timedelta(days=1), time(), tzinfo=zone),
        )


class OutcomeForm(forms.Form):
    """How an appointment ended."""

    state = forms.ChoiceField(
        choices=[
            ("attended", _("a eu lieu")),
            ("excused", _("excusé")),
            ("no_show", _("personne n’est venu")),
        ]
    )
