"""What those who receive do with an appointment: say yes, give it to somebody else."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maillage.agenda import actions, permissions, telling
from maillage.agenda.errors import SlotIsTaken
from maillage.agenda.models import Appointment
from maillage.agenda.slots import Asked, Slot, free_slots, next_slots
from maillage.core.errors import DomainError
from maillage.directory.openings import time_zone
from maillage.organizations.permissions import AtWork, professionals_only

AHEAD = timedelta(days=84)


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def confirm(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """Say yes to a request that waits for it; the family is told."""
    found = permissions.appointment_of(request, appointment_id)
    waited = found.state == Appointment.State.PENDING
    actions.confirm(found, by=request.user.pk)
    if waited:
        telling.changed(found, "agenda/mail/confirmed_by_us.txt")
    messages.success(request, _("C’est confirmé, la famille est prévenue."))
    return redirect("agenda:agenda")


@never_cache
@professionals_only(permissions.keeps_an_agenda)
@require_GET
def other_person(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """Who else could receive this family: at the same time first, then at the next times."""
    found = permissions.appointment_of(request, appointment_id)
    return render(request, "agenda/other_person.html", _others_page(found))


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def change_to(request: AtWork, appointment_id: UUID, rule_id: UUID, stamp: str) -> HttpResponse:
    """Give this appointment to somebody else; the family is told."""
    found = permissions.appointment_of(request, appointment_id)
    try:
        moment = moment_of(stamp)
        changed = actions.change_practitioner(found, rule_id, moment, by=request.user.pk)
    except DomainError as refusal:
        page = _others_page(found) | {"refusal": str(refusal)}
        return render(request, "agenda/other_person.html", page, status=refusal.status)
    telling.changed(changed, "agenda/mail/changed_by_us.txt")
    messages.success(request, _("C’est changé, la famille est prévenue."))
    return redirect("agenda:agenda")


def moment_of(stamp: str) -> datetime:
    """Read the moment that a link names. Raises `SlotIsTaken` when it means nothing."""
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        raise SlotIsTaken from None


def by_day(slots: list[Slot], departement: str) -> list[dict[str, Any]]:
    """Lay free times out by local day, each with what a link and a reader need."""
    zone = time_zone(departement)
    local = [(slot.starts_at.astimezone(zone).replace(tzinfo=None), slot) for slot in slots]
    return [
        {"day": day, "lines": [_line(moment, slot) for moment, slot in each]}
        for day, each in groupby(local, key=lambda pair: pair[0].date())
    ]


def _line(moment: datetime, slot: Slot) -> dict[str, Any]:
    rule = slot.occurrence.availability
    return {
        "moment": moment,
        "rule": rule,
        "stamp": f"{slot.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}",
        "with": ", ".join(one.practitioner.name for one in (slot.occurrence, *slot.others)),
        "place": rule.service_at_location.location if rule.service_at_location else None,
        "modes": ", ".join(rule.mode_labels),
    }


def _others_page(found: Appointment) -> dict[str, Any]:
    now = timezone.now()
    former = tuple(found.practitioners.order_by("pk").values_list("pk", flat=True))
    asked = Asked([found.service_id], now, now + AHEAD, now, without=former)
    then = Asked([found.service_id], found.starts_at, found.ends_at, now, without=former)
    same = [slot for slot in free_slots(then) if slot.starts_at == found.starts_at]
    following = [slot for slot in next_slots(asked).slots if slot.starts_at != found.starts_at]
    return {
        "appointment": found,
        "same": by_day(same, found.departement_id),
        "days": by_day(following, found.departement_id),
    }
