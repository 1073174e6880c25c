"""What is noted of a session from the day's page, in one go: ticked boxes, and words if wished."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Appointment
from maillage.notes.actions import LONGEST_NOTE
from maillage.notes.forms import GUARD
from maillage.support.forms import SessionForm, as_noted
from maillage.support.models import Session

STATE = Appointment.State


class OutcomeForm(forms.Form):
    """How an appointment ended, where no programme asks for more."""

    state = forms.ChoiceField(
        label=_("Comment cela s’est passé"),
        choices=[
            (STATE.ATTENDED, _("L’entretien a eu lieu")),
            (STATE.EXCUSED, _("La famille a prévenu qu’elle ne venait pas")),
            (STATE.NO_SHOW, _("Personne n’est venu")),
        ],
        initial=STATE.ATTENDED,
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites si l’entretien a eu lieu.")},
    )


class NoteForm(forms.Form):
    """A word for oneself, sealed as soon as it is sent."""

    note = forms.CharField(
        label=_("Ma note"),
        help_text=GUARD,
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


class NextForm(forms.Form):
    """The next appointment: one tap on a time. The same page sent twice gives one appointment."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class Closing:
    """The one form of a session to close: its outcome, and a note unless there is one already."""

    def __init__(self, appointment: Appointment, data: Any = None, *, noted: bool = False) -> None:
        self.appointment = appointment
        self.session: Session | None = getattr(appointment, "session", None)
        names = f"s{appointment.pk.hex[:8]}_%s"
        self.form: SessionForm | OutcomeForm = (
            SessionForm(data, initial=as_noted(self.session), auto_id=names)
            if self.session is not None
            else OutcomeForm(data, auto_id=names)
        )
        self.note = None if noted else NoteForm(data, auto_id=names)

    @property
    def is_wrong(self) -> bool:
        """Whether something typed must be corrected."""
        wrong_note = self.note is not None and self.note.is_bound and bool(self.note.errors)
        return bool(self.form.errors) or wrong_note

    def is_valid(self) -> bool:
        """Whether everything typed is right."""
        return self.form.is_valid() and (self.note is None or self.note.is_valid())

    @property
    def words(self) -> str:
        """The note that was typed."""
        return "" if self.note is None else str(self.note.cleaned_data["note"]).strip()
