"""The ground of maps: the communes of a département in a file that browsers keep.

Drawn once in fixed units, shown by every page under its own places (`<use>`), so that a page neither
draws nor carries hundreds of outlines. Colours are inherited from the page: light, dark and printed.
The address holds what the file was made from, so that a browser never shows an older one.
"""

import math
from collections.abc import Sequence
from html import escape

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from maillage.core.maps import Ground, Projection, path
from maillage.territory.models import Commune, Dataset, Departement

UNIT_DEGREES = 0.0002  # about 22 m
SQUEEZE = math.cos(math.radians(46.5))  # the middle of mainland France; any other value would do
FIXED = Projection(west=0.0, north=0.0, scale=1 / UNIT_DEGREES, squeeze=SQUEEZE, height=0, margin=0)
A_MONTH = 30 * 86_400
LAYER = "communes"


def grounds(near: "QuerySet[Commune]", projection: Projection) -> tuple[Ground, ...]:
    """The grounds that hold these communes, laid where the projection wants them: one query."""
    across = projection.squeeze * projection.scale / (FIXED.squeeze * FIXED.scale)
    down = projection.scale / FIXED.scale
    x = projection.margin - projection.west * projection.squeeze * projection.scale
    y = projection.margin + projection.north * projection.scale
    place = f"matrix({across:.6f} 0 0 {down:.6f} {x:.2f} {y:.2f})"
    return tuple(
        Ground(f"{reverse('portal:ground', args=[code, version])}#{LAYER}", place)
        for code, version in _versions(near.values("departement"))
    )


@require_safe
def ground(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """The outlines of one département's communes as an SVG layer, without colours."""
    get_object_or_404(Departement, pk=code)
    known = _versions([code])
    current = known[0][1] if known else ""
    key = f"ground-{code}-{current}"
    body = cache.get(key)
    if body is None:
        body = _drawn(code)
        cache.set(key, body, A_MONTH)
    response = HttpResponse(body, content_type="image/svg+xml; charset=utf-8")
    kept = f"max-age={A_MONTH}, immutable" if version == current else "no-cache"
    response["Cache-Control"] = f"public, {kept}"
    return response


def _versions(codes: "QuerySet[Commune] | Sequence[str]") -> list[tuple[str, str]]:
    """What the ground of each of these départements is made from: vintage, outlines, files read."""
    rows = (
        Commune.objects.filter(outline__isnull=False, departement__in=codes)
        .order_by("departement")
        .values_list("departement")
        .annotate(Max("cog"), Count("pk"), files=...)
    )
    return [(code, f"{cog}-{count}-{files or 0}") for code, cog, count, files in rows]


def _drawn(code: str) -> str:
    rows = Commune.objects.of(code).exclude(outline=None).values_list("name", "outline")
    paths = "".join(
        f'<path vector-effect="non-scaling-stroke" d="{path(outline, FIXED)}">'
        f"<title>{escape(name)}</title></path>"
        for name, outline in rows
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg"><g id="{LAYER}">{paths}</g></svg>'
