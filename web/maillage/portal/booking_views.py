"""From a worry to a kept promise: choose a slot, say who comes. Four screens from the search.

The same screens serve a family that is already known: through the link of an earlier appointment
(`again`), on a visit to /mon-espace/, or invited by a professional.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.agenda.errors import SlotIsTaken, SlotIsTooSoon
from maillage.agenda.slots import Slot
from maillage.core import prepared
from maillage.core.errors import DomainError
from maillage.directory.models import Service
from maillage.directory.openings import time_zone
from maillage.families.models import Child, Contact
from maillage.organizations.permissions import AtWork
from maillage.portal import invitations, space, words
from maillage.portal.appointment_views import followed
from maillage.portal.booking_forms import Asked, BookingForm, DeskBookingForm
from maillage.portal.bookings import Heard, take
from maillage.portal.cards import telephone
from maillage.portal.desk import is_agent, known_family
from maillage.portal.free_times import (
    Wish,
    line_of,
    service_to_book,
    service_to_book_again,
    slot_of,
    slots_page,
)
from maillage.portal.prices import bands_of, price
from maillage.portal.promises import STEPS
from maillage.referrals.candidates import calls_back
from maillage.support.errors import SixthSession
from maillage.support.programmes import for_service


@require_safe
@never_cache
def slots(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """The free times of one service, two weeks at a time, soonest first."""
    return _slots(request, service_to_book(service_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@prepared.statements()
def book(request: HttpRequest, service_id: UUID, rule_id: UUID, stamp: str) -> HttpResponse:
    """Who comes and how to reach them; then it is booked, and the link opens."""
    service = service_to_book(service_id)
    agent = is_agent(request, service)
    known = known_family(request) if agent else space.someone(request)
    return _book(request, service, (rule_id, stamp), known)


@require_safe
@never_cache
def again(request: HttpRequest, token: str) -> HttpResponse:
    """The next appointment of a family that already had one: nothing known is asked again."""
    found = followed(token)
    return _slots(request, service_to_book_again(found.service), token=token)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@prepared.statements()
def book_again(request: HttpRequest, token: str, rule_id: UUID, stamp: str) -> HttpResponse:
    """Book it, through the link of the earlier one."""
    found = followed(token)
    service = service_to_book_again(found.service)
    return _book(request, service, (rule_id, stamp), found.contact, token=token)


def _slots(
    request: HttpRequest, service: Service, *, token: str = "", refusal: str = ""
) -> HttpResponse:
    page = slots_page(service, request.GET) | {
        "steps": STEPS,
        "fee": price(service, timezone.localdate()),
        "token": token,
        "refusal": refusal,
        "family": known_family(request) if not token and is_agent(request, service) else None,
    }
    return render(request, "portal/slots.html", page, status=409 if refusal else 200)


def _book(
    request: HttpRequest,
    service: Service,
    wanted: tuple[UUID, str],
    known: Contact | None,
    *,
    token: str = "",
) -> HttpResponse:
    slot = slot_of(service, *wanted)
    if slot is None:
        return _slots(request, service, token=token, refusal=str(SlotIsTaken()))
    data = request.POST if request.method == "POST" else None
    form = _form(request, service, slot, known, data, linked=bool(token))
    if data is None or not form.is_valid():
        return _shown(request, service, form, token, status=200 if data is None else 400)
    try:
        return _taken(request, form)
    except (SlotIsTaken, SlotIsTooSoon) as error:
        return _slots(request, service, token=token, refusal=str(error))
    except SixthSession as error:
        return _onward(request, service, str(error))
    except DomainError as error:
        form.add_error("children" if "child" in error.code else None, str(error))
        return _shown(request, service, form, token, status=error.status, refused=True)


def _form(
    request: HttpRequest,
    service: Service,
    slot: Slot,
    known: Contact | None,
    data: Any,
    *,
    linked: bool,
) -> BookingForm:
    day = slot.starts_at.astimezone(time_zone(service.departement_id)).date()
    asked = Asked(
        slot=slot,
        language=get_language() or "fr",
        bands=bands_of(service, day),
        in_programme=for_service(service, day) is not None,
        known=known,
        child_known=known is not None
        and Child.objects.filter(household=known.household_id).exists(),
    )
    if not linked and is_agent(request, service):  # a family's own link is the family's
        return DeskBookingForm(data, asked=asked)
    invitation = invitations.held(request, service.pk)
    if invitation is not None and known is None:
        asked = replace(asked, invited=invitation.who())
    return BookingForm(data, asked=asked)


def _taken(request: HttpRequest, form: BookingForm) -> HttpResponse:
    if isinstance(form, DeskBookingForm):
        heard = Heard(cast(AtWork, request).user.pk, form.means_given())
        made = take(form.booking(), form.said(), heard=heard)
        return redirect("portal:desk_confirmation", made.appointment.pk)
    made = take(form.booking(), form.said())
    answer = redirect("portal:appointment", token=made.token)
    return invitations.answered(request, answer, made.appointment)


def _onward(request: HttpRequest, service: Service, refusal: str) -> HttpResponse:
    """Every session was given: say so warmly, and show the way on."""
    phone = service.phone or service.organization.phone
    page = {
        "refusal": refusal,
        "phone": phone,
        "phone_href": telephone(phone),
        "service": service,
        "calls_back": calls_back(service),
    }
    return render(request, "portal/last_session.html", page, status=409)


def _shown(
    request: HttpRequest,
    service: Service,
    form: BookingForm,
    token: str,
    *,
    status: int,
    refused: bool = False,
) -> HttpResponse:
    zone = time_zone(service.departement_id)
    slot = form.slot
    moment = slot.starts_at.astimezone(zone)
    line = line_of(slot, moment)
    today = timezone.now().astimezone(zone).date()
    length = slot.ends_at - slot.starts_at
    phone = service.phone or service.organization.phone
    page = {
        "service": service,
        "title": words.name(service),
        "form": form,
        "steps": STEPS,
        "line": line,
        "said": f"{words.day(moment.date(), today)}, {line['hour']}",
        "minutes": words.minutes(length / timedelta(minutes=1)),
        "fee": price(service, moment.date()),
        "one_mode": len(slot.modes) == 1,
        "known": form.asked.known,
        "token": token,
        "kept": Wish.of(request.GET).kept,
        "phone": phone,
        "phone_href": telephone(phone),
        "refused": refused,
    }
    return render(request, "portal/book.html", page, status=status)
