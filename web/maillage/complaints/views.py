"""Complaining without an account, following the answer; reading and answering at work."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.complaints import actions, codes, permissions
from maillage.complaints.forms import AnswerForm, CodeForm, ComplaintForm
from maillage.core.errors import DomainError
from maillage.directory.models import Service
from maillage.families.limits import caller, may_try
from maillage.organizations.permissions import AtWork, entry_keepers, professionals_only

AN_HOUR = timedelta(hours=1)
WRITTEN_FROM_HERE = 10  # a desk or a library writes for several families


@never_cache
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, service_id: UUID | None = None) -> HttpResponse:
    """Complain about a service, or about any place, without an account."""
    service = None
    if service_id is not None:
        public = Service.objects.published().select_related("organization")
        service = get_object_or_404(public, pk=service_id)
    form = ComplaintForm(request.POST or None, service=service)
    if request.method == "POST" and form.is_valid() and not _may_write(request):
        form.add_error(
            None,
            _("Plusieurs réclamations viennent de partir d’ici. Réessayez dans une heure."),
        )
        return render(request, "complaints/write.html", _page(form, service), status=429)
    if request.method == "POST" and form.is_valid():
        _made, code = actions.complain(form.grievance((get_language() or "fr")[:2]))
        messages.success(request, _("Votre réclamation est reçue. Gardez ce code pour la suivre."))
        return redirect("complaints:follow", code)
    status = 400 if form.errors else 200
    return render(request, "complaints/write.html", _page(form, service), status=status)


def _may_write(request: HttpRequest) -> bool:
    return may_try("complaint", caller(request), most=WRITTEN_FROM_HERE, within=AN_HOUR)


def _page(form: ComplaintForm, service: Service | None) -> dict[str, Any]:
    return {"form": form, "service": service, "within": actions.ANSWERED_WITHIN.days}


@never_cache
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Type the code of a complaint."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        try:
            permissions.complaint_of_code(typed)
        except DomainError as refusal:
            form.add_error("code", str(refusal))
        else:
            return redirect("complaints:follow", codes.as_kept(typed))
    status = 400 if form.errors else 200
    return render(request, "complaints/find.html", {"form": form}, status=status)


@never_cache
@require_GET
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Where a complaint stands, and its answer."""
    found = permissions.complaint_of_code(code)
    page = {"found": found, "code": codes.as_kept(code)}
    return render(request, "complaints/follow.html", page)


@require_POST
def ask_departement(request: HttpRequest, code: str) -> HttpResponse:
    """The answer does not satisfy: the département looks at it."""
    actions.ask_departement(permissions.complaint_of_code(code))
    messages.success(request, _("Votre demande est passée au département."))
    return redirect("complaints:follow", codes.as_kept(code))


@never_cache
@professionals_only(entry_keepers)
@require_GET
def complaints(request: AtWork) -> HttpResponse:
    """Those that wait for an answer, then the last ones answered."""
    mine = permissions.readable(request).select_related("organization", "service", "handled_by")
    page = {
        "waiting": mine.open(),
        "answered": mine.filter(state="answered").order_by("-answered_at", "pk")[:30],
        "today": timezone.localdate(),
    }
    return render(request, "complaints/complaints.html", page)


@never_cache
@professionals_only(entry_keepers)
@require_http_methods(["GET", "POST"])
def complaint(request: AtWork, complaint_id: UUID) -> HttpResponse:
    """Read one, and answer it."""
    found = permissions.complaint_to_answer(request, complaint_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.answer(found, form.cleaned_data["text"], by=request.user.pk)
        messages.success(request, _("La réponse est donnée : la personne peut la lire."))
        return redirect("complaints:complaints")
    page = {"found": found, "form": form, "today": timezone.localdate()}
    return render(request, "complaints/complaint.html", page, status=400 if form.errors else 200)


@require_POST
@professionals_only(entry_keepers)
def take(request: AtWork, complaint_id: UUID) -> HttpResponse:
    """Say that one takes care of it: the person sees it."""
    found = permissions.complaint_to_answer(request, complaint_id)
    actions.take(found, by=request.user.pk)
    messages.success(request, _("C’est noté : la personne voit que quelqu’un s’en occupe."))
    return redirect("complaints:complaint", found.pk)
