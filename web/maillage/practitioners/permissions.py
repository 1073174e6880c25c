"""Whose papers a manager keeps: those of who works in the organizations that they manage."""

from datetime import date
from uuid import UUID

from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, Rights
from maillage.practitioners.models import (
    Credential,
    Employment,
    Practitioner,
    PractitionerQuerySet,
)


def keeps_people(rights: Rights) -> bool:
    """Whether this person manages a structure."""
    return bool(rights.manages)


def employers(request: AtWork) -> list[Organization]:
    """The organizations that this person manages."""
    found = Organization.objects.filter(pk__in=request.rights.manages)
    return list(found.order_by("name", "pk"))


def people_of(request: AtWork, day: date) -> PractitionerQuerySet:
    """Who works in them on `day`."""
    here = Employment.objects.filter(organization__in=request.rights.manages).on(day)
    return Practitioner.objects.filter(pk__in=here.values("practitioner"))


def person_to_keep(request: AtWork, practitioner_id: UUID, day: date) -> Practitioner:
    """Load one of them, or refuse without saying whether they exist."""
    found = people_of(request, day).select_related("user").filter(pk=practitioner_id).first()
    if found is None:
        raise NotAllowed
    return found


def paper_to_keep(request: AtWork, credential_id: int, day: date) -> Credential:
    """Load one paper of theirs, or refuse."""
    here = people_of(request, day).values("pk")
    found = Credential.objects.filter(pk=credential_id, practitioner__in=here)
    paper = found.select_related("practitioner").first()
    if paper is None:
        raise NotAllowed
    return paper
