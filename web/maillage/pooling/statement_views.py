"""A month of what is shared: computed live, issued, corrected, printed and downloaded."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maillage.core.errors import DomainError
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.pooling import accounting, exports, permissions, sheet
from maillage.pooling.accounting import Cost
from maillage.pooling.forms import CostForm, UseForm
from maillage.pooling.grids import ground
from maillage.pooling.ledger import month_of, next_month, previous_month
from maillage.pooling.models import PoolingAgreement
from maillage.pooling.statements import issued, live


@never_cache
@professionals_only(permissions.manages)
@require_GET
def month(request: AtWork, agreement_id: UUID, month: str) -> HttpResponse:
    """A month as it stands, before it is issued: for who keeps the agreement."""
    found = permissions.held_agreement(request, agreement_id)
    return _page(request, found, _month(month), {})


@require_POST
@professionals_only(permissions.manages)
def note_cost(request: AtWork, agreement_id: UUID, month: str) -> HttpResponse:
    """Add an expense."""
    found, day = permissions.held_agreement(request, agreement_id), _month(month)
    form = CostForm(request.POST)
    if not form.is_valid():
        return _page(request, found, day, {"cost": form}, status=400)
    typed = form.cleaned_data
    cost = Cost(day, typed["kind"], typed["label"], typed["amount"])
    accounting.note_cost(found, cost, by=request.user.pk)
    return redirect("pooling:month", found.pk, month)


@require_POST
@professionals_only(permissions.manages)
def note_use(request: AtWork, agreement_id: UUID, month: str) -> HttpResponse:
    """Note an outing of the vehicle."""
    found, day = permissions.held_agreement(request, agreement_id), _month(month)
    form = UseForm(request.POST, agreement=found)
    if found.vehicle_id is None or not form.is_valid():
        return _page(request, found, day, {"use": form}, status=400)
    typed = form.cleaned_data
    span = (_at(typed["day"], typed["left_at"]), _at(typed["day"], typed["back_at"]))
    metres = int(typed["kilometres"] * 1000)
    try:
        accounting.note_use(form.parties[typed["party"]], span, metres, by=request.user.pk)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, day, {"use": form}, status=409)
    return redirect("pooling:month", found.pk, month)


@require_POST
@professionals_only(permissions.manages)
def issue(request: AtWork, agreement_id: UUID, month: str) -> HttpResponse:
    """Fix the month, or correct it by a new version."""
    found, day = permissions.held_agreement(request, agreement_id), _month(month)
    reason, today = request.POST.get("reason", "").strip()[:500], timezone.localdate()
    try:
        done = accounting.issue(found, day, reason=reason, by=request.user.pk, today=today)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("pooling:month", found.pk, month)
    messages.success(request, _("Le relevé est émis : chaque partie voit sa part."))
    return redirect("pooling:statement", done.pk)


@never_cache
@professionals_only()
@require_GET
def statement(request: AtWork, statement_id: UUID) -> HttpResponse:
    """An issued month: the totals, and the shares that concern me."""
    found = permissions.statement_of(request, statement_id)
    shown = issued(found, permissions.shares_of(request, found))
    latest = found.agreement.statements.filter(month=found.month).order_by("-version").first()
    page = {
        "statement": found,
        "agreement": found.agreement,
        "shown": shown,
        "newer": latest if latest != found else None,
    }
    return render(request, "pooling/statement.html", page)


@never_cache
@professionals_only()
@require_GET
def statement_pdf(request: AtWork, statement_id: UUID) -> HttpResponse:
    """The same, on one printed page."""
    found = permissions.statement_of(request, statement_id)
    made = sheet.pdf(found, issued(found, permissions.shares_of(request, found)))
    name = f"releve-{found.month:%Y-%m}-v{found.version}.pdf"
    return _file(made, "application/pdf", name)


@never_cache
@professionals_only()
@require_GET
def statement_csv(request: AtWork, statement_id: UUID) -> HttpResponse:
    """The same, as a table."""
    found = permissions.statement_of(request, statement_id)
    made = exports.statement_csv(found, permissions.shares_of(request, found))
    return _file(
        made, "text/csv; charset=utf-8", f"releve-{found.month:%Y-%m}-v{found.version}.csv"
    )


def _page(
    request: AtWork, found: PoolingAgreement, day: date, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    computed = month_of(ground(found), day)
    last = found.statements.filter(month=day).order_by("-version").first()
    today = timezone.localdate()
    page = {
        "agreement": found,
        "month": f"{day:%Y-%m}",
        "day": day,
        "before": f"{previous_month(day):%Y-%m}",
        "after": f"{next_month(day):%Y-%m}",
        "shown": live(ground(found), computed),
        "costs": found.costs.filter(month=day).order_by("kind", "label", "pk"),
        "cost": shown.get("cost") or CostForm(),
        "use": shown.get("use") or (UseForm(agreement=found) if found.vehicle_id else None),
        "last": last,
        "is_same": last is not None and last.content_hash == computed.content_hash,
        "is_over": next_month(day) <= today,
    }
    return render(request, "pooling/month.html", page, status=status)


def _month(typed: str) -> date:
    try:
        return datetime.strptime(typed, "%Y-%m").replace(tzinfo=None).date()  # noqa: DTZ007
    except ValueError:
        raise Http404 from None


def _at(day: date, clock: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def _file(made: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(made, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
