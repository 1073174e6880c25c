"""The address that calendar programs read, and the page where its owner replaces or closes it."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from maillage.agenda import feeds, ical, permissions
from maillage.agenda.errors import FeedIsClosed
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.practitioners.models import Practitioner


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give the calendar, or 304 when the program already has it."""
    now = timezone.now()
    found = feeds.fetched(token, now)
    if found is None:
        return render(request, "ui/refused.html", {"text": str(FeedIsClosed())}, status=410)
    body = ical.calendar_of(found, now)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in known or "*" in known or f"W/{etag}" in known:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@professionals_only(permissions.keeps_an_agenda)
@require_GET
def calendar(request: AtWork) -> HttpResponse:
    """How my own calendar program reads my appointments, and whether it keeps up."""
    return render(request, "agenda/calendar.html", _page(_me(request)))


@never_cache
@require_POST
@professionals_only(permissions.keeps_an_agenda)
def open_calendar(request: AtWork) -> HttpResponse:
    """Make a new address, shown this once; the former one stops."""
    me = _me(request)
    token = feeds.open_for_practitioner(me, by=request.user.pk)
    address = settings.SITE_URL + reverse("agenda:feed", args=[token])
    return render(request, "agenda/calendar.html", {**_page(me), "address": address})


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def close_calendar(request: AtWork) -> HttpResponse:
    """Stop the address."""
    found = feeds.of_practitioner(_me(request))
    if found is not None:
        feeds.close(found, by=request.user.pk)
    messages.success(request, _("L’adresse est fermée : votre agenda ne recevra plus rien d’ici."))
    return redirect("agenda:calendar")


def _me(request: AtWork) -> Practitioner:
    me = permissions.own_practitioner(request)
    if me is None:
        raise NotAllowed
    return me


def _page(me: Practitioner) -> dict[str, Any]:
    return {"health": feeds.health(feeds.of_practitioner(me), timezone.now()), "address": ""}
