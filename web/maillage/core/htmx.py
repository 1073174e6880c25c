"""One way to answer a page that htmx may ask for in part."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str, status: int = 200
) -> HttpResponse:
    """Render `template`, or only its partial `part` when htmx asks.

    The two answers share one URL, so caches are told that they differ (``Vary: HX-Request``).
    """
    asked = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    response = render(request, f"{template}#{part}" if asked else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
