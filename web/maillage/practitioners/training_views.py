"""The catalogue of trainings: who comes to what, and who leaves with its paper."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, Rights, administrators, professionals_only
from maillage.practitioners import permissions, training
from maillage.practitioners.forms import TrainingForm
from maillage.practitioners.models import Enrolment, Practitioner, Training, TrainingSession


def follows_training(rights: Rights) -> bool:
    """Whether this person works where families are received, or keeps the catalogue."""
    return bool(rights.works_in or rights.administers)


class EnrolForm(forms.Form):
    """Who comes."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Qui y va"), queryset=Practitioner.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


@never_cache
@professionals_only(follows_training)
@require_GET
def trainings(request: AtWork) -> HttpResponse:
    """The sessions to come of where I serve, who of mine is enrolled, what is over."""
    today = timezone.localdate()
    people = _people(request)
    sessions = TrainingSession.objects.filter(
        departement__in=request.rights.departements
    ).select_related("training")
    taken = Count("enrolments", filter=~Q(enrolments__state="cancelled"))
    mine = Enrolment.objects.filter(practitioner__in=people).exclude(state="cancelled")
    known: dict[UUID, list[Enrolment]] = {}
    for one in mine.select_related("practitioner").order_by("practitioner__name"):
        known.setdefault(one.session_id, []).append(one)
    rows = [
        {
            "session": one,
            "left": max(0, one.capacity - one.taken),  # type: ignore[attr-defined]
            "enrolled": known.get(one.pk, []),
            "form": EnrolForm(people=people, auto_id=f"id_{one.pk}_%s"),
        }
        for one in sessions.annotate(taken=taken).upcoming(today)
    ]
    over = sessions.filter(ends_on__lt=today, departement__in=request.rights.administers)
    page = {
        "rows": rows,
        "has_people": people.exists(),
        "over": over.order_by("-ends_on")[:20],
        "may_add": bool(request.rights.administers),
    }
    return render(request, "practitioners/trainings.html", page)


@require_POST
@professionals_only(follows_training)
def enrol(request: AtWork, session_id: UUID) -> HttpResponse:
    """Give a place to oneself, or to someone of one's structure."""
    form = EnrolForm(request.POST, people=_people(request))
    if not form.is_valid():
        raise NotAllowed
    training.enrol(
        _session(request, session_id), form.cleaned_data["person"],
        by=request.user.pk, today=timezone.localdate(),
    )  # fmt: skip
    messages.success(request, _("L’inscription est faite."))
    return redirect("practitioners:trainings")


@require_POST
@professionals_only(follows_training)
def cancel_enrolment(request: AtWork, enrolment_id: int) -> HttpResponse:
    """Give a place back."""
    found = Enrolment.objects.filter(pk=enrolment_id, practitioner__in=_people(request)).first()
    if found is None:
        raise NotAllowed
    training.cancel(found, by=request.user.pk, today=timezone.localdate())
    messages.success(request, _("La place est rendue."))
    return redirect("practitioners:trainings")


@never_cache
@professionals_only(administrators)
@require_http_methods(["GET", "POST"])
def add_training(request: AtWork) -> HttpResponse:
    """One more session, of a known training or of a new one."""
    form = TrainingForm(request.POST or None, departements=sorted(request.rights.administers))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("La session est au catalogue."))
        return redirect("practitioners:trainings")
    page = {"form": form, "known": Training.objects.filter(departement__in=form.departements)}
    status = 400 if form.errors else 200
    return render(request, "practitioners/add_training.html", page, status=status)


@never_cache
@professionals_only(administrators)
@require_http_methods(["GET", "POST"])
def attendance(request: AtWork, session_id: UUID) -> HttpResponse:
    """Say who came: each leaves with the paper."""
    found = _session(request, session_id)
    if found.departement_id not in request.rights.administers:
        raise NotAllowed
    enrolled = found.enrolments.exclude(state="cancelled").select_related("practitioner")
    if request.method == "POST":
        keys = {str(one.practitioner_id): one.practitioner_id for one in enrolled}
        came = [keys[word] for word in request.POST.getlist("came") if word in keys]
        training.certify(found, came, by=request.user.pk, today=timezone.localdate())
        messages.success(request, _("C’est noté : les papiers sont à jour."))
        return redirect("practitioners:trainings")
    page = {"session": found, "enrolled": enrolled.order_by("practitioner__name", "pk")}
    return render(request, "practitioners/attendance.html", page)


def _people(request: AtWork) -> Any:
    """Myself, and those of where I manage."""
    today = timezone.localdate()
    mine = Q(user=request.user.pk) | Q(pk__in=permissions.people_of(request, today).values("pk"))
    return Practitioner.objects.filter(mine, stopped_on=None).order_by("name", "pk")


def _session(request: AtWork, session_id: UUID) -> TrainingSession:
    known = TrainingSession.objects.filter(
        pk=session_id, departement__in=request.rights.departements
    )
    found = known.select_related("training").first()
    if found is None:
        raise NotAllowed
    return found
