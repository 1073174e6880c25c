"""Recognise the account of a request before any personal row is read."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from maillage.core import scope

SIGN_IN_PATH = "/connexion/"


class WhoIsAsking:
    """Enter the scope of the signed-in account; the sign-in pages alone may look accounts up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the account's id for row-level security; anonymous pages cost no query."""
        if request.path.startswith(SIGN_IN_PATH):
            scope.enter("sign_in", user_id=_account(request))
        elif (account := _account(request)) is not None:
            scope.enter("public", user_id=account)
        return self.get_response(request)


def _account(request: HttpRequest) -> int | None:
    raw = request.session.get(SESSION_KEY)
    return int(raw) if raw is not None else None
