"""The practitioner's day, on one screen of a phone."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.agenda.models import Appointment
from maillage.agenda.permissions import own_practitioner
from maillage.core.errors import DomainError
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.support.actions import Outcome
from maillage.support.forms import SessionForm
from maillage.support.vocabulary import NextStep
from maillage.workday import actions, day, permissions, times
from maillage.workday.forms import Closing, NextForm


@professionals_only()
@require_GET
def landing(request: AtWork) -> HttpResponse:
    """Where one arrives after signing in: one's day for who receives families."""
    mine = own_practitioner(request) is not None and request.rights.works_in
    return redirect("workday:day" if mine else "workday:home")


@never_cache
@professionals_only()
@require_GET
def today(request: AtWork) -> HttpResponse:
    """My day, what waits for me, and what comes next."""
    found = day.of(permissions.me(request), request.rights.works_in, timezone.now())
    return render(request, "workday/day.html", {"day": found})


@sensitive_post_parameters("note")
@require_POST
@professionals_only()
def close(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """Note how a session went, from the day itself."""
    appointment = permissions.own_appointment(request, appointment_id)
    closing = Closing(appointment, request.POST)
    if closing.is_valid():
        outcome = _outcome(closing)
        try:
            actions.close(appointment, outcome, closing.words, by=request.user.pk)
        except DomainError as refusal:
            closing.form.add_error(None, str(refusal))
        else:
            messages.success(request, _("C’est noté."))
            return redirect(_what_follows(appointment, outcome))
    me = permissions.me(request)
    found = day.of(me, request.rights.works_in, timezone.now(), wrong=closing)
    return render(request, "workday/day.html", {"day": found}, status=400)


@never_cache
@professionals_only()
@require_http_methods(["GET", "HEAD"])
def next_times(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """The next times of the same person, for the same family."""
    appointment = permissions.own_appointment(request, appointment_id)
    return render(request, "workday/next.html", _next_page(request, appointment))


@require_POST
@professionals_only()
def book_next(request: AtWork, appointment_id: UUID, rule_id: UUID, stamp: str) -> HttpResponse:
    """Take one of them; the family is told."""
    appointment = permissions.own_appointment(request, appointment_id)
    form = NextForm(request.POST)
    key = form.cleaned_data["key"] if form.is_valid() else uuid4()
    by = request.user.pk
    try:
        booked = actions.book_next(appointment, rule_id, times.moment_of(stamp), key=key, by=by)
    except DomainError as refusal:
        page = _next_page(request, appointment) | {"refusal": str(refusal)}
        return render(request, "workday/next.html", page, status=refusal.status)
    told = _("C’est pris : %(when)s. La famille est prévenue.")
    messages.success(request, told % {"when": f"{booked.local_start:%d/%m, %H:%M}"})
    return redirect("workday:day")


def _outcome(closing: Closing) -> Outcome:
    if isinstance(closing.form, SessionForm):
        return closing.form.outcome()
    return Outcome(state=Appointment.State(closing.form.cleaned_data["state"]))


def _what_follows(appointment: Appointment, outcome: Outcome) -> str:
    """Where the next step is taken, so that nobody has to look for it."""
    if outcome.next_step == NextStep.REFERRAL:
        return reverse("referrals:propose", args=[appointment.pk])
    if outcome.next_step == NextStep.ANOTHER_SESSION:
        return reverse("workday:next", args=[appointment.pk])
    return reverse("workday:day")


def _next_page(request: AtWork, appointment: Appointment) -> dict[str, object]:
    me = permissions.me(request)
    return {
        "appointment": appointment,
        "days": times.next_times(appointment, me.pk, timezone.now()),
        "form": NextForm(initial={"key": uuid4()}),
    }
