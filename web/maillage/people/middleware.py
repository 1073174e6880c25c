"""Recognise the account of a request before any personal row is read."""

from collections.abc import Callable

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from maillage.core import scope

SIGN_IN_PATH = "/connexion/"


class WhoIsAsking:
    """Enter the scope of the signed-in account; a sign-in page may look up the one it names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the account's id for row-level security; anonymous pages cost no query."""
        account = _account(request)
        if request.path.startswith(SIGN_IN_PATH):
            scope.enter("sign_in", user_id=account, address=_address(request))
        elif account is not None:
            scope.enter("public", user_id=account)
        return self.get_response(request)


def _account(request: HttpRequest) -> int | None:
    raw = request.session.get(SESSION_KEY)
    return int(raw) if raw is not None else None


def _address(request: HttpRequest) -> str:
    """The address typed in the form, or the one to which the code was sent."""
    started = request.session.get(LOGIN_SESSION_KEY)
    sent_to = started.get("email") if isinstance(started, dict) else None
    return str(request.POST.get("email") or sent_to or "")
