"""Pages that ask nothing of any room: numbers to call, rights, theme, error and living pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from maillage.core.context import THEMES
from maillage.portal.sample import sample_parts

A_YEAR = 365 * 24 * 3600


@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Whom to call, now or in office hours."""
    return render(request, "portal/numbers.html")


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "portal/accessibility.html")


@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """What is kept, what is published, under which licence."""
    return render(request, "portal/data.html")


@require_GET
def site_map(request: HttpRequest) -> HttpResponse:
    """Every public page."""
    return render(request, "portal/site_map.html")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark, then come back to the page."""
    wanted = request.POST.get("theme", "")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    if wanted in THEMES:
        response.set_cookie("theme", wanted, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page is rendered without the request: ours has the header of every page."""
    return render(request, "400.html", status=400)


@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """The living page of the parts (development and demonstration only)."""
    return render(request, "portal/parts.html", sample_parts(request.GET))
