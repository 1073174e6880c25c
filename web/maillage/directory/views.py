"""The pages where professionals keep their entries true."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core.back import came_from
from maillage.directory import actions, keeping, permissions
from maillage.directory.forms import AnswerForm, StatusForm
from maillage.directory.freshness import Freshness, freshness, with_freshness
from maillage.directory.models import ErrorReport, MergeProposal, Service
from maillage.organizations.models import Membership
from maillage.organizations.permissions import (
    AtWork,
    administrators,
    entry_keepers,
    professionals_only,
)

ENTRIES_ON_A_PAGE = 25


@never_cache
@professionals_only(entry_keepers)
@require_GET
def my_services(request: AtWork) -> HttpResponse:
    """Every entry that I keep, by organization; a long list is searched and cut into pages."""
    asked = request.GET.get("q", "").strip()[:100]
    found = permissions.kept_services(request.rights)
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(organization__name__icontains=asked))
    found = found.order_by("organization__name", "organization", "name", "pk")
    page = Paginator(found, ENTRIES_ON_A_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    facts = {
        "kept": [{"service": one, "fresh": freshness(one, today)} for one in page],
        "page": page,
        "link": f"?{urlencode({'q': asked})}&page=" if asked else "?page=",
        "asked": asked,
        "searchable": bool(asked) or page.paginator.num_pages > 1,
    }
    return render(request, "directory/my_services.html", facts)


@professionals_only(entry_keepers)
@require_POST
def verify(request: AtWork, service_id: UUID) -> HttpResponse:
    """Still true: one tap."""
    service = permissions.service_to_keep(request.rights, service_id)
    role = permissions.acting_as(request.rights, service)
    keeping.verify(service.pk, by=request.user.pk, acting_as=role)
    messages.success(request, _("« %(name)s » est vérifié aujourd’hui.") % {"name": service.name})
    return redirect(came_from(request, "directory:my_services"))


@never_cache
@professionals_only(entry_keepers)
@require_http_methods(["GET", "POST"])
def status(request: AtWork, service_id: UUID) -> HttpResponse:
    """Close an entry for a time with a message, stop it, or open it again."""
    service = permissions.service_to_keep(request.rights, service_id)
    form = StatusForm(request.POST or None, instance=Service.objects.get(pk=service.pk))
    if request.method == "POST" and form.is_valid():
        role = permissions.acting_as(request.rights, service)
        keeping.set_status(service.pk, by=request.user.pk, acting_as=role, **form.cleaned_data)
        messages.success(request, _("C’est publié : les familles le voient dès maintenant."))
        return redirect("directory:my_services")
    facts = {"form": form, "service": service}
    return render(request, "directory/status.html", facts, status=400 if form.errors else 200)


@never_cache
@professionals_only(entry_keepers)
@require_GET
def error_reports(request: AtWork) -> HttpResponse:
    """What visitors say is wrong, and what was answered lately."""
    answered = ErrorReport.objects.filter(
        service__in=permissions.kept_services(request.rights), closed_at__isnull=False
    ).select_related("service")
    facts = {
        "reports": permissions.reports_to_answer(request.rights),
        "answered": answered.order_by("-closed_at", "pk")[:10],
        "form": AnswerForm(),
    }
    return render(request, "directory/error_reports.html", facts)


@professionals_only(entry_keepers)
@require_POST
def close_report(request: AtWork, report_id: int) -> HttpResponse:
    """Say what was done about a report."""
    report = permissions.report_to_answer(request.rights, report_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for text in form.errors["answer"]))
        return redirect("directory:error_reports")
    role = permissions.acting_as(request.rights, report)
    answer = form.cleaned_data["answer"]
    keeping.close_report(report, answer=answer, by=request.user.pk, acting_as=role)
    messages.success(request, _("Le signalement est traité."))
    return redirect("directory:error_reports")


@never_cache
@professionals_only(administrators)
@require_GET
def merge_proposals(request: AtWork) -> HttpResponse:
    """Entries that may be the same place."""
    found = permissions.proposals_to_decide(request.rights)
    return render(request, "directory/merge_proposals.html", {"proposals": found})


@professionals_only(administrators)
@require_POST
def decide_merge(request: AtWork, proposal_id: int) -> HttpResponse:
    """Merge two entries, or say that they differ."""
    proposal = permissions.proposal_to_decide(request.rights, proposal_id)
    chosen = request.POST.get("decision", "")
    if chosen == "merged":
        actions.merge(proposal, by=request.user.pk)
        messages.success(request, _("Les deux fiches n’en font plus qu’une."))
    elif chosen == "distinct":
        actions.keep_distinct(proposal, by=request.user.pk)
        messages.success(request, _("C’est noté : ce sont deux lieux différents."))
    return redirect("directory:merge_proposals")


@never_cache
@professionals_only(administrators)
@require_GET
def departement(request: AtWork) -> HttpResponse:
    """How fresh the département's entries are, organization by organization."""
    kept = with_freshness(permissions.kept_services(request.rights), timezone.localdate())
    groups: dict[Any, dict[str, int]] = {}
    for one in kept:
        counts = groups.setdefault(
            one["service"].organization, {"all": 0, "doubted": 0, "stale": 0, "managers": 0}
        )
        counts["all"] += 1
        counts["doubted"] += one["fresh"] is Freshness.TO_VERIFY
        counts["stale"] += one["fresh"] is Freshness.STALE
    for organization in _managed(request.rights.administers):
        if organization in groups:
            groups[organization]["managers"] += 1
    rows = sorted(
        groups.items(), key=lambda row: (-row[1]["stale"], -row[1]["doubted"], row[0].name)
    )
    proposals = MergeProposal.objects.filter(
        departement__in=request.rights.administers, decision="open"
    ).count()
    facts = {"rows": rows, "proposals": proposals, "kept": len(kept)}
    return render(request, "directory/departement.html", facts)


def _managed(departements: frozenset[str]) -> list[Any]:
    """The organizations that have a manager, once for each manager."""
    held = Membership.objects.filter(
        role=Membership.Role.STRUCTURE_MANAGER, departement__in=departements
    ).on(timezone.localdate())
    return [one.organization for one in held.select_related("organization").order_by("pk")]
