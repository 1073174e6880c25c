"""What every request goes through: one transaction, one scope, one form of refusal."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.core import scope
from maillage.core.errors import DomainError

GetResponse = Callable[[HttpRequest], HttpResponse]
PROBLEM = "application/problem+json"  # RFC 9457


class RefuseNulBytes:
    """PostgreSQL stores no NUL byte: refuse it at the door, in the address and in every field."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 400 with a sentence when a NUL byte is found."""
        raw = request.META.get("QUERY_STRING", "")
        if "\0" in request.path or "%00" in raw or "\0" in raw or self._in_form(request):
            text = _(
                "Un caractère illisible a été envoyé. Effacez le champ et écrivez-le à nouveau."
            )
            return render(request, "ui/refused.html", {"text": text}, status=400)
        return self.get_response(request)

    def _in_form(self, request: HttpRequest) -> bool:
        if request.method != "POST":
            return False
        fields = any("\0" in value for values in request.POST.lists() for value in values[1])
        files = (file for key in request.FILES for file in request.FILES.getlist(key))
        return fields or any("\0" in str(file.name) for file in files)


class OneTransaction:
    """Run the whole request in one transaction, public until someone is recognised.

    Row-level security reads settings that are local to the transaction. The view itself is a
    savepoint inside it (ATOMIC_REQUESTS): a refusal undoes the view and keeps the session.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the transaction, enter the public scope, answer."""
        with transaction.atomic():
            scope.enter("public")
            if (cookie := request.COOKIES.get(settings.SESSION_COOKIE_NAME)) is not None:
                scope.hold_session(cookie)
            return self.get_response(request)


class DomainErrorMiddleware:
    """Answer refusals in the form the caller expects; let programming errors through."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render the refusal as a page, a fragment or a problem document."""
        if not isinstance(error, DomainError):
            return None
        if request.path.startswith("/api/"):
            body = {"type": f"/docs/errors#{error.code}", "title": str(error), "code": error.code}
            return JsonResponse(body, status=error.status, content_type=PROBLEM)
        if request.headers.get("HX-Request"):
            response = render(request, "ui/alert.html", {"text": str(error)}, status=error.status)
            response["HX-Retarget"] = "#messages"
            response["HX-Reswap"] = "innerHTML"
            return response
        way = reverse(error.way) if error.way else ""
        page = {"text": str(error), "way": way, "way_label": error.way_label}
        return render(request, "ui/refused.html", page, status=error.status)
