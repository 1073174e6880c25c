"""The ground of maps: the communes of a département, in a file that browsers keep for a month.

The address holds what the outlines are made from, so that a browser never shows older ones.
"""

from collections.abc import Mapping

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from maillage.core.maps import GROUND, ground
from maillage.territory.models import Commune, Departement

A_MONTH = 30 * 86_400


def addresses(versions: Mapping[str, str]) -> list[str]:
    """Where the layer of each département is, in these versions."""
    return [
        f"{reverse('portal:ground', args=[code, version])}#{GROUND}"
        for code, version in versions.items()
    ]


@require_safe
def departement_ground(_request: HttpRequest, code: str, version: str) -> HttpResponse:
    """Draw the outlines of a département once; an old address shows those of today."""
    get_object_or_404(Departement, pk=code)
    communes = Commune.objects.of(code)
    current = communes.outline_versions().get(code, "0")
    key = f"ground-{code}-{current}"
    body = cache.get(key)
    if body is None:
        body = ground(communes.exclude(outline=None).values_list("name", "outline"))
        cache.set(key, body, A_MONTH)
    response = HttpResponse(body, content_type="image/svg+xml; charset=utf-8")
    kept = f"max-age={A_MONTH}, immutable" if version == current else "no-cache"
    response["Cache-Control"] = f"public, {kept}"
    return response
