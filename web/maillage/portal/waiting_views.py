"""When nothing fits: wait for a slot, leave, and answer the one that is held for you."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.agenda import waiting
from maillage.agenda.booking import Who
from maillage.agenda.models import Appointment, Offer, WaitingEntry
from maillage.directory.models import Service
from maillage.directory.openings import time_zone
from maillage.families import links
from maillage.families.models import Contact, ContactLink
from maillage.portal import space, words
from maillage.portal.bookings import take
from maillage.portal.free_times import rules_of, service_to_book
from maillage.portal.prices import price
from maillage.portal.promises import told_to_wait
from maillage.portal.space_forms import WaitingForm


class AcceptForm(forms.Form):
    """Who comes to the slot that is held."""

    composition = forms.ChoiceField(
        label=_("Qui vient ?"),
        choices=Appointment.Composition.choices,
        initial=Appointment.Composition.ALONE,
        widget=forms.RadioSelect,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Wait for a slot, without any earlier appointment."""
    service = service_to_book(service_id)
    known = space.someone(request)
    data = request.POST if request.method == "POST" else None
    form = WaitingForm(data, known=known is not None, **_choices(service))
    if data is None or not form.is_valid():
        page = {
            "service": service,
            "title": words.name(service),
            "form": form,
            "known": known,
            "key": _key(data),
        }
        return render(request, "portal/wait.html", page, status=200 if data is None else 400)
    entry = _joined(service, form, known, _key(data))
    told_to_wait(entry)
    return render(request, "portal/waits.html", {"entry": entry, "title": words.name(service)})


@require_safe
@never_cache
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """The slot that is held, until when, and how to say yes or no."""
    return _shown(request, token, AcceptForm())


@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Take it."""
    entry = _entry(token)
    form = AcceptForm(request.POST)
    held = waiting.current_offer(entry, timezone.now())
    if held is None or not form.is_valid():
        return _shown(request, token, form)
    composition = Appointment.Composition(form.cleaned_data["composition"])
    made = take(waiting.wanted(held, composition))
    return redirect("portal:appointment", token=made.token)


@require_POST
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """Leave it to the next family and go on waiting, or wait no more."""
    entry = _entry(token)
    if request.POST.get("answer") == "leave":
        waiting.leave(entry)
        messages.success(request, _("Vous n’attendez plus. Vous pouvez revenir quand vous voulez."))
        return redirect("portal:service", service_id=entry.service_id)
    waiting.decline(entry)
    messages.success(request, _("C’est laissé à une autre famille. Vous gardez votre place."))
    return redirect("portal:offer", token=token)


def _shown(request: HttpRequest, token: str, form: AcceptForm) -> HttpResponse:
    entry = _entry(token)
    now = timezone.now()
    held = waiting.current_offer(entry, now)
    page = {
        "token": token,
        "entry": entry,
        "title": words.name(entry.service),
        "standing": entry.state in {"waiting", "offered"},
        "form": form,
    }
    if held is None:
        return render(request, "portal/offer.html", page, status=200)
    return render(request, "portal/offer.html", page | _said(held, now))


def _said(held: Offer, now: Any) -> dict[str, Any]:
    zone = time_zone(held.departement_id)
    moment, until = held.starts_at.astimezone(zone), held.held_until.astimezone(zone)
    today = now.astimezone(zone).date()
    place = held.availability.service_at_location
    left = held.held_until - now
    return {
        "offer": held,
        "said": f"{words.day(moment.date(), today)}, {words.hour(moment.time())}",
        "until": f"{words.day(until.date(), today)}, {words.hour(until.time())}",
        "left": words.minutes(max(1, int(left / timedelta(minutes=1)))),
        "place": place.location if place is not None and held.mode == "on_site" else None,
        "fee": price(held.availability.service, moment.date()),
    }


def _entry(token: str) -> WaitingEntry:
    link = links.follow(token, ContactLink.Opens.OFFER)
    return WaitingEntry.objects.select_related("service").get(pk=link.object_id)


def _choices(service: Service) -> dict[str, Any]:
    rules = list(rules_of(service))
    towns = {
        one.service_at_location.location.commune_id: one.service_at_location.location.commune.name
        for one in rules
        if one.service_at_location is not None
    }
    modes = sorted({mode for one in rules for mode in one.modes})
    return {"communes": sorted(towns.items(), key=lambda pair: pair[1]), "modes": modes}


def _joined(service: Service, form: WaitingForm, known: Contact | None, key: UUID) -> WaitingEntry:
    data = form.cleaned_data
    wishes = {"communes": data.get("communes", ()), "modes": data.get("modes", ())}
    if known is not None:
        return waiting.join(known, service, **wishes)
    reach = data["reach"]
    who = Who(
        name=data["name"],
        channel=reach.channel,
        email=reach.email,
        phone=reach.phone,
        language=get_language() or "fr",
    )
    return waiting.join_new(waiting.Newcomer(key, who), service, **wishes)


def _key(data: Any) -> UUID:
    """The same form sent twice joins once; what is not a key is given a new one."""
    try:
        return UUID(data["key"]) if data else uuid4()
    except (KeyError, ValueError):
        return uuid4()
