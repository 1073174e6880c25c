"""Search, results and the pages they lead to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find help."""
    return render(request, "portal/search.html")


@require_GET
def communes(request: HttpRequest) -> HttpResponse:
    """Every commune."""
    return render(request, "portal/communes.html")
