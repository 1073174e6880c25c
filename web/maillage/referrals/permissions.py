"""Who may open a referral: who sent it, who was asked, who coordinates; nobody else."""

from uuid import UUID

from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.agenda.permissions import appointment_of
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, Rights
from maillage.practitioners.models import Employment
from maillage.referrals.models import Candidate, Gap, Referral


def passes_families_on(rights: Rights) -> bool:
    """Whether this person works somewhere, or coordinates a département."""
    return bool(rights.works_in or rights.steers or rights.administers)


def reads_the_map(rights: Rights) -> bool:
    """Whether this person works in some département."""
    return bool(rights.departements)


def coordinates(rights: Rights, departement: str) -> bool:
    """Whether this person follows what nobody answers there."""
    return departement in rights.steers | rights.administers


def workplaces(request: AtWork) -> frozenset[UUID]:
    """Where this person has a role, or is employed as a practitioner."""
    jobs = Employment.objects.filter(practitioner__user=request.user.pk).on(timezone.localdate())
    employers = jobs.order_by("pk").values_list("organization", flat=True)
    return request.rights.works_in | frozenset(employers)


def appointment_to_pass_on(request: AtWork, appointment_id: UUID) -> Appointment:
    """Load an appointment of an organization where one works, or refuse."""
    found = appointment_of(request, appointment_id)
    if found.organization_id not in workplaces(request):
        raise NotAllowed
    return found


def referral_of(request: AtWork, referral_id: UUID) -> Referral:
    """Load what one sent, or an escalated one that one coordinates; else it does not exist."""
    found = (
        Referral.objects.select_related("commune", "organization").filter(pk=referral_id).first()
    )
    if found is None or not (sends(request, found) or follows(request, found)):
        raise NotAllowed
    return found


def sends(request: AtWork, referral: Referral) -> bool:
    """Whether one works for who sent it."""
    return referral.organization_id in workplaces(request)


def follows(request: AtWork, referral: Referral) -> bool:
    """Whether it was escalated to those who coordinate its département, this person among them."""
    return referral.escalated_at is not None and coordinates(
        request.rights, referral.departement_id
    )


def candidate_of(request: AtWork, candidate_id: UUID) -> Candidate:
    """Load a request made to an organization where one works, or refuse."""
    found = Candidate.objects.of_organizations(list(workplaces(request)))
    candidate = found.select_related("service__organization").filter(pk=candidate_id).first()
    if candidate is None:
        raise NotAllowed
    return candidate


def gap_to_follow(request: AtWork, gap_id: UUID) -> Gap:
    """Load a gap of a département that one coordinates, or refuse."""
    found = Gap.objects.select_related("epci").filter(pk=gap_id).first()
    if found is None or not coordinates(request.rights, found.departement_id):
        raise NotAllowed
    return found
