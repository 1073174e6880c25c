"""Who reads a complaint: the organization's managers, the département, never who it is about."""

from uuid import UUID

from django.db.models import Q

from maillage.complaints import codes
from maillage.complaints.errors import UnknownComplaintCode
from maillage.complaints.models import Complaint, ComplaintQuerySet
from maillage.core import scope
from maillage.core.tokens import fingerprint
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork


def readable(request: AtWork) -> ComplaintQuerySet:
    """Those that this person may read and answer."""
    rights = request.rights
    mine = Q(organization__in=rights.manages) | Q(departement__in=rights.administers)
    found = Complaint.objects.filter(mine, erased_at=None)
    return found.exclude(practitioner__user=request.user.pk, practitioner__user__isnull=False)


def complaint_to_answer(request: AtWork, complaint_id: UUID) -> Complaint:
    """Load one of them, or refuse without saying whether it exists."""
    found = readable(request).filter(pk=complaint_id)
    one = found.select_related("organization", "service", "practitioner", "handled_by").first()
    if one is None:
        raise NotAllowed
    return one


def complaint_of_code(typed: str) -> Complaint:
    """The one that a code follows, or a refusal."""
    code = codes.as_kept(typed)
    scope.hold_link(fingerprint(code))
    found = Complaint.objects.filter(code_hash=fingerprint(code), erased_at=None)
    one = found.select_related("organization", "service").first()
    if one is None:
        raise UnknownComplaintCode
    return one
