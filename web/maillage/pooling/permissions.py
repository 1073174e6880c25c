"""Who sees and who changes what is shared. The database holds the same wall (migration 0002)."""

from uuid import UUID

from django.db.models import Q, QuerySet

from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, Rights
from maillage.pooling.models import (
    PoolingAgreement,
    PoolingAgreementQuerySet,
    PoolingParty,
    Rotation,
    Statement,
    StatementShare,
)
from maillage.pooling.spans import State


def shares_something(rights: Rights) -> bool:
    """Whether this person works somewhere that may share."""
    return bool(rights.works_in)


def compares_needs(rights: Rights) -> bool:
    """Those who plan staff: managers, administrators, steering officers."""
    return bool(rights.manages or rights.administers or rights.steers)


def manages(rights: Rights) -> bool:
    """Those who sign for an organization."""
    return bool(rights.manages)


def agreements_of(request: AtWork) -> PoolingAgreementQuerySet:
    """Those of the organizations where I work, and those that share my own time."""
    works_in = list(request.rights.works_in)
    mine = (
        Q(holder__in=works_in)
        | Q(organizations__overlap=works_in)
        | Q(practitioner__user=request.user.pk)
    )
    return PoolingAgreement.objects.filter(mine)


def agreement_of(request: AtWork, agreement_id: UUID) -> PoolingAgreement:
    """Load one of them, or refuse without saying whether it exists."""
    found = agreements_of(request).select_related(
        "holder__commune", "practitioner", "room__location__commune", "vehicle", "base", "replaces"
    )
    agreement = found.filter(pk=agreement_id).first()
    if agreement is None:
        raise NotAllowed
    return agreement


def may_hold(request: AtWork, agreement: PoolingAgreement) -> bool:
    """Whether I manage the organization that keeps the agreement."""
    return agreement.holder_id in request.rights.manages


def held_agreement(request: AtWork, agreement_id: UUID) -> PoolingAgreement:
    """Load one that I keep, or refuse."""
    found = agreement_of(request, agreement_id)
    if not may_hold(request, found):
        raise NotAllowed
    return found


def may_plan(request: AtWork, agreement: PoolingAgreement) -> bool:
    """Whether I write rotations: the person shared, or the manager of a party."""
    shared = agreement.practitioner is not None
    own = shared and agreement.practitioner.user_id == request.user.pk  # type: ignore[union-attr]
    signs = {agreement.holder_id, *agreement.organizations} & request.rights.manages
    return own or bool(signs)


def planned_agreement(request: AtWork, agreement_id: UUID) -> PoolingAgreement:
    """Load one whose rotation I write, or refuse."""
    found = agreement_of(request, agreement_id)
    if not may_plan(request, found):
        raise NotAllowed
    return found


def rotation_of(request: AtWork, rotation_id: UUID) -> Rotation:
    """Load a rotation that I may read, or refuse."""
    found = Rotation.objects.filter(pk=rotation_id, agreement__in=agreements_of(request)).first()
    if found is None:
        raise NotAllowed
    found.agreement = agreement_of(request, found.agreement_id)
    return found


def planned_rotation(request: AtWork, rotation_id: UUID) -> Rotation:
    """Load a rotation that I may write, or refuse."""
    found = rotation_of(request, rotation_id)
    if not may_plan(request, found.agreement):
        raise NotAllowed
    return found


def signed_by_me(request: AtWork, agreement: PoolingAgreement) -> QuerySet[PoolingParty]:
    """The parties that I sign for."""
    mine = agreement.parties.filter(organization__in=request.rights.manages)
    return mine.select_related("organization").order_by("rank")


def parties_to_answer(
    request: AtWork, agreement: PoolingAgreement, thing: PoolingAgreement | Rotation
) -> list[PoolingParty]:
    """The parties that I sign for and that have not answered yet."""
    if thing.state != State.PROPOSED:
        return []
    done = thing.approvals.filter(edition=thing.edition).values("party")
    return list(signed_by_me(request, agreement).exclude(pk__in=done))


def to_sign(request: AtWork) -> int:
    """How many agreements and rotations wait for my answer."""
    found = agreements_of(request)
    rotations = Rotation.objects.filter(agreement__in=found, state=State.PROPOSED)
    agreed = [parties_to_answer(request, one, one) for one in found.filter(state=State.PROPOSED)]
    rotated = [
        parties_to_answer(request, one.agreement, one)
        for one in rotations.select_related("agreement")
    ]
    return sum(bool(parties) for parties in (*agreed, *rotated))


def party_to_sign(request: AtWork, agreement: PoolingAgreement, party_id: str) -> PoolingParty:
    """Load the party that I answer for, or refuse."""
    found = signed_by_me(request, agreement)
    party = next((one for one in found if str(one.pk) == party_id), None)
    if party is None:
        raise NotAllowed
    return party


def statement_of(request: AtWork, statement_id: UUID) -> Statement:
    """Load an issued month of one of my agreements, or refuse."""
    found = Statement.objects.filter(pk=statement_id, agreement__in=agreements_of(request)).first()
    if found is None:
        raise NotAllowed
    found.agreement = agreement_of(request, found.agreement_id)
    return found


def shares_of(request: AtWork, statement: Statement) -> list[StatementShare]:
    """The shares that concern me: all of them for the holder, their own for each party."""
    works_in = request.rights.works_in
    found = statement.shares.select_related("party__organization").order_by("party__rank")
    if statement.agreement.holder_id in works_in:
        return list(found)
    return list(found.filter(organization__in=works_in))


def managed_organizations(request: AtWork) -> QuerySet[Organization]:
    """Those that I sign for."""
    return Organization.objects.filter(pk__in=request.rights.manages).order_by("name", "pk")
