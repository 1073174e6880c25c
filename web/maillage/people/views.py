"""Signing in, one's own account, and the demonstration's letter box."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from allauth.account.internal.stagekit import clear_login
from allauth.account.views import RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.people import actions
from maillage.people.errors import PageIsClosed
from maillage.people.forms import AccountForm
from maillage.people.models import Session, User


class SignedIn(HttpRequest):
    """A request past `login_required`."""

    user: User


class AskForCode(RequestLoginCodeView):  # type: ignore[misc]
    """Ask for a code; a demonstration also shows whose addresses may be typed."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Forget a code that is still awaited when another one is asked for."""
        if request.method == "POST" or "autre" in request.GET:
            clear_login(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        """Add the people of the demonstration, which this room does not know."""
        found: dict[str, Any] = super().get_context_data(**facts)
        suggestions = settings.DEMONSTRATION and settings.SIGN_IN_SUGGESTIONS
        found["suggestions"] = import_string(suggestions) if suggestions else ()
        return found


def closed(request: HttpRequest) -> NoReturn:
    """Stand where allauth expects a page that does not exist here."""
    raise PageIsClosed


def in_demonstration(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a page that exists in a demonstration only."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMONSTRATION:
            raise Http404
        return view(request, *args, **kwargs)

    return shown


@never_cache
@require_GET
@in_demonstration
def demo_messages(request: HttpRequest) -> HttpResponse:
    """Show the mails that a real site would have sent, newest first."""
    with scope.system():
        found = list(OutboxMessage.objects.exclude(body="").order_by("-created_at")[:30])
    return render(request, "people/demo_messages.html", {"letters": found})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def account(request: SignedIn) -> HttpResponse:
    """Show one's own account and change one's name or language."""
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        mine = actions.describe_oneself(request.user, **form.cleaned_data)
        messages.success(request, _("C’est enregistré."))
        response: HttpResponse = redirect("people:account")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, mine.language, samesite="Lax")
        return response
    open_sessions = Session.objects.filter(user=request.user, expire_date__gt=timezone.now())
    facts = {
        "form": form,
        "sessions": open_sessions.order_by("-started_at"),
        "this_session": request.session.session_key,
    }
    return render(request, "people/account.html", facts, status=400 if form.errors else 200)


@login_required
@require_POST
def sign_out_everywhere(request: SignedIn) -> HttpResponse:
    """Close the account's other sessions."""
    number = actions.sign_out_everywhere(request.user, keep=request.session.session_key or "")
    text = ngettext("%d autre session fermée.", "%d autres sessions fermées.", number)
    none = _("Aucune autre session n’était ouverte.")
    messages.success(request, text % number if number else none)
    return redirect("people:account")
