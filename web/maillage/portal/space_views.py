"""/mon-espace/: all that is kept of one parent and all that they may change, on one calm page."""

import json
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.agenda import feeds, waiting
from maillage.agenda.models import Appointment, WaitingEntry
from maillage.core.choices import stop_address
from maillage.families import contacts, links, second_parent
from maillage.families.models import Consent, Contact, ContactLink
from maillage.fees.actions import ask_nothing
from maillage.portal import door_views, own_data, space
from maillage.portal.prices import still_due
from maillage.portal.promises import new_link, offer_link, said
from maillage.portal.space import Inside, visitors_only
from maillage.portal.space_forms import MessagesForm
from maillage.referrals.models import ReferredFamily

PAST_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The door for who is outside; everything that is theirs for who is inside."""
    visit = space.visiting(request)
    if visit is None:
        return door_views.ask(request)
    request.visit = visit  # type: ignore[attr-defined]
    return _home(cast(Inside, request))


@require_POST
@visitors_only
def open_appointment(request: Inside, appointment_id: UUID) -> HttpResponse:
    """Go to the page of one appointment, by a new link of their own."""
    found = get_object_or_404(
        Appointment.objects.filter(contact__in=request.visit.contacts), pk=appointment_id
    )
    return redirect("portal:appointment", token=new_link(found))


@require_POST
@visitors_only
def pay_nothing(request: Inside, appointment_id: UUID) -> HttpResponse:
    """The family cannot pay: nothing is due for this appointment."""
    mine = Appointment.objects.filter(contact__in=request.visit.contacts)
    ask_nothing(get_object_or_404(mine, pk=appointment_id))
    messages.success(request, _("C’est noté : vous n’aurez rien à payer. Aucun papier à montrer."))
    return redirect("portal:space")


@require_POST
@visitors_only
def choose_messages(request: Inside) -> HttpResponse:
    """Be written to differently, or no more."""
    form = MessagesForm(request.POST)
    if not form.is_valid():
        return _home(request, form, status=400)
    for one in _mine(request):
        contacts.choose_messages(one, **form.cleaned_data)
    messages.success(request, _("C’est noté : nous vous écrirons ainsi."))
    return redirect("portal:space")


@require_POST
@visitors_only
def take_back(request: Inside, consent_id: UUID) -> HttpResponse:
    """Take back something agreed to."""
    found = get_object_or_404(
        Consent.objects.filter(contact__in=request.visit.contacts).select_related("contact"),
        pk=consent_id,
    )
    if found.purpose == Consent.Purpose.SECOND_PARENT:
        linked = second_parent.of(list(request.visit.contacts))
        if linked is not None:
            second_parent.part(linked, found.contact)
    contacts.take_back(found.contact, found.pk)
    messages.success(request, _("C’est repris : cet accord ne vaut plus."))
    return redirect("portal:space")


@require_POST
@visitors_only
def open_offer(request: Inside, entry_id: UUID) -> HttpResponse:
    """Go to the slot that is held for them, by a new link of their own."""
    mine = WaitingEntry.objects.filter(contact__in=request.visit.contacts)
    entry = get_object_or_404(mine.select_related("contact"), pk=entry_id)
    return redirect("portal:offer", token=offer_link(entry))


@require_POST
@visitors_only
def open_referral(request: Inside, referral_id: UUID) -> HttpResponse:
    """Go to the page of what is passed on for them, by a new link of their own."""
    mine = ReferredFamily.objects.filter(contact__in=request.visit.contacts)
    found = get_object_or_404(mine.select_related("contact"), pk=referral_id)
    token = links.make(found.contact, ContactLink.Opens.REFERRAL, found.pk)
    return redirect("referrals:follow", token=token)


@require_POST
@visitors_only
def turn_calendar(request: Inside) -> HttpResponse:
    """Make a new address for one's calendar, shown once; the former one closes. Or close it."""
    first = Contact.objects.get(pk=request.visit.contact_id)
    if request.POST.get("answer") == "close":
        feed = feeds.of_contact(first)
        if feed is not None:
            feeds.close(feed)
        messages.success(request, _("L’adresse de votre agenda est fermée."))
        return redirect("portal:space")
    address = settings.SITE_URL + reverse("agenda:feed", args=[feeds.open_for_contact(first)])
    return render(request, "portal/space_calendar.html", {"address": address})


