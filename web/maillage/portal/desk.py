"""R116: at the desk or on the phone, an agent books for a parent, and prints what was agreed."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maillage.agenda.models import Appointment
from maillage.agenda.permissions import keeps_an_agenda
from maillage.directory.models import Service
from maillage.families.models import Consent, Contact
from maillage.families.reach import as_dialled
from maillage.organizations.permissions import AtWork, Rights, professionals_only
from maillage.portal.prices import said_of
from maillage.portal.promises import said


def is_agent(request: HttpRequest, service: Service) -> bool:
    """Whether this is someone who works for a structure of the service's département."""
    rights: Rights | None = getattr(request, "rights", None)
    if rights is None or not rights.works_in:
        return False
    return service.departement_id in rights.departements


@never_cache
@professionals_only(keeps_an_agenda)
@require_GET
def confirmation(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """What to read out to the parent: no link, theirs was sent to them alone."""
    return render(request, "portal/desk_confirmation.html", _page(_seen(request, appointment_id)))


@never_cache
@professionals_only(keeps_an_agenda)
@require_GET
def sheet(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """One page to print and hand over, in the parent's own language."""
    found = _seen(request, appointment_id)
    with translation.override(found.contact.language):
        day = date_format(found.local_start, "l j F Y")  # on paper, tomorrow is soon over
        return render(request, "portal/desk_sheet.html", _page(found) | {"day": day})


def known_family(request: HttpRequest) -> Contact | None:
    """The family for whom an agent looks, by an appointment that this agent may read.

    Nothing known of it is asked again; what names another appointment, or none, means nobody.
    """
    rights: Rights | None = getattr(request, "rights", None)
    try:
        appointment_id = UUID(request.GET.get("pour", ""))
    except ValueError:
        return None
    if rights is None or not rights.works_in:
        return None
    mine = Q(booked_by=rights.user_id) | Q(organization__in=rights.works_in)
    mine |= Q(practitioners__user=rights.user_id)
    found = Appointment.objects.filter(mine, pk=appointment_id, contact__erased_at=None)
    appointment = found.select_related("contact").first()
    return None if appointment is None else appointment.contact


def _seen(request: AtWork, appointment_id: UUID) -> Appointment:
    mine = Q(booked_by=request.user.pk) | Q(organization__in=request.rights.works_in)
    seen = Appointment.objects.filter(mine).select_related(
        "service__organization", "service_at_location__location__commune", "contact", "booked_by"
    )
    return get_object_or_404(seen.prefetch_related("practitioners"), pk=appointment_id)


def _page(found: Appointment) -> dict[str, Any]:
    consents = Consent.objects.filter(
        purpose=Consent.Purpose.ASSISTED_BOOKING, object_id=found.pk
    ).in_force()
    return {
        **said(found),
        "fee": said_of(found),
        "reached": found.contact.email or as_dialled(found.contact.phone),
        "consent": consents.select_related("recorded_by").first(),
    }
