"""Accreditation, seen by the partner who asks and by the département who decides."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core.errors import DomainError
from maillage.organizations import accrediting
from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.partner_forms import (
    ApplicationForm,
    CharterForm,
    DecisionForm,
    GridAnswersForm,
    GridForm,
    VenueForm,
    WithdrawalForm,
    as_lines,
)
from maillage.organizations.partnership import Accreditation, CriteriaGrid, VenueCheck
from maillage.organizations.permissions import AtWork, Rights, professionals_only
from maillage.organizations.trust_ending import SOON


def managers(rights: Rights) -> bool:
    """Those who speak for an organization."""
    return bool(rights.manages)


def deciders(rights: Rights) -> bool:
    """Those who decide on partners somewhere."""
    return bool(rights.decides)


@never_cache
@professionals_only(managers)
@require_GET
def partnership(request: AtWork) -> HttpResponse:
    """Where my organizations stand: accreditation, charter, places seen."""
    return render(request, "organizations/partnership.html", _mine(request))


@require_POST
@professionals_only(managers)
def apply(request: AtWork, organization_id: UUID) -> HttpResponse:
    """Ask for an accreditation or its renewal."""
    partner = _managed(request, organization_id)
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        page = _mine(request, {partner.pk: form})
        return render(request, "organizations/partnership.html", page, status=400)
    accrediting.apply(
        partner, form.cleaned_data["presentation"], by=request.user.pk, today=timezone.localdate()
    )
    messages.success(request, _("Votre demande est partie. Le département vous répondra."))
    return redirect("organizations:partnership")


@require_POST
@professionals_only(managers)
def sign_charter(request: AtWork, organization_id: UUID) -> HttpResponse:
    """Sign the charter for an organization."""
    partner = _managed(request, organization_id)
    today = timezone.localdate()
    if not CharterForm(request.POST).is_valid():
        messages.error(request, _("Cochez la case pour signer."))
        return redirect("organizations:partnership")
    title = _("Charte nationale du soutien à la parentalité (arrêté du 9 mars 2022)")
    accrediting.sign_charter(
        partner, title, CharterForm.ends_on(today), by=request.user.pk, today=today
    )
    messages.success(request, _("La charte est signée pour trois ans."))
    return redirect("organizations:partnership")


@never_cache
@professionals_only(deciders)
@require_GET
def accreditations(request: AtWork) -> HttpResponse:
    """Applications to examine, accreditations in force, what was decided."""
    places = request.rights.decides
    today = timezone.localdate()
    known = Accreditation.objects.filter(departement__in=places).select_related("organization")
    given = known.filter(state="accredited", valid_until__gte=today)
    page = {
        "waiting": known.filter(state="submitted").order_by("applied_at"),
        "given": given.order_by("valid_until", "organization__name"),
        "past": known.exclude(state="submitted").exclude(pk__in=given).order_by("-decided_on")[:30],
        "grids": CriteriaGrid.objects.on(today).filter(departement__in=places),
        "today": today,
        "soon": today + SOON,
    }
    return render(request, "organizations/accreditations.html", page)


@never_cache
@professionals_only(deciders)
@require_http_methods(["GET", "POST"])
def accreditation(request: AtWork, accreditation_id: UUID) -> HttpResponse:
    """One application: fill its grid, decide, or take the accreditation back."""
    found = _decided(request, accreditation_id)
    typed = request.POST.get("what", "") if request.method == "POST" else ""
    form = _form_of(found, typed, request.POST if typed else None)
    if typed and form.is_valid():
        try:
            _do(typed, found, form, request.user.pk, timezone.localdate())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("C’est enregistré."))
            return redirect("organizations:accreditation", found.pk)
    page = _one(found) | ({typed: form} if typed else {})
    wrong = request.method == "POST"
    return render(request, "organizations/accreditation.html", page, status=400 if wrong else 200)


def _form_of(found: Accreditation, what: str, data: Any) -> Any:
    if what == "decision":
        return DecisionForm(data)
    if what == "withdrawal":
        return WithdrawalForm(data)
    if what == "venue":
        return VenueForm(data, instance=VenueCheck(organization=found.organization))
    return GridAnswersForm(data, asked=found)


def _do(what: str, found: Accreditation, form: Any, by: int, today: date) -> None:
    if what == "decision":
        accrediting.decide(found, form.decision(), by=by, today=today)
    elif what == "withdrawal":
        accrediting.withdraw(found, form.cleaned_data["reason"], by=by, today=today)
    elif what == "venue":
        accrediting.check_venue(form.save(commit=False), by=by)
    else:
        accrediting.fill_grid(found, form.found(), by=by)


def _one(found: Accreditation) -> dict[str, Any]:
    met, total = accrediting.score(found)
    return {
        "found": found,
        "answers": GridAnswersForm(asked=found),
        "decision": DecisionForm(),
        "withdrawal": WithdrawalForm(),
        "venue": VenueForm(instance=VenueCheck(organization=found.organization)),
        "findings": found.findings.select_related("criterion"),
        "venues": found.organization.venue_checks.all(),
        "charter": found.organization.charters.first(),
        "met": met,
        "total": total,
        "today": timezone.localdate(),
    }


@never_cache
@professionals_only(deciders)
@require_http_methods(["GET", "POST"])
def grid(request: AtWork) -> HttpResponse:
    """The criteria of the département, and a new version of them."""
    places = sorted(request.rights.decides)
    today = timezone.localdate()
    known = CriteriaGrid.objects.on(today).filter(departement__in=places).first()
    start = {"questions": as_lines(list(known.criteria.all()))} if known else {}
    form = GridForm(request.POST or None, departements=places, initial=start)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            accrediting.publish_grid(
                wanted["departement"], wanted["questions"], wanted["valid_from"],
                by=request.user.pk, today=today,
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("La grille est publiée."))
            return redirect("organizations:accreditations")
    page = {"form": form, "known": known}
    return render(request, "organizations/grid.html", page, status=400 if form.errors else 200)


def _mine(request: AtWork, typed: dict[UUID, ApplicationForm] | None = None) -> dict[str, Any]:
    today = timezone.localdate()
    partners = Organization.objects.filter(pk__in=request.rights.manages).order_by("name", "pk")
    asking = set(
        CriteriaGrid.objects.on(today)
        .filter(departement__in=[one.departement_id for one in partners])
        .values_list("departement", flat=True)
    )
    return {
        "rows": [_row(one, asking, today, (typed or {}).get(one.pk)) for one in partners],
        "charter_form": CharterForm(),
        "today": today,
        "soon": today + SOON,
    }


def _row(
    partner: Organization, asking: set[str], today: date, form: ApplicationForm | None
) -> dict[str, Any]:
    asked: QuerySet[Accreditation] = partner.accreditations.order_by("-applied_at")
    starts, ends = partner.accredited_from, partner.accredited_until
    return {
        "partner": partner,
        "is_shown": starts is not None and ends is not None and starts <= today <= ends,
        "is_asked": partner.departement_id in asking,
        "accreditations": asked,
        "waits": asked.filter(state="submitted").exists(),
        "charter": partner.charters.first(),
        "venues": partner.venue_checks.all()[:5],
        "form": form or ApplicationForm(auto_id=f"id_{partner.pk}_%s"),
    }


def _managed(request: AtWork, organization_id: UUID) -> Organization:
    if organization_id not in request.rights.manages:
        raise NotAllowed
    return Organization.objects.get(pk=organization_id)


def _decided(request: AtWork, accreditation_id: UUID) -> Accreditation:
    places = request.rights.decides
    known = Accreditation.objects.filter(departement__in=places, pk=accreditation_id)
    found = known.select_related("organization", "grid", "decided_by", "withdrawn_by").first()
    if found is None:
        raise NotAllowed
    return found
