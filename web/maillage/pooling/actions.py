"""What may be done with an agreement. Each action is one transaction and leaves one audit entry.

Whoever writes says which edition they read; an older one is refused, so nobody overwrites another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.agenda import availabilities
from maillage.agenda.models import Availability, Room
from maillage.core import audit, scope
from maillage.directory.models import ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.pooling import locks
from maillage.pooling.errors import (
    AlreadyDecided,
    AnotherAgreementStands,
    ChangedMeanwhile,
    EachPartyNeedsAPlace,
    EmployerMustSign,
    NotADraft,
    NothingToDecide,
    SharesMustMakeAHundred,
)
from maillage.pooling.models import (
    Approval,
    PoolingAgreement,
    PoolingParty,
    PoolingPlace,
    Rotation,
    Vehicle,
)
from maillage.pooling.spans import HUNDRED, State
from maillage.practitioners.models import Employment, Practitioner
from maillage.territory.models import Commune

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlaceTerms:
    """Where a party is served."""

    service_at_location: ServiceAtLocation
    minimum_hours: Decimal = Decimal(0)
    room: Room | None = None


@dataclass(frozen=True, slots=True)
class PartyTerms:
    """What one party is owed and owes."""

    organization: Organization
    quota: Decimal
    fixed_share: Decimal | None = None
    places: Sequence[PlaceTerms] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says, all of it."""

    title: str
    holder: Organization
    shared: Practitioner | Room | Vehicle
    starts_on: date
    parties: Sequence[PartyTerms]
    ends_on: date | None = None
    base: Commune | None = None
    period: str = PoolingAgreement.Period.QUARTER
    cost_key: str = PoolingAgreement.CostKey.HOURS
    counts_no_shows: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a party says of a proposal; a refusal has its reason."""

    accepted: bool
    reason: str = ""


@transaction.atomic
def draft(terms: Terms, *, by: int) -> PoolingAgreement:
    """Begin an agreement. Nobody is bound before each party approves."""
    agreement = PoolingAgreement(departement_id=terms.holder.departement_id)
    _fill(agreement, terms)
    agreement.save(force_insert=True)
    _write_parties(agreement, terms.parties)
    _trace(by, "agreement_drafted", agreement)
    return agreement


@transaction.atomic
def rewrite(agreement: PoolingAgreement, terms: Terms, edition: int, *, by: int) -> None:
    """Change a draft. Raises `NotADraft` or `ChangedMeanwhile`."""
    found = _current(agreement, edition)
    if found.state != State.DRAFT:
        raise NotADraft(title=found.title)
    found.parties.all().delete()
    _fill(found, terms)
    found.edition += 1
    found.save()
    _write_parties(found, terms.parties)
    _trace(by, "agreement_rewritten", found)


@transaction.atomic
def propose(agreement: PoolingAgreement, edition: int, *, by: int) -> None:
    """Lay a draft before its parties. Raises `SharesMustMakeAHundred`, `EachPartyNeedsAPlace`."""
    found = _current(agreement, edition)
    if found.state != State.DRAFT:
        raise NotADraft(title=found.title)
    parties = list(found.parties.select_related("organization").order_by("rank"))
    _refuse_wrong_shares(found, parties)
    for party in parties:
        if found.room_id is None and not party.places.exists():
            raise EachPartyNeedsAPlace(party=party.organization.name)
    _refuse_who_does_not_sign(found)
    found.state, found.proposed_at = State.PROPOSED, timezone.now()
    found.edition += 1
    found.save(update_fields=["state", "proposed_at", "edition"])
    _trace(by, "agreement_proposed", found)


@transaction.atomic
def take_back(agreement: PoolingAgreement, edition: int, *, by: int) -> None:
    """Make a draft again of what is proposed or was refused; answers to it stay noted."""
    found = _current(agreement, edition)
    if found.state not in {State.PROPOSED, State.REFUSED}:
        raise NothingToDecide(title=found.title)
    found.state = State.DRAFT
    found.edition += 1
    found.save(update_fields=["state", "edition"])
    _trace(by, "agreement_taken_back", found)


@transaction.atomic
def decide(
    agreement: PoolingAgreement, edition: int, party: PoolingParty, answer: Answer, *, by: int
) -> PoolingAgreement:
    """Approve or refuse for one party. The last approval brings the agreement into force.

    Raises `NothingToDecide`, `ChangedMeanwhile`, `AlreadyDecided`, `AnotherAgreementStands`. The
    agreement is locked first: of two last approvals at once, the second sees the first.
    """
    found = _current(agreement, edition)
    if found.state != State.PROPOSED:
        raise NothingToDecide(title=found.title)
    note_answer(Approval(agreement=found), found.edition, party, answer, by)
    if not answer.accepted:
        found.state = State.REFUSED
        found.save(update_fields=["state"])
    elif _all_said_yes(found):
        _bring_into_force(found)
    verb = "agreement_approved" if answer.accepted else "agreement_refused"
    _trace(by, verb, found)
    return found


@transaction.atomic
def revise(agreement: PoolingAgreement, starts_on: date, *, by: int) -> PoolingAgreement:
    """Begin the next version, with the same terms; the present one stands until it is approved."""
    old = locks.locked_agreement(agreement.pk)
    if old.state != State.APPROVED:
        raise NothingToDecide(title=old.title)
    parties = [
        PartyTerms(
            one.organization, one.quota, one.fixed_share,
            [PlaceTerms(p.service_at_location, p.minimum_hours, p.room) for p in one.places.all()],
        )
        for one in old.parties.select_related("organization").order_by("rank")
    ]  # fmt: skip
    shared = old.practitioner or old.room or old.vehicle
    assert shared is not None  # noqa: S101 - a constraint says so
    terms = Terms(
        old.title, old.holder, shared, starts_on, parties, None, old.base, old.period, old.cost_key,
        old.counts_no_shows,
    )  # fmt: skip
    new = PoolingAgreement(departement_id=old.departement_id, replaces=old, version=old.version + 1)
    _fill(new, terms)
    new.save(force_insert=True)
    _write_parties(new, parties)
    _trace(by, "agreement_revised", new)
    return new


@transaction.atomic
def end(
    agreement: PoolingAgreement, last_day: date, edition: int, *, by: int, today: date
) -> PoolingAgreement:
    """Stop sharing after a day. What is booked stays; nothing more is offered in its name."""
    found = _current(agreement, edition)
    if found.state != State.APPROVED or last_day < found.starts_on:
        raise NothingToDecide(title=found.title)
    found.ends_on = last_day
    found.edition += 1
    found.save(update_fields=["ends_on", "edition"])
    rules = Availability.objects.filter(
        pk__in=Rotation.rules.through.objects.filter(rotation__agreement=found).values(
            "availability"
        )
    )
    for rule in rules.order_by("pk"):
        availabilities.end(rule, last_day, by=by, today=today)
    _trace(by, "agreement_ended", found)
    return found


def note_answer(said: Approval, edition: int, party: PoolingParty, answer: Answer, by: int) -> None:
    """Write what a party decided, once for each edition. Raises `AlreadyDecided`."""
    thing = {"agreement": said.agreement, "rotation": said.rotation}
    title = said.agreement.title if said.agreement else said.rotation.agreement.title  # type: ignore[union-attr]
    if Approval.objects.filter(party=party, edition=edition, **thing).exists():
        raise AlreadyDecided(title=title)
    said.party, said.edition, said.decided_by_id = party, edition, by
    said.accepted, said.reason = answer.accepted, answer.reason
    said.save(force_insert=True)


def _current(agreement: PoolingAgreement, edition: int) -> PoolingAgreement:
    found = locks.locked_agreement(agreement.pk)
    if found.edition != edition:
        raise ChangedMeanwhile(title=found.title)
    return found


def _fill(agreement: PoolingAgreement, terms: Terms) -> None:
    agreement.title, agreement.holder = terms.title, terms.holder
    agreement.practitioner = terms.shared if isinstance(terms.shared, Practitioner) else None
    agreement.room = terms.shared if isinstance(terms.shared, Room) else None
    agreement.vehicle = terms.shared if isinstance(terms.shared, Vehicle) else None
    agreement.base, agreement.period, agreement.cost_key = terms.base, terms.period, terms.cost_key
    agreement.starts_on, agreement.ends_on = terms.starts_on, terms.ends_on
    agreement.counts_no_shows = terms.counts_no_shows


def _write_parties(agreement: PoolingAgreement, parties: Iterable[PartyTerms]) -> None:
    for rank, terms in enumerate(parties, start=1):
        party = PoolingParty.objects.create(
            agreement=agreement, organization=terms.organization, rank=rank, quota=terms.quota,
            fixed_share=terms.fixed_share,
        )  # fmt: skip
        PoolingPlace.objects.bulk_create(
            PoolingPlace(
                party=party, service_at_location=place.service_at_location, room=place.room,
                minimum_hours=place.minimum_hours,
            )
            for place in terms.places
        )  # fmt: skip
    agreement.refresh_from_db(fields=["organizations"])


def _refuse_wrong_shares(agreement: PoolingAgreement, parties: Sequence[PoolingParty]) -> None:
    total = sum((one.quota for one in parties), Decimal(0))
    if total != HUNDRED or len(parties) < 2:
        raise SharesMustMakeAHundred(what=_("Parts des heures"), total=f"{total:.2f}")
    if agreement.cost_key == PoolingAgreement.CostKey.FIXED:
        fixed = sum((one.fixed_share or Decimal(0) for one in parties), Decimal(0))
        if fixed != HUNDRED:
            raise SharesMustMakeAHundred(what=_("Parts fixes"), total=f"{fixed:.2f}")


def _refuse_who_does_not_sign(found: PoolingAgreement) -> None:
    """A rotation writes the agenda of an employer and opens services: they are parties."""
    signing = {found.holder_id, *found.organizations}
    givers = Organization.objects.filter(services__at_locations__in=_places_of(found))
    silent = givers.exclude(pk__in=signing).order_by("name", "pk").first()
    if silent is not None:
        raise EmployerMustSign(who=silent.name)
    if found.practitioner is not None:
        jobs = Employment.objects.filter(practitioner=found.practitioner).on(timezone.localdate())
        if not jobs.filter(organization__in=signing).exists():
            employer = jobs.select_related("organization").order_by("pk").first()
            who = employer.organization.name if employer else found.practitioner.name
            raise EmployerMustSign(who=who)


def _places_of(found: PoolingAgreement) -> list[UUID]:
    places = PoolingPlace.objects.filter(party__agreement=found)
    return list(places.values_list("service_at_location", flat=True))


def _all_said_yes(found: PoolingAgreement) -> bool:
    said = Approval.objects.filter(agreement=found, edition=found.edition, accepted=True)
    return said.count() == found.parties.count()


def _bring_into_force(found: PoolingAgreement) -> None:
    found.state, found.approved_at = State.APPROVED, timezone.now()
    try:
        with transaction.atomic(), scope.system():  # the last to approve may be new here
            if found.replaces_id is not None:
                old = locks.locked_agreement(found.replaces_id)
                eve = found.starts_on - DAY
                if old.starts_on <= eve and (old.ends_on is None or old.ends_on > eve):
                    old.ends_on = eve
                    old.edition += 1
                    old.save(update_fields=["ends_on", "edition"])
            found.save(update_fields=["state", "approved_at"])
    except IntegrityError as refusal:
        if "one_agreement_in_force_per_resource" not in str(refusal):
            raise
        raise AnotherAgreementStands(title=found.title) from None


def _trace(by: int, verb: str, agreement: PoolingAgreement) -> None:
    audit.record(by, f"pooling.{verb}", agreement, departement=agreement.departement_id)
