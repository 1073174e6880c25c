"""The rooms of the places where we receive: their names, and how many people they hold."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.agenda import permissions, rooms
from maillage.agenda.models import Room
from maillage.directory.models import Location
from maillage.organizations.permissions import AtWork, professionals_only


class RoomForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name, a place, and how many people fit, those who receive included."""

    class Meta:
        model = Room
        fields = ("location", "name", "capacity")
        labels = {
            "location": gettext_lazy("Lieu"),
            "name": gettext_lazy("Nom de la salle"),
            "capacity": gettext_lazy("Personnes qu’elle reçoit, professionnels compris"),
        }
        error_messages = {
            "location": {"required": gettext_lazy("Choisissez le lieu.")},
            "name": {"required": gettext_lazy("Donnez un nom à la salle.")},
            "capacity": {
                "required": gettext_lazy("Dites combien de personnes y tiennent."),
                "invalid": gettext_lazy("Écrivez un nombre entier."),
                "min_value": gettext_lazy("Une salle reçoit au moins une personne."),
            },
        }

    def __init__(self, *args: Any, places: list[Location], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["location"].queryset = Location.objects.filter(  # type: ignore[attr-defined]
            pk__in=[one.pk for one in places]
        )
        if len(places) == 1 and self.instance._state.adding:
            self.fields["location"].initial = places[0].pk

    def clean(self) -> dict[str, Any]:
        """One name in one place, said as the database says it."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self._post_name(found)
        return found

    def _post_name(self, found: dict[str, Any]) -> None:
        same = Room.objects.filter(location=found["location"], name=found["name"])
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Une salle de ce lieu porte déjà ce nom."))


@never_cache
@professionals_only(permissions.keeps_rooms)
@require_http_methods(["GET", "POST"])
def all_rooms(request: AtWork) -> HttpResponse:
    """The rooms that I keep, and one more."""
    return _edit(request, Room(), is_new=True)


@never_cache
@professionals_only(permissions.keeps_rooms)
@require_http_methods(["GET", "POST"])
def change_room(request: AtWork, room_id: UUID) -> HttpResponse:
    """Another name, or more or fewer people."""
    return _edit(request, permissions.room_to_keep(request, room_id), is_new=False)


def _edit(request: AtWork, room: Room, *, is_new: bool) -> HttpResponse:
    places = permissions.places_kept(request)
    data = request.POST if request.method == "POST" else None
    form = RoomForm(data, instance=room, places=places)
    if data is not None and form.is_valid():
        rooms.keep(form.instance, by=request.user.pk)
        messages.success(request, _("La salle est enregistrée."))
        return redirect("agenda:rooms")
    known = permissions.rooms_of(request) if is_new else ()
    page = {"form": form, "rooms": known, "is_new": is_new, "places": places, "room": room}
    return render(request, "agenda/rooms.html", page, status=200 if data is None else 400)
