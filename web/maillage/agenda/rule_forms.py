"""What is typed to say when a practitioner receives: one rule, and the days that differ from it."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Availability, Room
from maillage.directory.forms import TimesForm, times_as_typed
from maillage.directory.models import Service, ServiceAtLocation
from maillage.directory.openings import Hours
from maillage.directory.vocabulary import Delivery
from maillage.practitioners.models import Practitioner, Profession

ON_THE_SPOT = {Delivery.ON_SITE.value, Delivery.MOBILE.value}
MOST_DAYS = 80
CLOCK = {"type": "time"}


class AvailabilityForm(TimesForm):
    """One rule: for which service and where, how, when, and how it is cut into appointments."""

    id = None  # type: ignore[assignment]
    note = None  # type: ignore[assignment]
    place = forms.ChoiceField(
        label=_("Pour quel service, et où"),
        error_messages={"required": _("Choisissez le service et le lieu.")},
    )
    room = forms.ChoiceField(label=_("Salle"), required=False)
    new_room = forms.CharField(
        label=_("Ou une autre salle : son nom"), max_length=80, required=False
    )
    new_room_capacity = forms.IntegerField(
        label=_("Personnes qu’elle reçoit"), min_value=1, max_value=500, required=False
    )
    modes = forms.MultipleChoiceField(
        label=_("De quelle façon"),
        choices=Delivery.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une façon de recevoir.")},
    )
    opens_at = forms.TimeField(
        label=_("De"),
        widget=forms.TimeInput(CLOCK, "%H:%M"),
        error_messages={"required": _("Donnez l’heure de début.")},
    )
    closes_at = forms.TimeField(
        label=_("À"),
        widget=forms.TimeInput(CLOCK, "%H:%M"),
        error_messages={"required": _("Donnez l’heure de fin.")},
    )
    open_on_public_holidays = forms.BooleanField(label=_("Aussi les jours fériés"), required=False)
    slot_minutes = forms.IntegerField(
        label=_("Durée d’un rendez-vous, en minutes"), min_value=10, max_value=240, initial=60
    )
    buffer_minutes = forms.IntegerField(
        label=_("Pause après chacun, en minutes"), min_value=0, max_value=120, initial=0
    )
    notice_hours = forms.IntegerField(
        label=_("Réserver au plus tard, en heures avant"), min_value=0, max_value=1440, initial=24
    )
    horizon_days = forms.IntegerField(
        label=_("Réserver au plus tôt, en jours à l’avance"),
        min_value=1,
        max_value=366,
        initial=84,
    )

    joined_by = forms.MultipleChoiceField(
        label=_("Avec un autre professionnel : de quel métier ?"),
        choices=Profession.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Un moment n’est proposé que si une personne de chaque métier coché reçoit aussi pour"
            " ce service, au même endroit. Rien de coché : vous recevez sans autre professionnel."
        ),
    )
    confirmed_by_hand = forms.BooleanField(
        label=_("Chaque demande attend notre confirmation"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, rule: Availability, services: Iterable[Service], **options: Any
    ) -> None:
        self.rule, self.services = rule, {str(one.pk): one for one in services}
        self.offered = _places(self.services)
        if not rule._state.adding:
            options.setdefault("initial", _as_typed(rule))
        options["places"] = [(key, name) for key, (name, _at) in self.offered.items()]
        super().__init__(*args, **options)
        locations = {at.location_id for _name, at in self.offered.values() if at is not None}
        self.rooms = {
            str(one.pk): one
            for one in Room.objects.filter(location__in=locations)
            .select_related("location")
            .order_by("location__name", "name", "pk")
        }
        named = [(key, f"{one.name}, {one.location.name}") for key, one in self.rooms.items()]
        self._choices("room", [("", _("aucune en particulier")), *named])
        self.fields["place"].initial = None

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Hold the parts together: the ways are the service's, the room is in the place."""
        found = super().clean()
        if "place" not in found or self.errors:
            return found
        service, at = self._chosen(found["place"])
        self._check_ways(found, service, at)
        room = self._room(found, at)
        if not self.errors:
            self._fill(found, service, at, room)
            try:
                self.rule.validate_constraints()
            except ValidationError as refusal:
                self.add_error(None, refusal.messages)
        return found

    def _chosen(self, typed: str) -> tuple[Service, ServiceAtLocation | None]:
        service, _sep, _place = typed.partition(":")
        return self.services[service], self.offered[typed][1]

    def _check_ways(
        self, found: dict[str, Any], service: Service, at: ServiceAtLocation | None
    ) -> None:
        ways = set(found.get("modes", ()))
        if not ways <= set(service.modes):
            known = ", ".join(str(Delivery(one).label) for one in service.modes)
            text = _("Ce service est donné ainsi : %(ways)s. Choisissez parmi elles.")
            self.add_error("modes", text % {"ways": known})
        elif at is None and ways & ON_THE_SPOT:
            self.add_error("place", _("Choisissez le lieu où vous recevez."))

    def _room(self, found: dict[str, Any], at: ServiceAtLocation | None) -> Room | None:
        name, capacity = found.get("new_room", "").strip(), found.get("new_room_capacity")
        room = self.rooms.get(found.get("room", ""))
        if name and at is not None:
            if not capacity:
                self.add_error("new_room_capacity", _("Dites combien de personnes y tiennent."))
            return Room(location=at.location, name=name, capacity=capacity or 1)
        if name or (room is not None and (at is None or room.location_id != at.location_id)):
            self.add_error(
                "new_room" if name else "room", _("Cette salle n’est pas dans le lieu choisi.")
            )
        return room

    def _fill(
        self,
        found: dict[str, Any],
        service: Service,
        at: ServiceAtLocation | None,
        room: Room | None,
    ) -> None:
        rule = self.rule
        drafted = self.draft(found["dtstart"] or rule.dtstart)
        rule.organization, rule.service = service.organization, service
        rule.departement_id, rule.service_at_location = service.departement_id, at
        rule.room, rule.modes = room, found["modes"]
        rule.freq, rule.interval, rule.byday = (
            drafted[key] for key in ("freq", "interval", "byday")
        )
        rule.dtstart, rule.until = found["dtstart"] or rule.dtstart, found["until"]
        rule.school_period = drafted["school_period"]
        for name in (
            "opens_at", "closes_at", "open_on_public_holidays", "slot_minutes", "buffer_minutes",
            "notice_hours", "horizon_days", "joined_by", "confirmed_by_hand",
        ):  # fmt: skip
            setattr(rule, name, found[name])
        rule.version = found.get("version") or rule.version

    def read_again(self) -> None:
        """Somebody else changed the rule: what is typed stays, and may now be written over it."""
        stored = Availability.objects.filter(pk=self.rule.pk).values_list("version", flat=True)
        typed = cast(QueryDict, self.data).copy()
        typed["version"] = str(stored.first() or 1)
        self.data = typed

    def draft(self, today: date) -> dict[str, Any]:
        """The rule as the directory's own form writes it: rhythm and days made one."""
        self.cleaned_data |= {"id": None, "note": ""}
        return super().draft(today)


