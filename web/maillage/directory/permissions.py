"""Load what a professional may see or change, or refuse."""

from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404

from maillage.directory.models import ErrorReport, MergeProposal, Service
from maillage.directory.querysets import ServiceQuerySet
from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.permissions import Rights


def kept_services(rights: Rights) -> ServiceQuerySet:
    """The entries that this person keeps, themselves or as an administrator."""
    mine = Q(organization__in=rights.manages) | Q(departement__in=rights.administers)
    found: ServiceQuerySet = Service.objects.filter(mine, merged_into=None)
    return found.select_related("organization").order_by("name", "pk")


def team_services(rights: Rights) -> ServiceQuerySet:
    """The entries of the organizations where this person works, to read."""
    found: ServiceQuerySet = Service.objects.filter(
        organization__in=rights.works_in - rights.manages, merged_into=None
    )
    return found.select_related("organization").order_by("name", "pk")


def service_to_keep(rights: Rights, service_id: UUID) -> Service:
    """Load one entry to change it, or refuse."""
    found = Service.objects.select_related("organization", "departement")
    service = get_object_or_404(found, pk=service_id)
    if not rights.may_edit(
        organization=service.organization_id, departement=service.departement_id
    ):
        raise NotAllowed
    return service


def acting_as(rights: Rights, entry: Service | ErrorReport) -> str:
    """The role by which this person changes an entry, or answers about it."""
    service = entry if isinstance(entry, Service) else entry.service
    return rights.acting_as(
        organization=service.organization_id, departement=service.departement_id
    )


def organizations_to_keep(rights: Rights) -> "list[Organization]":
    """Where this person may add an entry."""
    mine = Q(pk__in=rights.manages) | Q(departement__in=rights.administers)
    return list(Organization.objects.filter(mine).order_by("name", "pk"))


def reports_to_answer(rights: Rights) -> "list[ErrorReport]":
    """What visitors reported about the entries that this person keeps, oldest first."""
    mine = Q(service__organization__in=rights.manages) | Q(departement__in=rights.administers)
    found = ErrorReport.objects.filter(mine, closed_at=None).select_related("service")
    return list(found.order_by("created_at", "pk"))


def report_to_answer(rights: Rights, report_id: int) -> ErrorReport:
    """Load one report to answer it, or refuse."""
    report = get_object_or_404(ErrorReport.objects.select_related("service"), pk=report_id)
    if not rights.may_edit(
        organization=report.service.organization_id, departement=report.departement_id
    ):
        raise NotAllowed
    return report


def proposals_to_decide(rights: Rights) -> "list[MergeProposal]":
    """The possible duplicates of the départements that this person administers."""
    found = MergeProposal.objects.filter(departement__in=rights.administers, decision="open")
    places = found.select_related(
        "kept__commune", "kept__organization", "other__commune", "other__organization"
    )
    return list(places.order_by("-score", "pk"))


def proposal_to_decide(rights: Rights, proposal_id: int) -> MergeProposal:
    """Load one possible duplicate of a département that this person administers."""
    mine = MergeProposal.objects.filter(departement__in=rights.administers)
    return get_object_or_404(mine, pk=proposal_id)
