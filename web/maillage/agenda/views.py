"""The professional's own agenda: what comes, what is over and waits for a word, when I am away."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maillage.agenda import absences, actions, permissions, shortage, telling, unreached
from maillage.agenda.forms import AbsenceForm, OutcomeForm
from maillage.agenda.models import Absence, Appointment, WaitingEntry
from maillage.core.errors import DomainError
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.practitioners.models import Practitioner

SHOWN = 60


@never_cache
@professionals_only(permissions.keeps_an_agenda)
@require_GET
def agenda(request: AtWork) -> HttpResponse:
    """My days to come, and the sessions that wait for a word."""
    return render(request, "agenda/agenda.html", _page(request, AbsenceForm()))


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def close(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """Say how an appointment ended: one tap."""
    found = permissions.appointment_of(request, appointment_id)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        actions.close(found, form.cleaned_data["state"], by=request.user.pk)
        messages.success(request, _("C’est noté."))
    return redirect("agenda:agenda")


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def cancel(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """Give the time back, from the professional's side."""
    found = permissions.appointment_of(request, appointment_id)
    cancelled = actions.cancel(found, by=request.user.pk)
    telling.changed(cancelled, "agenda/mail/cancelled_by_us.txt")
    messages.success(request, _("Le rendez-vous est annulé, la famille est prévenue."))
    return redirect("agenda:agenda")


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def take_absence(request: AtWork) -> HttpResponse:
    """Be away for some days; refused while families have an appointment then."""
    form = AbsenceForm(request.POST)
    me = permissions.own_practitioner(request)
    if me is not None and form.is_valid():
        try:
            absences.take_absence(me, *form.period(permissions.clock_of(me)), by=request.user.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Votre absence est notée : plus rien n’est proposé."))
            return redirect("agenda:agenda")
    return render(request, "agenda/agenda.html", _page(request, form), status=400)


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def end_absence(request: AtWork, absence_id: UUID) -> HttpResponse:
    """Be back: the times are offered again."""
    absences.end_absence(permissions.absence_of(request, absence_id), by=request.user.pk)
    messages.success(request, _("L’absence est retirée : vos créneaux sont à nouveau proposés."))
    return redirect("agenda:agenda")


def _page(request: AtWork, form: AbsenceForm) -> dict[str, Any]:
    now = timezone.now()
    seen = permissions.appointments_of(request).select_related(
        "fee", "contact", "service", "service_at_location__location__commune"
    )
    found = seen.prefetch_related("practitioners")
    coming = list(found.filter(state__in=["pending", "confirmed"]).upcoming(now)[:SHOWN])
    to_call = unreached.notes(coming)
    over = found.filter(state__in=["pending", "confirmed"], ends_at__lte=now)
    me = permissions.own_practitioner(request)
    away = Absence.objects.filter(practitioner=me, cancelled_at=None, ends_at__gt=now)
    return {
        "days": [(day, list(each)) for day, each in groupby(coming, key=_local_day)],
        "over": over.order_by("-starts_at")[:SHOWN],
        "me": me,
        "absences": _in_days(me, away.order_by("starts_at")) if me is not None else (),
        "form": form,
        "failed": {key for key, why in to_call.items() if why == "failed"},
        "declined": {key for key, why in to_call.items() if why == "declined"},
        "short": shortage.of_organizations(request.rights.works_in, now),
        "waiting": _waiting(request),
    }


def _in_days(me: Practitioner, absences: Iterable[Absence]) -> list[dict[str, Any]]:
    """The first day away and the last, on the clock of where I receive."""
    zone = permissions.clock_of(me)
    return [
        {
            "pk": one.pk,
            "first_day": one.starts_at.astimezone(zone).date(),
            "last_day": (one.ends_at.astimezone(zone) - timedelta(seconds=1)).date(),
        }
        for one in absences
    ]


def _waiting(request: AtWork) -> list[dict[str, Any]]:
    """How many families wait for each service where I work: a number, no name."""
    entries = WaitingEntry.objects.standing().filter(
        service__organization__in=request.rights.works_in
    )
    counted = entries.order_by().values("service__name").annotate(families=Count("pk"))
    return [dict(one) for one in counted.order_by("service__name")]


def _local_day(appointment: Appointment) -> Any:
    return appointment.local_start.date()
