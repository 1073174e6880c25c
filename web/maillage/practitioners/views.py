"""Who receives families here, and which papers were seen: kept by the manager of the structure."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core.errors import DomainError
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.practitioners import actions, lapsing, permissions
from maillage.practitioners.forms import NewPersonForm, PaperForm, PersonForm, as_typed
from maillage.practitioners.models import Employment, Practitioner


@never_cache
@professionals_only(permissions.keeps_people)
@require_GET
def people(request: AtWork) -> HttpResponse:
    """Who works here, and what lapses within two months."""
    today = timezone.localdate()
    found = list(permissions.people_of(request, today).select_related("user"))
    gaps = lapsing.gaps(found, today)
    rows = [_row(one, gaps[one.pk]) for one in found]
    rows.sort(key=lambda row: (not row["gaps"], row["person"].name, str(row["person"].pk)))
    return render(request, "practitioners/people.html", {"rows": rows})


@never_cache
@professionals_only(permissions.keeps_people)
@require_http_methods(["GET", "POST"])
def add(request: AtWork) -> HttpResponse:
    """Let someone work here; their papers come next."""
    data = request.POST if request.method == "POST" else None
    form = NewPersonForm(data, employers=permissions.employers(request))
    if data is not None and form.is_valid():
        employer = form.cleaned_data["organization"]
        try:
            made = actions.add(form.identity(), employer, by=request.user.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("C’est ajouté. Notez maintenant les papiers que vous avez vus.")
            messages.success(request, text)
            return redirect("practitioners:person", made.pk)
    page = {"form": form, "person": None}
    return render(request, "practitioners/edit.html", page, status=400 if form.errors else 200)


@never_cache
@professionals_only(permissions.keeps_people)
@require_http_methods(["GET", "POST"])
def person(request: AtWork, practitioner_id: UUID) -> HttpResponse:
    """The papers of one person; noting one more."""
    today = timezone.localdate()
    found = permissions.person_to_keep(request, practitioner_id, today)
    data = request.POST if request.method == "POST" else None
    form = PaperForm(data)
    if data is not None and form.is_valid():
        place = _departement(request, found)
        actions.record_paper(found, form.paper(), by=request.user.pk, departement=place)
        messages.success(request, _("C’est noté. Rendez le papier : nous n’en gardons rien."))
        return redirect("practitioners:person", found.pk)
    page = {
        **_row(found, lapsing.gaps([found], today)[found.pk]),
        "papers": found.credentials.select_related("checked_by").order_by(
            "kind", "-issued_on", "pk"
        ),
        "form": form,
        "today": today,
    }
    return render(request, "practitioners/person.html", page, status=400 if form.errors else 200)


@never_cache
@professionals_only(permissions.keeps_people)
@require_http_methods(["GET", "POST"])
def change(request: AtWork, practitioner_id: UUID) -> HttpResponse:
    """Correct what families read, or link an account."""
    found = permissions.person_to_keep(request, practitioner_id, timezone.localdate())
    data = request.POST if request.method == "POST" else None
    form = PersonForm(data, initial=as_typed(found))
    if data is not None and form.is_valid():
        place = _departement(request, found)
        try:
            actions.change(found, form.identity(), by=request.user.pk, departement=place)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("C’est enregistré : les familles le voient déjà."))
            return redirect("practitioners:person", found.pk)
    page = {"form": form, "person": found}
    return render(request, "practitioners/edit.html", page, status=400 if form.errors else 200)


@require_POST
@professionals_only(permissions.keeps_people)
def remove_paper(request: AtWork, credential_id: int) -> HttpResponse:
    """Take away a paper noted by mistake."""
    paper = permissions.paper_to_keep(request, credential_id, timezone.localdate())
    place = _departement(request, paper.practitioner)
    actions.remove_paper(paper, by=request.user.pk, departement=place)
    messages.success(request, _("Le papier est retiré de la liste."))
    return redirect("practitioners:person", paper.practitioner_id)


def _row(one: Practitioner, gaps: list[lapsing.Gap]) -> dict[str, Any]:
    closed = any(gap.is_over for gap in gaps)
    return {"person": one, "gaps": gaps, "closed": closed or one.stopped_on is not None}


def _departement(request: AtWork, one: Practitioner) -> str:
    """Where the person works for this manager: what the trail is filed under."""
    jobs = Employment.objects.filter(practitioner=one, organization__in=request.rights.manages)
    return jobs.order_by("pk").values_list("departement", flat=True)[0]
