"""What a parent does with words, through the link of their appointment."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.agenda.models import Appointment
from maillage.families import links
from maillage.families.models import ContactLink
from maillage.notes import access, actions, handing, reading
from maillage.notes.errors import CodeDoesNotOpen
from maillage.notes.forms import CodeForm, WordForm
from maillage.notes.models import AccessRequest
from maillage.practitioners.models import Practitioner


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Leave a word to whoever gives the session, in the place of the former one."""
    appointment = _followed(token)
    form = WordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.leave_for_session(appointment, form.cleaned_data["text"])
        messages.success(request, _("Votre mot est laissé."))
        return redirect("notes:leave", token)
    page = {
        "form": form,
        "token": token,
        "appointment": appointment,
        "people": list(appointment.practitioners.exclude(user=None)),
        "left": reading.left_on(appointment),
        "open": appointment.state in {"pending", "confirmed"}
        and appointment.ends_at > timezone.now(),
    }
    return render(request, "notes/leave.html", page, status=400 if form.is_bound else 200)


@require_POST
def take_back(request: HttpRequest, token: str) -> HttpResponse:
    """Remove the word that was left."""
    actions.take_back(_followed(token))
    messages.success(request, _("Votre mot est retiré."))
    return redirect("notes:leave", token)


@never_cache
@require_safe
def ours(request: HttpRequest, token: str) -> HttpResponse:
    """What is written about me: ask for it, read the answer, take an agreement back."""
    return render(request, "notes/ours.html", _ours(token, CodeForm()))


@never_cache
@require_POST
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Ask; the code is shown now and never again."""
    code, count = access.ask(_followed(token))
    page = _ours(token, CodeForm())
    return render(request, "notes/ours.html", {**page, "code": code if count else ""})


@sensitive_post_parameters()
@never_cache
@require_POST
def read(request: HttpRequest, token: str, request_id: UUID) -> HttpResponse:
    """Open one answer with the code."""
    page = _ours(token, form := CodeForm(request.POST))
    asked = get_object_or_404(AccessRequest, pk=request_id, contact=page["appointment"].contact_id)
    page["reading"] = asked
    if form.is_valid():
        try:
            text = access.read(asked, form.cleaned_data["code"])
            return render(request, "notes/ours.html", {**page, "text": text})
        except CodeDoesNotOpen as refusal:
            form.add_error("code", str(refusal))
    return render(request, "notes/ours.html", page, status=400)


@require_POST
def withdraw(request: HttpRequest, token: str, consent_id: UUID) -> HttpResponse:
    """Take back the agreement by which notes were handed over."""
    found = handing.agreements_of(_followed(token).contact)
    handing.withdraw(get_object_or_404(found, pk=consent_id))
    messages.success(request, _("Votre accord est retiré : les copies remises sont détruites."))
    return redirect("notes:ours", token)


def _followed(token: str) -> Appointment:
    link = links.follow(token, ContactLink.Opens.APPOINTMENT)
    found = Appointment.objects.select_related("contact", "service__organization")
    return get_object_or_404(found, pk=link.object_id)


def _ours(token: str, form: CodeForm) -> dict[str, Any]:
    appointment = _followed(token)
    requests = AccessRequest.objects.filter(contact=appointment.contact_id)
    agreements = list(handing.agreements_of(appointment.contact))
    people = Practitioner.objects.in_bulk([one.object_id for one in agreements])
    return {
        "appointment": appointment,
        "token": token,
        "form": form,
        "requests": _named(list(requests.order_by("-asked_at", "pk"))),
        "agreements": [(one, people.get(one.object_id)) for one in agreements],
    }


def _named(requests: list[AccessRequest]) -> list[tuple[AccessRequest, str]]:
    """Each request with the name that families know the professional by."""
    known = Practitioner.objects.filter(user__in=[one.asked_of_id for one in requests])
    names = dict(known.values_list("user_id", "name"))
    return [(one, names.get(one.asked_of_id, "")) for one in requests]
