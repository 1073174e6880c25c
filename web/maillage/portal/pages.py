"""Pages that ask nothing of any room: numbers to call, rights, theme, error and living pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maillage.core.back import came_from
from maillage.core.context import THEMES
from maillage.directory.models import Service
from maillage.directory.needs import NEEDS
from maillage.portal.sample import sample_parts
from maillage.territory.models import Commune, Dataset, Departement

A_YEAR = 365 * 24 * 3600


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Whom to call, now or in office hours."""
    return render(request, "portal/numbers.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "portal/accessibility.html")


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What is kept, what is published, under which licence."""
    files = Dataset.objects.order_by("key", "-loaded_at").distinct("key")
    return render(request, "portal/data.html", {"files": files})


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Every public page."""
    departements = Departement.objects.filter(loaded=True)
    context = {"needs": NEEDS, "departements": departements}
    return render(request, "portal/site_map.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: nothing of a demonstration."""
    closed = "Disallow: /" if settings.DEMONSTRATION else "Disallow: /pro/\nDisallow: /pilotage/"
    address = settings.SITE_URL + reverse("portal:sitemap")
    lines = f"User-agent: *\n{closed}\nSitemap: {address}\n"
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Addresses for search engines: communes and services, with the date of their last change."""
    communes = Commune.objects.filter(departement__loaded=True).order_by("pk")
    services = Service.objects.public().order_by("pk").values_list("pk", "updated_at")
    context = {
        "site_url": settings.SITE_URL,
        "pages": [reverse(f"portal:{name}") for name in ("search", "communes", "numbers")],
        "communes": communes.values_list("pk", flat=True),
        "services": services,
    }
    return render(request, "portal/sitemap.xml", context, content_type="application/xml")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark, then come back to the page."""
    wanted = request.POST.get("theme", "")
    response = HttpResponseRedirect(came_from(request, "/"))
    if wanted in THEMES:
        response.set_cookie("theme", wanted, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page is rendered without the request: ours has the header of every page."""
    return render(request, "400.html", status=400)


@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """The living page of the parts (development and demonstration only)."""
    return render(request, "portal/parts.html", sample_parts(request.GET))
