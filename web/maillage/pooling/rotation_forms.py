"""A rotation as it is typed: the hours of a half-day, and a place for each one of the cycle."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS as DAY_NAMES
from django.utils.translation import gettext_lazy as _

from maillage.pooling.grids import DAYS, Frame, Grid, Ground, Slot, slots_of
from maillage.pooling.models import Rotation
from maillage.pooling.rotating import Wanted

CLOCK = {"type": "time"}
LONGEST = 2  # weeks


def key(slot: Slot) -> str:
    """The name of the box of a half-day."""
    return f"s{slot.week}{slot.weekday}{slot.half}"


class RotationForm(forms.Form):
    """One choice of place for each half-day."""

    weeks = forms.ChoiceField(
        label=_("La rotation tourne"),
        choices=[("1", _("chaque semaine")), ("2", _("sur deux semaines, A et B"))],
    )
    starts_on = forms.DateField(
        label=_("À partir du lundi"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": _("Donnez un lundi."), "invalid": _("Écrivez une date.")},
    )
    morning_from = forms.TimeField(label=_("Matin, de"), widget=forms.TimeInput(CLOCK, "%H:%M"))
    morning_to = forms.TimeField(label=_("à"), widget=forms.TimeInput(CLOCK, "%H:%M"))
    afternoon_from = forms.TimeField(
        label=_("Après-midi, de"), widget=forms.TimeInput(CLOCK, "%H:%M")
    )
    afternoon_to = forms.TimeField(label=_("à"), widget=forms.TimeInput(CLOCK, "%H:%M"))
    pause_minutes = forms.IntegerField(
        label=_("Pause de midi, en minutes"), min_value=0, max_value=180,
        help_text=_("Le reste de midi sert à la route."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Pourquoi ce changement"), max_length=1000, required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ground: Ground, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ground = ground
        choices = [("", "—"), *((str(one.pk), ground.name(one.pk)) for one in ground.places)]
        for slot in slots_of(LONGEST):
            half = _("après-midi") if slot.half else _("matin")
            self.fields[key(slot)] = forms.ChoiceField(label=half, choices=choices, required=False)

    def weeks_shown(self) -> Iterator[dict[str, Any]]:
        """The boxes, week by week and day by day."""
        for week in range(LONGEST):
            days = [
                (DAY_NAMES[day], [self[key(Slot(week, day, half))] for half in (0, 1)])
                for day in range(DAYS)
            ]
            yield {"name": "AB"[week], "days": days, "number": week}

    @property
    def two_weeks(self) -> bool:
        """Whether the second week counts."""
        return str(self["weeks"].value()) == "2"

    def clean(self) -> dict[str, Any]:
        """Hold it to what the database asks: a Monday, hours in order."""
        found: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self._row(found).validate_constraints(exclude={"agreement"})
            except ValidationError as refusal:
                self.add_error(None, refusal.messages)
        return found

    def wanted(self) -> Wanted:
        """What was typed, once valid."""
        found = self.cleaned_data
        weeks = int(found["weeks"])
        frame = Frame(
            weeks,
            (
                (found["morning_from"], found["morning_to"]),
                (found["afternoon_from"], found["afternoon_to"]),
            ),
            found["pause_minutes"],
            found["starts_on"],
        )
        known = {str(one.pk): one.pk for one in self.ground.places}
        grid = {slot: known[found[key(slot)]] for slot in slots_of(weeks) if found[key(slot)]}
        return Wanted(frame, grid, found["note"])

    @staticmethod
    def _row(found: dict[str, Any]) -> Rotation:
        names = (
            "starts_on", "morning_from", "morning_to", "afternoon_from", "afternoon_to",
            "pause_minutes",
        )  # fmt: skip
        return Rotation(weeks=int(found["weeks"]), **{name: found[name] for name in names})


def as_typed(wanted: Wanted, edition: int) -> dict[str, Any]:
    """A rotation as the form shows it."""
    (morning_from, morning_to), (afternoon_from, afternoon_to) = wanted.frame.spans
    return {
        "weeks": str(wanted.frame.weeks),
        "starts_on": wanted.frame.starts_on,
        "morning_from": morning_from,
        "morning_to": morning_to,
        "afternoon_from": afternoon_from,
        "afternoon_to": afternoon_to,
        "pause_minutes": wanted.frame.pause_minutes,
        "note": wanted.note,
        "edition": edition,
    } | {key(slot): str(place) for slot, place in wanted.grid.items()}


def usual_frame(today: date) -> Frame:
    """The half-days of most town halls, from the second Monday to come."""
    monday = today - timedelta(days=today.weekday()) + timedelta(days=14)
    return Frame(1, ((time(9), time(12)), (time(13, 30), time(17))), 30, monday)


def retyped(data: Any, grid: Grid) -> dict[str, Any]:
    """What was typed, with the half-days of another grid."""
    found = cast(dict[str, Any], data.dict())
    for slot in slots_of(LONGEST):
        found[key(slot)] = str(grid.get(slot, ""))
    return found
