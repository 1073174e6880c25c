"""The door of /mon-espace/: an address, a code, and inside. A stranger is told nothing."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.families import codes
from maillage.families.limits import caller, may_try
from maillage.families.tasks import send_code
from maillage.portal import space
from maillage.portal.space_forms import CodeForm, DoorForm, NameForm

A_WHILE, A_DAY = timedelta(minutes=15), timedelta(days=1)
CODES_PER_ADDRESS, CODES_PER_DAY = 3, 10
CODES_PER_CALLER = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code; the page that follows is the same whoever asks."""
    form = DoorForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "portal/door.html", {"form": form}, status=status)
    channel, address = form.cleaned_data["reach"]
    if not _may_ask(request, address):
        form.add_error(None, _("Trop de demandes. Attendez un quart d’heure et recommencez."))
        return render(request, "portal/door.html", {"form": form}, status=429)
    door = codes.knock(channel, address, get_language() or "fr")
    send_code.defer(code_id=str(door.code_id))
    return space.wait_at_the_door(redirect("portal:space_code"), door.token)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Give the code: five tries, then another one."""
    token = request.COOKIES.get(space.DOOR, "")
    if not token or codes.waiting_at(token) is None:
        return _back_to_the_door(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "portal/door_code.html", {"form": form}, status=status)
    if codes.try_code(token, form.cleaned_data["code"]):
        if codes.names_behind(token) > 1:
            return redirect("portal:space_name")
        return _come_in(request, token, "")
    form.add_error("code", _not_the_code(codes.tries_left(token)))
    return render(request, "portal/door_code.html", {"form": form}, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def name(request: HttpRequest) -> HttpResponse:
    """Several people use this address: say which one this is."""
    token = request.COOKIES.get(space.DOOR, "")
    if not token or codes.names_behind(token) < 2:
        return _back_to_the_door(request)
    form = NameForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "portal/door_name.html", {"form": form}, status=status)
    answer = _come_in(request, token, form.cleaned_data["name"])
    if answer.status_code == 302:
        return answer
    form.add_error("name", _not_the_name(codes.tries_left(token)))
    return render(request, "portal/door_name.html", {"form": form}, status=400)


@require_POST
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Go out, and leave nothing behind on this device."""
    if cookie := request.COOKIES.get(space.VISIT, ""):
        codes.leave(cookie)
    messages.success(request, _("Vous êtes sorti·e. Rien ne reste sur cet appareil."))
    return space.see_out(redirect("portal:search"))


def _may_ask(request: HttpRequest, address: str) -> bool:
    typed = address.lower()
    return (
        may_try("caller", caller(request), most=CODES_PER_CALLER, within=A_WHILE)
        and may_try("address", typed, most=CODES_PER_ADDRESS, within=A_WHILE)
        and may_try("address_day", typed, most=CODES_PER_DAY, within=A_DAY)
    )


def _come_in(request: HttpRequest, token: str, said: str) -> HttpResponse:
    cookie = codes.enter(token, said)
    if cookie is None:
        return HttpResponse(status=400)
    return space.let_in(redirect("portal:space"), cookie)


def _back_to_the_door(request: HttpRequest) -> HttpResponse:
    messages.info(
        request, _("Ce code n’attend plus. Demandez-en un autre, il arrive tout de suite.")
    )
    return redirect("portal:space")


def _not_the_code(left: int) -> str:
    if left == 0:
        return _("Ce code a été essayé cinq fois : il ne marche plus. Demandez-en un autre.")
    return ngettext(
        "Ce n’est pas le bon code. Il reste %(n)d essai.",
        "Ce n’est pas le bon code. Il reste %(n)d essais.",
        left,
    ) % {"n": left}


def _not_the_name(left: int) -> str:
    if left == 0:
        return _("Trop d’essais : ce code ne marche plus. Demandez-en un autre.")
    return _("Personne ne s’appelle ainsi ici. Essayez le prénom ou le surnom du message reçu.")
