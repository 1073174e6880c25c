"""A professional’s own words, session by session, and what families ask of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.agenda.models import Appointment
from maillage.core.errors import DomainError
from maillage.families.models import Consent
from maillage.notes import access, actions, handing, permissions, reading
from maillage.notes.errors import NoteChangedElsewhere
from maillage.notes.forms import AnswerForm, HandOverForm, NoteForm
from maillage.notes.models import AccessRequest, Departure, Note
from maillage.notes.readers import readers_of
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.practitioners.models import Practitioner

SHOWN = 100


@never_cache
@professionals_only()
@require_safe
def home(request: AtWork) -> HttpResponse:
    """Which sessions I have words about, what families ask, and what happens when I leave."""
    permissions.refuse_who_keeps_no_notes(request)
    me = request.user.pk
    mine = Note.objects.private().filter(reader=me).last_versions()
    notes = mine.select_related("appointment__contact", "appointment__service", "author")
    waiting = AccessRequest.objects.filter(asked_of=me, state=AccessRequest.State.ASKED)
    leaving = Departure.objects.filter(user=me, stayed_at=None, destroyed_at=None)
    page = {
        "notes": sorted(notes, key=lambda one: one.appointment.starts_at, reverse=True)[:SHOWN],
        "requests": waiting.select_related("contact").order_by("due_on", "pk"),
        "departure": leaving.first(),
        "me": me,
    }
    return render(request, "notes/home.html", page)


@sensitive_post_parameters()
@never_cache
@professionals_only()
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """One session: what the family left, and my own note, which I may change."""
    appointment = permissions.session_of(request, appointment_id)
    me = request.user.pk
    form = NoteForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        after, text = form.cleaned_data["after"], form.cleaned_data["text"]
        try:
            actions.write(appointment, me, text, after=after)
        except NoteChangedElsewhere as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Votre note est gardée. Vous seul·e pouvez la lire."))
            return redirect("notes:session", appointment.pk)
    status = 200 if form is None else 400
    return render(request, "notes/session.html", _page(appointment, me, form), status=status)


@require_POST
@professionals_only()
def remove(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """Destroy my note about one session, every version."""
    appointment = permissions.session_of(request, appointment_id)
    actions.remove(appointment, request.user.pk)
    messages.success(request, _("Votre note est détruite, avec toutes ses versions."))
    return redirect("notes:session", appointment.pk)


@never_cache
@professionals_only()
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: AtWork) -> HttpResponse:
    """Hand chosen notes over to a colleague, with each family's agreement."""
    permissions.refuse_who_keeps_no_notes(request)
    me = request.user.pk
    notes = Note.objects.private().filter(reader=me, author=me).last_versions()
    mine = [one.appointment for one in notes.select_related("appointment__contact")]
    mine.sort(key=lambda one: one.starts_at, reverse=True)
    people = handing.colleagues(me, {one.organization_id for one in mine})
    data = request.POST if request.method == "POST" else None
    form = HandOverForm(data, sessions=[_choice(one) for one in mine], people=people)
    if data is not None and form.is_valid():
        to = get_object_or_404(Practitioner, pk=form.cleaned_data["to"])
        means = Consent.Means(form.cleaned_data["means"])
        try:
            count = handing.hand_over(form.chosen(mine), to, means=means, by=me)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            said = ngettext(
                "%(count)s note remise à %(name)s. Les familles sont prévenues.",
                "%(count)s notes remises à %(name)s. Les familles sont prévenues.",
                count,
            )
            messages.success(request, said % {"count": count, "name": to.name})
            return redirect("notes:home")
    page = {"form": form, "nothing": not mine}
    return render(request, "notes/hand_over.html", page, status=200 if data is None else 400)


@sensitive_post_parameters()
@never_cache
@professionals_only()
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: AtWork, request_id: UUID) -> HttpResponse:
    """Tell a parent what my notes say of them; they alone open the answer."""
    found = access.request_of(request.user.pk, request_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        access.answer(found, form.cleaned_data["text"], by=request.user.pk)
        messages.success(request, _("La réponse est partie. La famille l’ouvre avec son code."))
        return redirect("notes:home")
    me = request.user.pk
    theirs = Note.objects.private().filter(reader=me, appointment__contact=found.contact_id)
    page = {
        "form": form,
        "asked": found,
        "words": [reading.Words(one, actions.opened(one, me)) for one in theirs.last_versions()],
    }
    return render(request, "notes/answer.html", page, status=400 if form.is_bound else 200)


def _page(appointment: Appointment, me: int, form: NoteForm | None) -> dict[str, Any]:
    said = reading.mine(appointment, me)
    actions.mark_opened([one.note for one in said.left])
    current = said.current
    if form is None:
        start = {"text": current.text, "after": current.note.number} if current else {"after": 0}
        form = NoteForm(initial=start)
    return {
        "appointment": appointment,
        "said": said,
        "current": current,
        "former": said.versions[1:],
        "form": form,
        "gives": me in readers_of(appointment),
    }


def _choice(appointment: Appointment) -> tuple[str, str]:
    day = f"{appointment.starts_at:%d/%m/%Y}"
    return str(appointment.pk), f"{appointment.contact.name}, {day}"
