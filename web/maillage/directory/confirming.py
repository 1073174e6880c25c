"""The page that a link in a reminder opens. Mail scanners open links: only a tap confirms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.directory import reminders


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the entry and ask; then thank."""
    if request.method == "POST":
        facts = {"service": reminders.confirm(token), "done": True}
    else:
        facts = {"service": reminders.open_link(token).service, "done": False}
    return render(request, "directory/confirm.html", facts)
