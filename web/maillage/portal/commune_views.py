"""A commune: all that its families can reach, or what they cannot."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from maillage.portal import words
from maillage.portal.geojson import collection, feature
from maillage.portal.reach import stages_of
from maillage.portal.sheet import facts, pdf, week_of
from maillage.portal.understanding import exactly, place
from maillage.territory.models import Commune, Departement


@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Find a commune, or open the list of a département."""
    typed = request.GET.get("commune", "")[:80]
    somewhere = place(typed) if typed.strip() else None
    found = [somewhere.commune, *somewhere.others] if somewhere else []
    context = {
        "typed": typed,
        "found": [commune for commune in found if commune],
        "departements": Departement.objects.filter(loaded=True),
    }
    return render(request, "portal/communes.html", context)


@require_safe
def departement(request: HttpRequest, code: str) -> HttpResponse:
    """Every commune of one département, by its first letter."""
    chosen = get_object_or_404(Departement, pk=code, loaded=True)
    letters: dict[str, list[Commune]] = {}
    for commune in chosen.communes.only("code", "name", "search_name", "departement").order_by(
        "search_name"
    ):
        letters.setdefault(commune.search_name[:1].upper(), []).append(commune)
    return render(
        request, "portal/departement.html", {"departement": chosen, "letters": letters.items()}
    )


@require_safe
def commune(request: HttpRequest, code: str) -> HttpResponse:
    """What a family of this commune can reach at each age of life, or an explicit gap."""
    chosen = get_object_or_404(Commune.objects.select_related("departement", "epci"), pk=code)
    now = timezone.now()
    context = {
        "commune": chosen,
        "exactly": exactly(chosen),
        "at_place": words.at_place(chosen.name),
        "of_place": words.of_place(chosen.name),
        "stages": stages_of(chosen, now),
        "zonings": chosen.zonings.select_related("dataset").order_by("kind", "-generation"),
    }
    return render(request, "portal/commune.html", context)


@require_safe
def geojson(request: HttpRequest) -> HttpResponse:
    """The outlines of a département's communes, as they are drawn here."""
    rows = (
        Commune.objects.filter(departement=request.GET.get("departement", "")[:3])
        .exclude(outline=None)
        .order_by("pk")
        .values_list("pk", "name", "cog", "outline")
    )
    features = [
        feature(outline, code=code, name=name, cog=cog) for code, name, cog, outline in rows
    ]
    return collection(request, features)


@require_safe
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The week to print and hang at the school gate, always in French."""
    chosen = get_object_or_404(Commune, pk=code)
    now = timezone.now()
    with override("fr"):
        said = facts(chosen, week_of(timezone.localdate(now)), now)
    response = HttpResponse(pdf(said), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="semaine-{chosen.pk}.pdf"'
    response["ETag"] = f'"{said["hash"]}"'
    return response
