"""R12: an agent books, for a parent, a time when several professionals are free together."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.agenda.errors import SlotIsTaken
from maillage.agenda.models import Availability
from maillage.agenda.permissions import keeps_an_agenda, rules_of
from maillage.agenda.slots import Asked as Wanted
from maillage.agenda.slots import Slot, slot_at
from maillage.core.errors import DomainError
from maillage.directory.openings import time_zone
from maillage.families.models import Child
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.portal import words
from maillage.portal.booking_forms import Asked, DeskBookingForm
from maillage.portal.bookings import Heard, take
from maillage.portal.desk import known_family
from maillage.portal.free_times import line_of, moment_of
from maillage.portal.prices import bands_of, price
from maillage.portal.promises import STEPS
from maillage.support.programmes import for_service


@never_cache
@professionals_only(keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def book(request: AtWork, rule_id: UUID, stamp: str) -> HttpResponse:
    """Who comes, with the parent's word for it; everyone's time is taken in one step."""
    rule = rules_of(request).select_related("service__organization").filter(pk=rule_id).first()
    if rule is None:
        raise NotAllowed
    others = tuple(one for one in _ids(request.GET.get("avec", "")) if one != rule.practitioner_id)
    room = next(iter(_ids(request.GET.get("salle", ""))), None)
    now, moment = timezone.now(), moment_of(stamp)
    wanted = Wanted([rule.service_id], moment, moment, now, others=others, room=room)
    slot = slot_at(rule, wanted)
    if slot is None:
        raise SlotIsTaken
    form = DeskBookingForm(request.POST or None, asked=_asked(request, rule, slot))
    if request.method == "GET" or not form.is_valid():
        return _shown(request, rule, form, status=200 if request.method == "GET" else 400)
    try:
        together = replace(form.booking(), others=others, room=room)
        heard = Heard(request.user.pk, form.means_given())
        made = take(together, form.said(), heard=heard)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, rule, form, status=refusal.status)
    return redirect("portal:desk_confirmation", made.appointment.pk)


def _ids(text: str) -> list[UUID]:
    """Read identifiers; what is not one is left aside."""
    found = []
    for part in text.split(","):
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found


def _asked(request: AtWork, rule: Availability, slot: Slot) -> Asked:
    known = known_family(request)
    day = slot.starts_at.astimezone(time_zone(rule.departement_id)).date()
    return Asked(
        slot=slot,
        language=get_language() or "fr",
        bands=bands_of(rule.service, day),
        in_programme=for_service(rule.service, day) is not None,
        known=known,
        child_known=known is not None
        and Child.objects.filter(household=known.household_id).exists(),
    )


def _shown(
    request: AtWork, rule: Availability, form: DeskBookingForm, *, status: int
) -> HttpResponse:
    zone, slot = time_zone(rule.departement_id), form.slot
    moment = slot.starts_at.astimezone(zone)
    line = line_of(slot, moment)
    today = timezone.now().astimezone(zone).date()
    page: dict[str, Any] = {
        "service": rule.service,
        "title": words.name(rule.service),
        "form": form,
        "steps": STEPS,
        "line": line,
        "said": f"{words.day(moment.date(), today)}, {line['hour']}",
        "minutes": words.minutes((slot.ends_at - slot.starts_at) / timedelta(minutes=1)),
        "fee": price(rule.service, moment.date()),
        "one_mode": len(slot.modes) == 1,
        "known": form.asked.known,
        "token": "",
        "kept": "",
        "phone": rule.service.phone or rule.service.organization.phone,
    }
    return render(request, "portal/book.html", page, status=status)
