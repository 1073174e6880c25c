"""A service, and a venue with all that happens there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maillage.core.maps import Point
from maillage.directory.actions import report_error
from maillage.directory.content import read_whole, version
from maillage.directory.freshness import Freshness, freshness
from maillage.directory.hours import weekly_text
from maillage.directory.ical import Feed, calendar
from maillage.directory.links import warning
from maillage.directory.models import Location, Opening, Service
from maillage.directory.openings import time_zone
from maillage.portal import words
from maillage.portal.cards import telephone, verified
from maillage.portal.forms import ReportForm
from maillage.portal.geojson import collection, feature
from maillage.portal.pictures import map_of_place
from maillage.referrals.candidates import calls_back

TOLD = ("service", "service_at_location__location__commune")  # by a calendar
NEXT_DATES = 8
WEEKS_SHOWN = 4


def _service(service_id: UUID) -> Service:
    found = Service.objects.public().select_related("organization", "departement")
    return get_object_or_404(found, pk=service_id)


def _kept(model: type[Service] | type[Location], key: UUID) -> UUID | None:
    """The entry that this one was merged into: an old link or QR code still leads somewhere."""
    return model._default_manager.filter(pk=key).values_list("merged_into", flat=True).first()


@require_safe
def service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Everything that a family wants to know before calling or coming."""
    if kept := _kept(Service, service_id):
        return redirect("portal:service", service_id=kept, permanent=True)
    return render(request, "portal/service.html", _page(_service(service_id), ReportForm()))