def _places(
    services: dict[str, Service],
) -> dict[str, tuple[str, ServiceAtLocation | None]]:
    """One choice for each service in each of its places, and at a distance if it is given so."""
    known = ServiceAtLocation.objects.filter(service__in=list(services)).select_related(
        "location__commune"
    )
    found: dict[str, tuple[str, ServiceAtLocation | None]] = {}
    for at in known.order_by("service__name", "location__name", "pk"):
        service = services[str(at.service_id)]
        name = f"{service.name} – {at.location.name}, {at.location.commune}"
        found[f"{service.pk}:{at.pk}"] = (name, at)
    for key, service in services.items():
        if set(service.modes) - ON_THE_SPOT:
            found[f"{key}:"] = (f"{service.name} – {_('à distance')}", None)
    return found


def _as_typed(rule: Availability) -> dict[str, Any]:
    names = [field.name for field in Availability._meta.concrete_fields]
    times = times_as_typed({name: getattr(rule, name) for name in names if not _links(name)})
    place = rule.service_at_location_id or ""
    return times | {"place": f"{rule.service_id}:{place}", "room": str(rule.room_id or "")}


def _links(name: str) -> bool:
    return bool(Availability._meta.get_field(name).is_relation)


class DayForm(forms.Form):
    """One day that differs from the rule: nobody received, or other hours."""

    day = forms.DateField(label=_("Jour"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    opens_at = forms.TimeField(
        label=_("De"), required=False, widget=forms.TimeInput(CLOCK, "%H:%M"),
        help_text=_("Sans heure : personne n’est reçu ce jour-là."),
    )  # fmt: skip
    closes_at = forms.TimeField(
        label=_("À"), required=False, widget=forms.TimeInput(CLOCK, "%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        """Two hours in order, or none."""
        found: dict[str, Any] = super().clean() or {}
        opens, closes = found.get("opens_at"), found.get("closes_at")
        if bool(opens) != bool(closes) or (opens and closes and closes <= opens):
            self.add_error("opens_at", _("Donnez deux heures dans l’ordre, ou aucune."))
        return found


DayForms = forms.formset_factory(
    DayForm, extra=1, can_delete=True, max_num=MOST_DAYS, validate_max=True
)


def days_of(rule: Availability, today: date) -> list[dict[str, Any]]:
    """The days apart to come, as the form shows them."""
    if rule._state.adding:
        return []
    coming = rule.exceptions.filter(day__gte=today).order_by("day")
    return [dict(one) for one in coming.values("day", "opens_at", "closes_at")]


def days_apart(rows: Any) -> dict[date, Hours | None]:
    """What was typed, once valid; the last row of a day wins."""
    found: dict[date, Hours | None] = {}
    for row in rows.forms:
        typed = getattr(row, "cleaned_data", {})
        if typed.get("day") and not typed.get("DELETE"):
            hours: tuple[time | None, time | None] = (typed["opens_at"], typed["closes_at"])
            found[typed["day"]] = cast(Hours, hours) if hours[0] is not None else None
    return found


def new_rule(practitioner: Practitioner, today: date) -> Availability:
    """An empty rule of this person, from today."""
    return Availability(practitioner=practitioner, dtstart=today)


class EndForm(forms.Form):
    """The last day on which a rule is offered."""

    last_day = forms.DateField(
        label=_("Dernier jour"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={
            "required": _("Donnez le dernier jour."),
            "invalid": _("Écrivez une date."),
        },
    )
