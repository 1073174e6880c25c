"""Joint free time: when several practitioners, of whatever employers, a room and a way are free."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Availability, Room
from maillage.agenda.slots import Asked, Slot, next_slots
from maillage.directory.models import Service
from maillage.directory.openings import time_zone
from maillage.directory.vocabulary import Delivery
from maillage.practitioners.models import Practitioner

AHEAD = timedelta(days=84)
PLACES = ("person_1", "person_2", "person_3", "person_4")
SHOWN = 15


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who must be free together, for which help, how, in which room, from when."""

    people: tuple[UUID, ...]
    service: Service
    mode: str = ""
    room: UUID | None = None
    start: date | None = None


def free_together(wanted: Meeting, now: datetime) -> list[Slot]:
    """Return the next times when all of them are free; each is a slot of one who gives this help.

    What an employer knows of another's people is that a time is free, and nothing else.
    """
    start = now
    if wanted.start is not None:
        zone = time_zone(wanted.service.departement_id)
        start = max(now, datetime.combine(wanted.start, time(), tzinfo=zone))
    found: dict[datetime, Slot] = {}
    for lead in leads(wanted):
        asked = Asked(
            [wanted.service.pk], start, start + AHEAD, now,
            practitioner=lead, mode=wanted.mode, room=wanted.room,
            others=tuple(one for one in wanted.people if one != lead),
        )  # fmt: skip
        for slot in next_slots(asked, limit=SHOWN, each=1).slots:
            if _in_the_room(slot, wanted):
                found.setdefault(slot.starts_at, slot)
    return [found[moment] for moment in sorted(found)][:SHOWN]


def leads(wanted: Meeting) -> list[UUID]:
    """Those of them who give this help, in the order in which they were named."""
    giving = Availability.objects.filter(
        service=wanted.service, practitioner__in=wanted.people, joined_by=[]
    )
    known = set(giving.values_list("practitioner_id", flat=True))
    return [one for one in wanted.people if one in known]


def _in_the_room(slot: Slot, wanted: Meeting) -> bool:
    place = slot.occurrence.availability.service_at_location
    if wanted.room is None:
        return True
    return place is not None and place.location.rooms.filter(pk=wanted.room).exists()


class JointForm(forms.Form):
    """Two to four people, one help, and what else must be free."""

    person_1 = forms.ChoiceField(
        label=_("Première personne"), error_messages={"required": _("Choisissez deux personnes.")}
    )
    person_2 = forms.ChoiceField(
        label=_("Deuxième personne"), error_messages={"required": _("Choisissez deux personnes.")}
    )
    person_3 = forms.ChoiceField(label=_("Troisième personne"), required=False)
    person_4 = forms.ChoiceField(label=_("Quatrième personne"), required=False)
    service = forms.ChoiceField(
        label=_("Pour quelle aide"), error_messages={"required": _("Choisissez l’aide.")}
    )
    mode = forms.ChoiceField(label=_("De quelle façon"), required=False)
    room = forms.ChoiceField(label=_("Salle"), required=False)
    start = forms.DateField(
        label=_("À partir du"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"invalid": _("Écrivez une date.")},
    )

    def __init__(
        self,
        *args: Any,
        people: list[Practitioner],
        services: list[Service],
        rooms: list[Room],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.services = {str(one.pk): one for one in services}
        named = [(str(one.pk), f"{one.name}, {one.get_profession_display()}") for one in people]
        nobody = [("", "—")]
        for name in PLACES:
            self._choices(name, [*nobody, *named])
        given = [
            (key, f"{one.name} ({one.organization.name})") for key, one in self.services.items()
        ]
        self._choices("service", [*nobody, *given] if len(given) > 1 else given)
        self._choices("mode", [("", _("peu importe")), *Delivery.choices])
        placed = [(str(one.pk), f"{one.name}, {one.location.name}") for one in rooms]
        self._choices("room", [("", _("celle de la disponibilité")), *placed])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Each person once."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        people = [found[name] for name in PLACES if found.get(name)]
        if len(set(people)) < len(people):
            self.add_error("person_2", _("Choisissez des personnes différentes."))
        return found

    def meeting(self) -> Meeting:
        """What to look for; call it on a valid form."""
        data = self.cleaned_data
        return Meeting(
            people=tuple(UUID(data[name]) for name in PLACES if data.get(name)),
            service=self.services[data["service"]],
            mode=data["mode"],
            room=UUID(data["room"]) if data["room"] else None,
            start=data["start"],
        )