@require_POST
@visitors_only
def messages_page(request: Inside) -> HttpResponse:
    """Choose message by message, on the page that every message leads to."""
    first = Contact.objects.get(pk=request.visit.contact_id)
    return redirect(stop_address(first.pk, first.departement_id))


@require_POST
@visitors_only
def leave_the_list(request: Inside, entry_id: UUID) -> HttpResponse:
    """Wait no more for a service."""
    mine = WaitingEntry.objects.filter(contact__in=request.visit.contacts)
    waiting.leave(get_object_or_404(mine, pk=entry_id))
    messages.success(request, _("Vous n’attendez plus. Vous pouvez revenir quand vous voulez."))
    return redirect("portal:space")


@visitors_only
@require_safe
def data(request: Inside) -> HttpResponse:
    """All that is kept, to read or to take away."""
    kept = [own_data.of(one) for one in _mine(request)]
    if request.GET.get("format") == "json":
        body = json.dumps(kept, ensure_ascii=False, indent=2, default=str)
        answer = HttpResponse(body, content_type="application/json; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
        return answer
    return render(request, "portal/space_data.html", {"kept": kept, "law": own_data.law()})


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: Inside) -> HttpResponse:
    """Forget this person, once they have read what goes and what stays."""
    coming = _appointments(request).filter(state__in=Appointment.LIVE, starts_at__gt=timezone.now())
    if request.method != "POST":
        page = {"law": own_data.law(), "coming": coming.count()}
        return render(request, "portal/space_erase.html", page)
    linked = second_parent.of(list(request.visit.contacts))
    for one in _mine(request):
        own_data.erase(one, linked)
    messages.success(request, _("C’est effacé. Plus rien ici ne porte votre nom."))
    return space.see_out(redirect("portal:search"))


def _home(request: Inside, form: MessagesForm | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    mine = _mine(request)
    if not mine:
        return space.see_out(redirect("portal:space"))
    first = mine[0]
    found = list(_appointments(request).order_by("starts_at", "pk"))
    coming = [one for one in found if one.ends_at > now and one.state in Appointment.LIVE]
    past = [one for one in reversed(found) if one not in coming]
    start = {
        "discreet": first.discreet,
        "silent": first.silenced_at is not None,
        "language": first.language,
    }
    page = {
        "name": first.name,
        "until": request.visit.until,
        "coming": [said(one) for one in coming],
        "due": still_due(coming),
        "past": [said(one) for one in past[:PAST_SHOWN]],
        "supports": own_data.supports(mine),
        "waiting": own_data.waits(mine),
        "referrals": own_data.referrals(mine),
        "consents": Consent.objects.in_force().filter(contact__in=mine).order_by("-given_at"),
        "feed": (health := feeds.health(feeds.of_contact(first), now)),
        "has_feed": health.state not in {feeds.Sync.NONE, feeds.Sync.FORMER},
        "linked": second_parent.of([one.pk for one in mine]),
        "form": form or MessagesForm(initial=start),
    }
    return render(request, "portal/space.html", page, status=status)


def _mine(request: Inside) -> list[Contact]:
    """The contacts of this person, in the order of the visit: the latest first."""
    rows = Contact.objects.filter(pk__in=request.visit.contacts, erased_at=None)
    found = {one.pk: one for one in rows}
    return [found[pk] for pk in request.visit.contacts if pk in found]


def _appointments(request: Inside) -> Any:
    return (
        Appointment.objects.filter(contact__in=request.visit.contacts)
        .select_related("service__organization", "service_at_location__location__commune")
        .prefetch_related("practitioners")
    )
