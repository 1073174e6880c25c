"""Who pays what families do not: the accounts of each service and year."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core.csv_files import RFC_4180, csv_bytes
from maillage.core.errors import DomainError
from maillage.directory.models import Service
from maillage.fees import funding, permissions
from maillage.fees.forms import CostForm, SharesForm, YearForm
from maillage.fees.models import Cost, Funder, Funding
from maillage.fees.scale import NOTHING, plain
from maillage.organizations.permissions import AtWork, professionals_only
from maillage_parameters import get

COLUMNS = (
    "departement", "organization", "service", "year", "spent", "funder", "percent", "amount",
)  # fmt: skip


@never_cache
@professionals_only(permissions.follows_funding)
@require_GET
def funding_page(request: AtWork) -> HttpResponse:
    """The services that cost something or have funders, for one year."""
    form = YearForm(request.GET or None)
    year = form.cleaned_data["year"] if form.is_valid() else timezone.localdate().year
    found = _ledgers(request, year)
    limit = get(funding.CAF_LIMIT)
    page = {
        "year": year,
        "years": _years(request),
        "ledgers": found,
        "spent": sum((one.spent for one in found), NOTHING),
        "by_funder": _by_funder(found),
        "others": _without_accounts(request, found),
        "limit": limit,
        "limit_source": limit.on(timezone.localdate()).source_title,
    }
    return render(request, "fees/funding.html", page)


@never_cache
@professionals_only(permissions.follows_funding)
@require_http_methods(["GET", "POST"])
def accounts(request: AtWork, service_id: UUID, year: int) -> HttpResponse:
    """One service and year: its shares, its lines."""
    service = permissions.funded_service(request, service_id)
    data = request.POST if request.method == "POST" else None
    held = Funding.objects.filter(service=service, year=year).values_list("funder", "percent")
    shares = SharesForm(data, initial={who: plain(part) for who, part in held})
    if data is not None and shares.is_valid():
        try:
            funding.set_shares(service, year, shares.shares(), by=request.user.pk)
        except DomainError as refusal:
            shares.add_error(None, str(refusal))
        else:
            messages.success(request, _("Les parts sont enregistrées."))
            return redirect("fees:accounts", service.pk, year)
    page = _accounts(service, year, shares, CostForm())
    return render(request, "fees/accounts.html", page, status=400 if shares.errors else 200)


@require_POST
@professionals_only(permissions.follows_funding)
def add_cost(request: AtWork, service_id: UUID, year: int) -> HttpResponse:
    """One more line of what a service spent."""
    service = permissions.funded_service(request, service_id)
    form = CostForm(request.POST, instance=Cost(service=service))
    if not form.is_valid():
        page = _accounts(service, year, SharesForm(), form)
        return render(request, "fees/accounts.html", page, status=400)
    made = funding.add_cost(form.save(commit=False), by=request.user.pk)
    messages.success(request, _("La dépense est écrite."))
    return redirect("fees:accounts", service.pk, made.spent_on.year)


@never_cache
@professionals_only(permissions.follows_funding)
@require_GET
def funding_csv(request: AtWork, year: int) -> HttpResponse:
    """The same accounts as a file: one line for each service and funder."""
    rows: list[list[Any]] = [list(COLUMNS)]
    for one in _ledgers(request, year):
        facts = [one.service.departement_id, one.service.organization.name, one.service.name, year]
        parts = [[part.funder, part.percent, part.amount] for part in one.parts]
        rows += [[*facts, one.spent, *part] for part in parts or [["", "", ""]]]
    body = csv_bytes(rows, RFC_4180)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="financement-{year}.csv"'
    return response


def _ledgers(request: AtWork, year: int) -> list[funding.Ledger]:
    mine = permissions.funded_services(request.rights)
    funded = Funding.objects.filter(year=year).values("service")
    spent = Cost.objects.filter(spent_on__year=year).values("service")
    kept = mine.filter(pk__in=funded.union(spent)).order_by("organization__name", "name", "pk")
    return funding.ledgers(list(kept), year)


def _without_accounts(request: AtWork, found: list[funding.Ledger]) -> list[Service]:
    """Services with appointments or a fee, whose accounts are still empty."""
    kept = permissions.funded_services(request.rights).exclude(
        pk__in=[one.service.pk for one in found]
    )
    return list(kept.filter(availabilities__isnull=False).distinct().order_by("name", "pk"))


def _years(request: AtWork) -> list[int]:
    now = timezone.localdate().year
    mine = permissions.funded_services(request.rights)
    known = Cost.objects.filter(service__in=mine).dates("spent_on", "year")
    return sorted({now - 1, now, now + 1, *(day.year for day in known)})


def _by_funder(found: list[funding.Ledger]) -> list[tuple[str, Any]]:
    totals: dict[str, Any] = {}
    for one in found:
        for part in one.parts:
            totals[part.funder] = totals.get(part.funder, NOTHING) + part.amount
    return [(str(Funder(who).label), totals[who]) for who in Funder.values if who in totals]


def _accounts(service: Service, year: int, shares: SharesForm, cost: CostForm) -> dict[str, Any]:
    limit = get(funding.CAF_LIMIT)
    return {
        "ledger": funding.ledgers([service], year)[0],
        "shares": shares,
        "cost": cost,
        "lines": Cost.objects.filter(service=service, spent_on__year=year).order_by(
            "-spent_on", "-recorded_at", "pk"
        ),
        "limit": limit,
        "limit_source": limit.on(timezone.localdate()).source_title,
    }
