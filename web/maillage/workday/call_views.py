"""The queue of families to call back: what is late, what is today, what comes; shared by a team."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.agenda.models import Appointment
from maillage.agenda.permissions import keeps_an_agenda
from maillage.core.errors import DomainError
from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.referrals.permissions import referral_of, sends
from maillage.workday import calls
from maillage.workday.call_forms import CalledForm, PromiseForm, Subject
from maillage.workday.models import CallBack

JUST_DONE = timedelta(days=7)
SHOWN = 100
Origin = CallBack.Origin


@never_cache
@professionals_only(keeps_an_agenda)
@require_GET
def queue(request: AtWork) -> HttpResponse:
    """Everyone whom my team is to call: late, today, later."""
    return render(request, "workday/calls.html", _page(request))


@require_POST
@professionals_only(keeps_an_agenda)
def note(request: AtWork, line_id: UUID) -> HttpResponse:
    """Tick what a call gave; a colleague who was faster is named, and nothing is lost."""
    mine = CallBack.objects.of(request.rights.works_in).agreed().select_related("contact")
    line = mine.filter(pk=line_id).first()
    if line is None:
        raise NotAllowed
    form = CalledForm(request.POST, line=line)
    if not form.is_valid():
        return render(request, "workday/calls.html", _page(request, wrong=form), status=400)
    try:
        calls.note(line, form.called(), by=request.user.pk)
    except DomainError as refusal:
        page = _page(request) | {"refusal": str(refusal)}
        return render(request, "workday/calls.html", page, status=refusal.status)
    messages.success(request, _("C’est noté."))
    return redirect("workday:calls")


@never_cache
@professionals_only(keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def keep(request: AtWork) -> HttpResponse:
    """A family for whom nothing was found today."""
    places = _places(request)
    return keep_for(request, Subject(Origin.NOTHING, places[0].departement_id))


@never_cache
@professionals_only(keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def keep_after(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """The family of an appointment that I took for it, or of where I work."""
    found = Appointment.objects.select_related("contact").filter(pk=appointment_id).first()
    if found is None or not (
        found.booked_by_id == request.user.pk or found.organization_id in request.rights.works_in
    ):
        raise NotAllowed
    about = Subject(Origin.BOOKED, found.departement_id, found.contact, found.pk)
    return keep_for(request, about)


@never_cache
@professionals_only(keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def keep_referred(request: AtWork, referral_id: UUID) -> HttpResponse:
    """The family that we passed on to another service."""
    referral = referral_of(request, referral_id)
    if not sends(request, referral):
        raise NotAllowed
    about = Subject(Origin.REFERRED, referral.departement_id, referral.family.contact, referral.pk)
    return keep_for(request, about)


def keep_for(request: AtWork, subject: Subject) -> HttpResponse:
    """Show the form of one line, or keep it."""
    places = [(one.pk, one.name) for one in _places(request)]
    data = request.POST if request.method == "POST" else None
    form = PromiseForm(data, subject=subject, places=places)
    page = {"form": form, "subject": subject}
    if data is None or not form.is_valid():
        return render(request, "workday/call_back.html", page, status=200 if data is None else 400)
    try:
        line = calls.keep(form.promise(), by=request.user.pk)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return render(request, "workday/call_back.html", page, status=refusal.status)
    said = _("C’est noté : %(name)s est à rappeler.")
    messages.success(request, said % {"name": line.contact.name})
    return redirect("workday:calls")


def _places(request: AtWork) -> list[Organization]:
    found = Organization.objects.filter(pk__in=request.rights.works_in)
    return list(found.order_by("name", "pk"))


def _page(request: AtWork, *, wrong: CalledForm | None = None) -> dict[str, Any]:
    today, now = timezone.localdate(), timezone.now()
    mine = CallBack.objects.of(request.rights.works_in).select_related(
        "contact", "kept_by", "called_by", "organization"
    )
    standing = mine.standing()
    lines = [_line(one, wrong) for one in standing[:SHOWN]]
    done = mine.exclude(state=CallBack.State.OPEN).filter(closed_at__gt=now - JUST_DONE)
    return {
        "today": today,
        "late": [one for one in lines if one["line"].call_on < today],
        "due": [one for one in lines if one["line"].call_on == today],
        "coming": [one for one in lines if one["line"].call_on > today],
        "done": list(done.order_by("-closed_at", "pk")),
        "shown": SHOWN,
        "hidden": max(0, standing.count() - SHOWN) if len(lines) == SHOWN else 0,
        "several": len(request.rights.works_in) > 1,
        "wrong": wrong,
    }


def _line(one: CallBack, wrong: CalledForm | None) -> dict[str, Any]:
    form = wrong if wrong is not None and wrong.line.pk == one.pk else CalledForm(line=one)
    return {"line": one, "form": form}
