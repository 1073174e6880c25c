"""From a worry to a kept promise: choose a slot, say who comes, come back through a signed link.

No account: four screens from the search to the confirmation, and the link does the rest.
"""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.agenda import actions
from maillage.agenda.assisted import book_for_parent
from maillage.agenda.errors import SlotIsTaken
from maillage.agenda.models import Appointment, Availability
from maillage.agenda.slots import Asked, Slot, free_slots
from maillage.directory.models import Service
from maillage.directory.openings import time_zone
from maillage.directory.vocabulary import Delivery
from maillage.families import links
from maillage.families.models import ContactLink
from maillage.families.telling import tell
from maillage.organizations.permissions import AtWork
from maillage.portal import words
from maillage.portal.booking_forms import BookingForm, DeskBookingForm
from maillage.portal.cards import telephone
from maillage.portal.desk import is_agent
from maillage.portal.promises import calendar, facts, new_link

DAYS_SHOWN = 14
LATEST_WEEK = 12
STEPS = (
    gettext_lazy("Choisir un moment"),
    gettext_lazy("Dire qui vient"),
    gettext_lazy("C’est noté"),
)


@require_safe
@never_cache
def slots(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """The free times of one service, two weeks at a time, soonest first."""
    return render(request, "portal/slots.html", _slots_page(request, _service(service_id)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def book(request: HttpRequest, service_id: UUID, rule_id: UUID, stamp: str) -> HttpResponse:
    """Who comes and how to reach them; then it is booked, and the link opens."""
    service = _service(service_id)
    slot = _slot(service, rule_id, stamp)
    if slot is None:
        text = str(SlotIsTaken())
        page = {**_slots_page(request, service), "refusal": text}
        return render(request, "portal/slots.html", page, status=409)
    data = request.POST if request.method == "POST" else None
    form_of = DeskBookingForm if is_agent(request, service) else BookingForm
    form = form_of(data, slot=slot, language=get_language() or "fr")
    if data is None or not form.is_valid():
        status = 200 if data is None else 400
        return render(request, "portal/book.html", _book_page(service, slot, form), status=status)
    if isinstance(form, DeskBookingForm):
        return _book_for_parent(request, form)
    appointment = actions.book(form.booking())
    return redirect("portal:appointment", token=_confirm(appointment))


def _book_for_parent(request: HttpRequest, form: DeskBookingForm) -> HttpResponse:
    """Book in the parent's name: the link goes to the parent, the agent gets a page to print."""
    by = cast(AtWork, request).user.pk
    found = book_for_parent(form.booking(), means=form.means_given(), by=by)
    _confirm(found)
    return redirect("portal:desk_confirmation", found.pk)


@require_safe
@never_cache
def appointment(request: HttpRequest, token: str) -> HttpResponse:
    """One appointment, as its family sees it; from here it can be moved or cancelled."""
    return render(request, "portal/appointment.html", _appointment_page(_followed(token), token))


@require_safe
@never_cache
def appointment_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The appointment, for any calendar program."""
    body = calendar(_followed(token), token, timezone.now())
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Give the time back."""
    cancelled = actions.cancel(_followed(token))
    tell(cancelled.contact, "portal/mail/cancelled.txt", facts(cancelled, token))
    messages.success(request, _("C’est annulé. La place est rendue, merci d’avoir prévenu."))
    return redirect("portal:appointment", token=token)


@require_safe
@never_cache
def move(request: HttpRequest, token: str) -> HttpResponse:
    """The other free times of the same service."""
    found = _followed(token)
    page = {**_slots_page(request, found.service), "moving": found, "token": token}
    return render(request, "portal/slots.html", page)


@require_POST
def move_to(request: HttpRequest, token: str, rule_id: UUID, stamp: str) -> HttpResponse:
    """Take another time instead, in one step."""
    found = _followed(token)
    moved = actions.move(found, rule_id, _moment(stamp))
    ContactLink.objects.filter(object_id=found.pk).update(object_id=moved.pk)
    tell(moved.contact, "portal/mail/confirmed.txt", facts(moved, token))
    messages.success(request, _("C’est déplacé. L’ancien moment est rendu."))
    return redirect("portal:appointment", token=token)


def _service(service_id: UUID) -> Service:
    found = Service.objects.filter(status=Service.Status.ACTIVE).select_related("organization")
    return get_object_or_404(found, pk=service_id)


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        raise SlotIsTaken from None


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%MZ}"


def _slot(service: Service, rule_id: UUID, stamp: str) -> Slot | None:
    """Find the slot that a link names, if it is still free."""
    moment = _moment(stamp)
    asked = Asked([service.pk], moment, moment + timedelta(minutes=1), timezone.now())
    for slot in free_slots(asked):
        if slot.starts_at == moment and slot.occurrence.availability_id == rule_id:
            return slot
    return None


def _slots_page(request: HttpRequest, service: Service) -> dict[str, Any]:
    raw = request.GET.get("semaine", "0")
    week = min(int(raw), LATEST_WEEK) if raw.isascii() and raw.isdigit() and len(raw) < 3 else 0
    now = timezone.now()
    start = now + timedelta(days=DAYS_SHOWN * week)
    found = free_slots(Asked([service.pk], start, start + timedelta(days=DAYS_SHOWN), now))
    zone = time_zone(service.departement_id)
    today = now.astimezone(zone).date()
    local = [(slot, slot.starts_at.astimezone(zone)) for slot in found]
    days = [
        (words.day(day, today), [_line(slot, moment) for slot, moment in each])
        for day, each in groupby(local, key=lambda pair: pair[1].date())
    ]
    return {
        "service": service,
        "title": words.name(service),
        "days": days,
        "steps": STEPS,
        "next_week": week + 1 if week < LATEST_WEEK else None,
        "week_before": week - 1 if week else None,
        "fee": words.fee(service),
        "phone": service.phone or service.organization.phone,
        "phone_href": telephone(service.phone or service.organization.phone),
    }


def _line(slot: Slot, moment: datetime) -> dict[str, Any]:
    place = slot.occurrence.availability.service_at_location
    return {
        "rule": slot.occurrence.availability_id,
        "stamp": _stamp(slot.starts_at),
        "hour": words.hour(moment.time()),
        "with": slot.occurrence.practitioner.name,
        "profession": slot.occurrence.practitioner.get_profession_display(),
        "where": place.location.name if place is not None else "",
        "modes": _modes(slot.occurrence.availability),
    }


def _modes(rule: Availability) -> str:
    return words.listed([str(Delivery(mode).label) for mode in rule.modes])


def _book_page(service: Service, slot: Slot, form: BookingForm) -> dict[str, Any]:
    zone = time_zone(service.departement_id)
    moment = slot.starts_at.astimezone(zone)
    line = _line(slot, moment)
    today = timezone.now().astimezone(zone).date()
    return {
        "service": service,
        "title": words.name(service),
        "form": form,
        "steps": STEPS,
        "line": line,
        "said": f"{words.day(moment.date(), today)}, {line['hour']}",
        "minutes": words.minutes((slot.ends_at - slot.starts_at).total_seconds() / 60),
        "fee": words.fee(service),
        "one_mode": len(slot.modes) == 1,
    }


def _confirm(appointment: Appointment) -> str:
    """Make the family's link and write to them, in the transaction of the booking."""
    token = new_link(appointment)
    tell(appointment.contact, "portal/mail/confirmed.txt", facts(appointment, token))
    return token


def _followed(token: str) -> Appointment:
    link = links.follow(token, ContactLink.Opens.APPOINTMENT)
    found = Appointment.objects.select_related(
        "service__organization", "service_at_location__location__commune", "contact"
    )
    return found.prefetch_related("practitioners").get(pk=link.object_id)


def _appointment_page(found: Appointment, token: str) -> dict[str, Any]:
    standing = found.state in {Appointment.State.PENDING, Appointment.State.CONFIRMED}
    return {
        **facts(found, token),
        "token": token,
        "steps": STEPS,
        "fee": words.fee(found.service),
        "may_change": standing and found.starts_at > timezone.now(),
        "phone_href": telephone(found.service.phone or found.service.organization.phone),
    }
