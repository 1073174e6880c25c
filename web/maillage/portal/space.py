"""Who is visiting /mon-espace/: one cookie, half an hour, nothing else remembered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from maillage.families import codes
from maillage.families.codes import Visit
from maillage.families.models import Contact

DOOR, VISIT = "porte", "espace"
DOOR_SECONDS = int(codes.CODE_LASTS.total_seconds())


class Inside(HttpRequest):
    """A request of a parent whose code was checked."""

    visit: Visit


def someone(request: HttpRequest) -> Contact | None:
    """The contact of this visit, the latest of theirs; None outside."""
    visit = visiting(request)
    return None if visit is None else Contact.objects.filter(pk=visit.contact_id).first()


def visiting(request: HttpRequest) -> Visit | None:
    """Recognise the visit of this browser, and see what is theirs from now on."""
    cookie = request.COOKIES.get(VISIT, "")
    return codes.visit(cookie) if cookie else None


def visitors_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view be seen during a visit; before or after it, the door is shown."""

    @wraps(view)
    def shown(request: Inside, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = visiting(request)
        if visit is None:
            return redirect("portal:space")
        request.visit = visit
        return view(request, *args, **kwargs)

    return never_cache(shown)


def wait_at_the_door(answer: HttpResponse, token: str) -> HttpResponse:
    """Remember which code this browser asked for."""
    answer.set_cookie(DOOR, token, max_age=DOOR_SECONDS, **kept(path="/mon-espace/"))
    return answer


def let_in(answer: HttpResponse, cookie: str) -> HttpResponse:
    """Open the visit; the cookie goes with the browser's window."""
    answer.set_cookie(VISIT, cookie, **kept(path="/"))
    answer.delete_cookie(DOOR, path="/mon-espace/", samesite="Lax")
    return answer


def see_out(answer: HttpResponse) -> HttpResponse:
    """Leave nothing on a shared device: neither cookie nor page kept by the browser."""
    answer.delete_cookie(VISIT, path="/", samesite="Lax")
    answer.delete_cookie(DOOR, path="/mon-espace/", samesite="Lax")
    answer["Clear-Site-Data"] = '"cache"'
    return answer


def kept(*, path: str) -> dict[str, Any]:
    """How every cookie of a parent is kept: never read by a script, never sent from elsewhere."""
    return {"httponly": True, "secure": settings.HTTPS, "samesite": "Lax", "path": path}