def public_part(request: HttpRequest, service_id: UUID) -> str:
    """What families see of a service, for the preview of those who keep it."""
    found = Service.objects.select_related("organization", "departement").get(pk=service_id)
    return render_to_string("portal/service.html#public", _page(found, ReportForm()), request)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Take note of what a visitor says is wrong; no name is asked."""
    chosen = _service(service_id)
    if request.method == "GET":  # a refused report, read again in another language
        return redirect("portal:service", service_id=chosen.pk)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/service.html", _page(chosen, form), status=400)
    report_error(chosen, form.cleaned_data["message"])
    messages.success(request, _("Merci : la structure va vérifier cette fiche."))
    return redirect("portal:service", service_id=chosen.pk)


@require_safe
def service_calendar(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """The openings to come, for any calendar program."""
    chosen = _service(service_id)
    now = timezone.now()
    openings = chosen.openings.upcoming(now).select_related(*TOLD)
    page = reverse("portal:service", args=[chosen.pk])
    return _ics(Said(words.name(chosen), page, chosen.departement_id), openings, now)


@require_safe
def venue(request: HttpRequest, location_id: UUID) -> HttpResponse:
    """One place, and the calendar of all that is offered there."""
    if kept := _kept(Location, location_id):
        return redirect("portal:venue", location_id=kept, permanent=True)
    chosen = _location(location_id)
    now = timezone.now()
    at = list(
        chosen.services.filter(service__status__in=["active", "temporarily closed"])
        .select_related("service__organization")
        .order_by("service__name", "pk")
    )
    openings = (
        Opening.objects.within(now, now + timedelta(weeks=WEEKS_SHOWN))
        .filter(service_at_location__in=[one.pk for one in at])
        .select_related("service")
    )
    days = [
        (
            day,
            [
                (one, words.hours(one.opens_at, one.closes_at), words.name(one.service))
                for one in found
            ],
        )
        for day, found in groupby(openings, key=lambda one: one.day)
    ]
    context = {
        "location": chosen,
        "at": [(one, words.name(one.service)) for one in at],
        "days": days,
        "phone_href": telephone(chosen.phone),
        "picture": map_of_place(
            chosen.commune, Point(chosen.latitude, chosen.longitude, "●", "place")
        ),
    }
    return render(request, "portal/venue.html", context)


def _at_the_venue(opening: Opening) -> tuple[Opening, str, str]:
    """One line of the calendar of a venue: the hours and the service in words."""
    hours = words.hours(opening.opens_at, opening.closes_at)
    return opening, hours, words.name(opening.service)


@require_safe
def venue_calendar(request: HttpRequest, location_id: UUID) -> HttpResponse:
    """All openings of a place, for any calendar program."""
    chosen = _location(location_id)
    now = timezone.now()
    openings = (
        Opening.objects.upcoming(now)
        .filter(service_at_location__location=chosen, service__status="active")
        .select_related(*TOLD)
    )
    page = reverse("portal:venue", args=[chosen.pk])
    return _ics(Said(chosen.name, page, chosen.commune.departement_id), openings, now)


@require_safe
def geojson(request: HttpRequest) -> HttpResponse:
    """The venues of a département that offer something, as points."""
    departement = request.GET.get("departement", "")[:3]
    rows = (
        Location.objects.filter(
            merged_into=None, commune__departement=departement, services__service__status="active"
        )
        .distinct()
        .order_by("pk")
        .values_list("pk", "name", "commune__name", "longitude", "latitude")
    )
    features = [
        feature(
            {"type": "Point", "coordinates": [longitude, latitude]},
            name=name,
            commune=town,
            url=reverse("portal:venue", args=[key]),
        )
        for key, name, town, longitude, latitude in rows
    ]
    return collection(request, features)


def _location(location_id: UUID) -> Location:
    found = Location.objects.filter(merged_into=None).select_related("commune", "organization")
    return get_object_or_404(found, pk=location_id)


@dataclass(frozen=True, slots=True)
class Said:
    """What a calendar is called, its page, and the département whose clock it follows."""

    name: str
    page: str
    departement: str


def _ics(said: Said, openings: Iterable[Opening], now: datetime) -> HttpResponse:
    feed = Feed(
        name=said.name,
        url=settings.SITE_URL + said.page,
        zone=time_zone(said.departement),
        host=urlsplit(settings.SITE_URL).hostname or "maillage",
        language=get_language() or "fr",
    )
    body = calendar(feed, openings, now=now)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="dates.ics"'
    return response


def _page(chosen: Service, form: ReportForm) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    read_whole([chosen])
    bookable = chosen.availabilities.exists()
    schedules = sorted(chosen.schedules.all(), key=lambda rule: rule.pk)
    at = list(chosen.at_locations.select_related("location__commune").order_by("location__name"))
    openings = list(
        chosen.openings.upcoming(now).select_related("service_at_location__location")[:NEXT_DATES]
    )
    places = [
        {
            "at": one,
            "location": one.location,
            "hours": weekly_text(
                [rule for rule in schedules if rule.service_at_location_id == one.pk], day=today
            ),
        }
        for one in at
    ]
    phone = chosen.phone or (at[0].location.phone if at else "") or chosen.organization.phone
    first = at[0].location if at else None
    return {
        "service": chosen,
        "title": words.name(chosen),
        "description": words.description(chosen),
        "ages": words.ages(chosen),
        "fee": words.fee(chosen),
        "modes": words.modes(chosen),
        "audiences": words.audiences(chosen),
        "languages": words.languages(chosen),
        "accommodations": words.accommodations(chosen),
        "places": places,
        "remote_hours": weekly_text(
            [rule for rule in schedules if rule.service_at_location_id is None], day=today
        ),
        "next": [(one, words.dated(one, today)) for one in openings],
        "verified": verified(chosen),
        "site_warning": warning(chosen.website),
        "version": version(chosen),
        "is_fresh": freshness(chosen, today) is Freshness.FRESH,
        "phone": phone,
        "phone_href": telephone(phone),
        "form": form,
        "bookable": bookable,
        "calls_back": not bookable and calls_back(chosen),
        "picture": map_of_place(first.commune, Point(first.latitude, first.longitude, "●", "place"))
        if first
        else None,
    }
