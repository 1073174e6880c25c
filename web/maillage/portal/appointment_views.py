"""What a family does with an appointment through its link: see, move, cancel, leave a word."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.agenda import actions
from maillage.agenda.models import Appointment
from maillage.families import links, second_parent
from maillage.families.errors import LinkIsDead
from maillage.families.models import ContactLink, SecondParent
from maillage.families.telling import tell
from maillage.fees.actions import ask_nothing
from maillage.notes.reading import left_on
from maillage.portal.cards import telephone
from maillage.portal.free_times import moment_of, slots_page
from maillage.portal.prices import said_of, still_due
from maillage.portal.promises import LINK_OUTLIVES, STEPS, calendar, confirmation, facts
from maillage.support.models import Session

TOGETHER = frozenset({Appointment.Composition.COUPLE, Appointment.Composition.FAMILY})
STANDING = frozenset({Appointment.State.PENDING, Appointment.State.CONFIRMED})


def followed(token: str) -> Appointment:
    """The appointment of a link that its own family holds. Raises `LinkIsDead`."""
    link = _link(token)
    if link.shared_by_id is not None:
        raise LinkIsDead
    return _of(link)


@require_safe
@never_cache
def appointment(request: HttpRequest, token: str) -> HttpResponse:
    """One appointment, as its family sees it; from here it can be moved or cancelled."""
    link = _link(token)
    found = _of(link)
    if link.shared_by_id is not None:
        page = _essentials(found, token, own=False)
        return render(request, "portal/shared_appointment.html", page)
    return render(request, "portal/appointment.html", _page(found, token))


@require_safe
@never_cache
def appointment_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The appointment, for any calendar program."""
    link = _link(token)
    body = calendar(_of(link), token, link.contact, timezone.now())
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Give the time back."""
    cancelled = actions.cancel(followed(token))
    tell(cancelled.contact, "portal/mail/cancelled.txt", facts(cancelled, token))
    _tell_the_other(cancelled.pk, cancelled, "portal/mail/cancelled.txt")
    messages.success(request, _("C’est annulé. La place est rendue, merci d’avoir prévenu."))
    return redirect("portal:appointment", token=token)


@require_POST
def pay_nothing(request: HttpRequest, token: str) -> HttpResponse:
    """The family cannot pay: nothing is due, nothing is asked."""
    ask_nothing(followed(token))
    messages.success(request, _("C’est noté : vous n’aurez rien à payer. Aucun papier à montrer."))
    return redirect("portal:appointment", token=token)


@require_safe
@never_cache
def move(request: HttpRequest, token: str) -> HttpResponse:
    """The other free times of the same service."""
    found = followed(token)
    page = {"moving": found, "token": token, "fee": said_of(found)}
    return render(request, "portal/slots.html", slots_page(found.service, request.GET) | page)


@require_POST
def move_to(request: HttpRequest, token: str, rule_id: UUID, stamp: str) -> HttpResponse:
    """Take another time instead, in one step."""
    found = followed(token)
    moved = actions.move(found, rule_id, moment_of(stamp))
    return _moved(request, token, found, moved, _("C’est déplacé. L’ancien moment est rendu."))


@require_safe
@never_cache
def change(request: HttpRequest, token: str) -> HttpResponse:
    """The free times with someone else; no reason is asked."""
    found = followed(token)
    without = [one.pk for one in found.practitioners.all()]
    page = {"changing": found, "token": token, "fee": said_of(found)}
    times = slots_page(found.service, request.GET, without=without)
    return render(request, "portal/slots.html", times | page)


@require_POST
def change_to(request: HttpRequest, token: str, rule_id: UUID, stamp: str) -> HttpResponse:
    """See someone else instead, in one step; nobody is told why."""
    found = followed(token)
    moved = actions.change_practitioner(found, rule_id, moment_of(stamp))
    return _moved(request, token, found, moved, _("C’est changé. Vous n’avez rien à expliquer."))


@require_POST
def share(request: HttpRequest, token: str) -> HttpResponse:
    """Send the other parent, linked by both, a link of their own to what they both come to."""
    found = followed(token)
    linked = _linked_parent(found)
    if linked is None:
        raise LinkIsDead
    until = found.ends_at + LINK_OUTLIVES
    other, theirs = second_parent.share(linked, found.contact, found.pk, until)
    tell(other, "portal/mail/shared.txt", facts(found, theirs, own=False))
    messages.success(request, _("L’autre parent reçoit son propre lien vers ce rendez-vous."))
    return redirect("portal:appointment", token=token)


def _link(token: str) -> ContactLink:
    return links.follow(token, ContactLink.Opens.APPOINTMENT)


def _of(link: ContactLink) -> Appointment:
    seen_with = ["service__organization", "service_at_location__location__commune"]
    if link.shared_by_id is None:  # the other parent's contact is not for this reader
        seen_with.append("contact")
    found = Appointment.objects.select_related(*seen_with).prefetch_related("practitioners")
    seen = found.filter(pk=link.object_id).first()
    if seen is None:
        raise LinkIsDead
    return seen


def _moved(
    request: HttpRequest, token: str, former: Appointment, moved: Appointment, said: str
) -> HttpResponse:
    ContactLink.objects.filter(object_id=former.pk).update(object_id=moved.pk)
    tell(moved.contact, "portal/mail/confirmed.txt", confirmation(moved, token))
    _tell_the_other(former.pk, moved, "portal/mail/shared.txt")
    messages.success(request, said)
    return redirect("portal:appointment", token=token)


def _tell_the_other(former: UUID, now: Appointment, template: str) -> None:
    """The other parent, if they were given a link, keeps one to what stands now."""
    until = now.ends_at + LINK_OUTLIVES
    for other, theirs in second_parent.shared_again(former, now.pk, until):
        tell(other, template, facts(now, theirs, own=False))


def _essentials(found: Appointment, token: str, *, own: bool = True) -> dict[str, Any]:
    phone = found.service.phone or found.service.organization.phone
    return {
        **facts(found, token, own=own),
        "token": token,
        "steps": STEPS,
        "may_change": found.state in STANDING and found.starts_at > timezone.now(),
        "phone_href": telephone(phone),
    }


def _page(found: Appointment, token: str) -> dict[str, Any]:
    page = _essentials(found, token)
    session = Session.objects.filter(appointment=found).select_related("episode").first()
    linked = _linked_parent(found) if page["may_change"] else None
    return page | {
        "fee": said_of(found),
        "may_pay_nothing": found.pk in still_due([found]),
        "session": session,
        "left": left_on(found) if page["may_change"] else None,
        "may_share": linked is not None,
    }


def _linked_parent(found: Appointment) -> SecondParent | None:
    if found.composition not in TOGETHER:
        return None
    linked = second_parent.of([found.contact_id])
    return linked if linked and linked.state == SecondParent.State.LINKED else None
