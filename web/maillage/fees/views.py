"""Scales of fees: written, looked at on sample incomes, published, confirmed, applied."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.agenda.permissions import appointment_of, keeps_an_agenda
from maillage.core.back import came_from
from maillage.core.errors import DomainError
from maillage.directory.models import Service
from maillage.fees import actions, permissions, pictures, publishing, wording
from maillage.fees.forms import (
    ApplyForm,
    BandForms,
    ConfirmForm,
    ScheduleForm,
    VersionForm,
    draft_of,
    starting_point,
)
from maillage.fees.models import Schedule, ScheduleVersion, Tariff
from maillage.fees.quotes import of_version
from maillage.organizations.permissions import AtWork, entry_keepers, professionals_only
from maillage_parameters import get


@never_cache
@professionals_only(entry_keepers)
@require_GET
def schedules(request: AtWork) -> HttpResponse:
    """My scales, and which service applies which."""
    return render(request, "fees/schedules.html", _list(request))


@never_cache
@professionals_only(entry_keepers)
@require_http_methods(["GET", "POST"])
def add_schedule(request: AtWork) -> HttpResponse:
    """Name a new scale, one's own or a national one."""
    mine = permissions.organizations_of(request.rights)
    form = ScheduleForm(request.POST or None, mine=mine, initial={"organization": mine.first()})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = publishing.open_schedule(
                typed["organization"], typed["name"], typed["per"],
                parameter=typed["parameter"], by=request.user.pk,
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error("name", str(refusal))
        else:
            return redirect("fees:add_version", made.pk)
    status = 400 if form.errors else 200
    return render(request, "fees/add_schedule.html", {"form": form}, status=status)


@never_cache
@professionals_only(entry_keepers)
@require_GET
def schedule(request: AtWork, schedule_id: UUID) -> HttpResponse:
    """Every version of a scale, the last one first; each is there for ever."""
    found = permissions.schedule_of(request, schedule_id)
    return render(request, "fees/schedule.html", _versions(found, ConfirmForm()))


@never_cache
@professionals_only(entry_keepers)
@require_http_methods(["GET", "POST"])
def add_version(request: AtWork, schedule_id: UUID) -> HttpResponse:
    """Write a new version: looked at as often as one likes, then published."""
    found = permissions.schedule_of(request, schedule_id)
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    told, bands = starting_point(found, today)
    form, rows = VersionForm(data, initial=told), BandForms(data, initial=bands, prefix="bands")
    page: dict[str, Any] = {"schedule": found, "form": form, "rows": rows}
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        draft = draft_of(form, rows)
        page["preview"] = pictures.preview(draft.scale)
        if "publish" in data:
            try:
                publishing.publish(found, draft, by=request.user.pk, today=today)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("C’est publié. Les versions d’avant restent telles."))
                return redirect("fees:schedule", found.pk)
    page["faults"] = [row for row in rows if row.errors] if data is not None else []
    wrong = bool(form.errors or (data is not None and not rows.is_valid()))
    return render(request, "fees/version.html", page, status=400 if wrong else 200)


@require_POST
@professionals_only(entry_keepers)
def confirm(request: AtWork, version_id: UUID) -> HttpResponse:
    """Answer for an unchecked version."""
    version = permissions.version_of(request, version_id)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        page = _versions(version.schedule, form)
        return render(request, "fees/schedule.html", page, status=400)
    publishing.confirm(version, form.cleaned_data["compared_with"], by=request.user.pk)
    messages.success(request, _("C’est confirmé en votre nom : ce barème peut servir."))
    return redirect("fees:schedule", version.schedule_id)


@require_POST
@professionals_only(entry_keepers)
def apply(request: AtWork, service_id: UUID) -> HttpResponse:
    """Let a service ask by a scale from a day on."""
    service = permissions.priced_service(request, service_id)
    form = ApplyForm(request.POST, schedules=_of_its_organization(service))
    if not form.is_valid():
        page = _list(request, {service.pk: form})
        return render(request, "fees/schedules.html", page, status=400)
    typed = form.cleaned_data
    publishing.apply(
        service, typed["schedule"], typed["since"], by=request.user.pk, today=timezone.localdate()
    )
    messages.success(request, _("C’est enregistré. Les rendez-vous déjà pris gardent leur prix."))
    return redirect("fees:schedules")


@require_POST
@professionals_only(keeps_an_agenda)
def ask_nothing(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """The family of this appointment pays nothing, and nobody asks why."""
    actions.ask_nothing(appointment_of(request, appointment_id), by=request.user.pk)
    messages.success(request, _("C’est noté : cette famille n’a rien à payer."))
    return redirect(came_from(request, "agenda:agenda"))


def _list(request: AtWork, typed: dict[UUID, ApplyForm] | None = None) -> dict[str, Any]:
    today = timezone.localdate()
    mine = permissions.schedules_of(request.rights).select_related("organization")
    scales = mine.prefetch_related(
        "versions__bands", "versions__confirmation", "versions__schedule"
    )
    services = list(permissions.priced_services(request.rights).select_related("organization"))
    tariffs = Tariff.objects.filter(service__in=services).select_related("schedule")
    applied: dict[UUID, list[Tariff]] = {}
    for one in tariffs.order_by("valid_from"):
        if one.valid_to is None or one.valid_to >= today:
            applied.setdefault(one.service_id, []).append(one)
    forms = typed or {}
    return {
        "scales": [_line(one, today) for one in scales],
        "services": [
            {
                "service": one,
                "tariffs": applied.get(one.pk, []),
                "form": forms.get(one.pk)
                or ApplyForm(schedules=_of_its_organization(one), auto_id=f"id_{one.pk}_%s"),
            }
            for one in services
        ],
    }


def _of_its_organization(service: Service) -> Any:
    return Schedule.objects.filter(organization=service.organization_id)


def _line(scale: Schedule, today: date) -> dict[str, Any]:
    """One scale of the list: what it asks today, and whether it may."""
    versions = list(scale.versions.all())
    now = next((one for one in versions if _in_force(one, today)), None)
    return {
        "schedule": scale,
        "version": now,
        "said": wording.in_a_few_words(of_version(now)) if now else "",
        "waits": now is not None and not may_bill(now),
        "comes": [one for one in versions if one.valid_from > today],
    }


def _in_force(version: ScheduleVersion, day: date) -> bool:
    return version.valid_from <= day and (version.valid_to is None or version.valid_to >= day)


def may_bill(version: ScheduleVersion) -> bool:
    """Whether a version may be asked of a family."""
    return version.status == ScheduleVersion.Status.CHECKED or hasattr(version, "confirmation")


def _versions(found: Schedule, form: ConfirmForm) -> dict[str, Any]:
    versions = found.versions.select_related("schedule", "published_by", "confirmation")
    rows = []
    for version in versions.prefetch_related("bands").order_by("-valid_from"):
        shown = of_version(version)
        rows.append(
            {
                "version": version,
                "may_bill": may_bill(version),
                "lines": [(wording.incomes(one), wording.asked(one)) for one in shown.lines],
                "preview": pictures.preview(shown.scale),
            }
        )
    parameter = get(found.parameter) if found.parameter else None
    return {
        "schedule": found, "rows": rows, "form": form, "parameter": parameter,
        "today": timezone.localdate(),
    }  # fmt: skip
