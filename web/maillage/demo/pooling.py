"""A psychologist that three invented bodies share: agreement, rotation, last month's statement."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext_noop

from maillage.agenda.models import Appointment, Availability
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE, school_year_start
from maillage.directory.models import ServiceAtLocation
from maillage.families.models import Contact, Household
from maillage.organizations.models import Membership, Organization
from maillage.people.models import User
from maillage.pooling import accounting, actions, checks, compute, rotating
from maillage.pooling.accounting import Cost
from maillage.pooling.actions import Answer, PartyTerms, PlaceTerms, Terms
from maillage.pooling.errors import NoRotationPossible
from maillage.pooling.grids import Frame, Ground, from_rules, ground
from maillage.pooling.ledger import previous_month
from maillage.pooling.models import (
    Approval,
    CostEntry,
    HalfDay,
    PoolingAgreement,
    Rotation,
    Statement,
    StatementShare,
)
from maillage.pooling.spans import State

TITLE = gettext_noop("Psychologue partagée entre trois bourgs")
SERVICE = "trois_clochers_support"
# Body, venue, part of the hours, who signs in the demonstration.
PARTIES = (
    ("quatre_vents", "v_quatre_vents", 40, "nadia@demo.example.org"),
    ("trois_clochers", "v_pesmes", 35, "marthe@demo.example.org"),
    ("fs_champlitte", "v_fs_champlitte", 25, "lucien@demo.example.org"),
)
# They sign for their body, and never sign in: only Nadia is among those whom a visitor plays.
SIGNERS = {
    "marthe@demo.example.org": ("Marthe Coulon", "trois_clochers"),
    "lucien@demo.example.org": ("Lucien Aubry", "fs_champlitte"),
}
COSTS = (
    ("staff", "Salaire et cotisations", "2486.17"), ("travel", "Indemnités de route", "214.60"),
    ("other", "Téléphone", "19.99"),
)  # fmt: skip
SPANS = ((time(9), time(12)), (time(13, 30), time(17)))
FAMILIES = 6
YES = Answer(accepted=True)


def receive(anchor: date) -> None:
    """Lay it again as it was: whatever visitors decided of it is forgotten."""
    _take_away()
    _appoint(anchor)
    accounts = {one.email: one for one in User.objects.filter(email__in=[p[3] for p in PARTIES])}
    rule = Availability.objects.filter(service=_id(SERVICE), service_at_location__isnull=False)
    first = rule.select_related("practitioner").order_by("pk").first()
    if first is None or len(accounts) < len(PARTIES):
        return
    signers = [accounts[party[3]].pk for party in PARTIES]
    agreement = _agreement(first, anchor, signers)
    land = ground(agreement)
    _in_force(land, anchor, signers)
    _proposed(land, anchor, signers)
    _last_month(land, first, anchor, signers[0])


def remove() -> None:
    """Take it away, with what was tried with it."""
    _take_away()
    User.objects.filter(email__in=SIGNERS).delete()


def _take_away() -> None:
    """Take all away but those who sign: they keep their accounts from one load to the next."""
    shared = PoolingAgreement.objects.filter(is_demonstration=True)
    StatementShare.objects.filter(statement__agreement__in=shared).delete()
    Statement.objects.filter(agreement__in=shared).delete()
    CostEntry.objects.filter(agreement__in=shared).delete()
    homes = [_family(rank) for rank in range(FAMILIES)]
    Appointment.objects.filter(household__in=homes).delete()
    Household.objects.filter(pk__in=homes).delete()
    shared.filter(replaces__isnull=False).delete()
    shared.delete()


def _appoint(anchor: date) -> None:
    """Those who manage the two other bodies."""
    standing = set(User.objects.filter(email__in=SIGNERS).values_list("email", flat=True))
    for email, (name, body) in SIGNERS.items():
        if email not in standing and Organization.objects.filter(pk=_id(body)).exists():
            Membership.objects.create(
                user=User.objects.create_user(email, name),
                role=Membership.Role.STRUCTURE_MANAGER,
                organization_id=_id(body),
                departement_id=HOME,
                starts_on=school_year_start(anchor),
            )


def _agreement(rule: Availability, anchor: date, signers: list[int]) -> PoolingAgreement:
    places = {
        one.location_id: one for one in ServiceAtLocation.objects.filter(service=rule.service_id)
    }
    bodies = Organization.objects.in_bulk([_id(party[0]) for party in PARTIES])
    parties = [
        PartyTerms(
            bodies[_id(body)], Decimal(quota), None,
            [PlaceTerms(places[_id(venue)], Decimal(5))],
        )
        for body, venue, quota, _signer in PARTIES
    ]  # fmt: skip
    holder = parties[0].organization
    terms = Terms(
        TITLE, holder, rule.practitioner, school_year_start(anchor), parties,
        cost_key=PoolingAgreement.CostKey.HOURS_AND_KM,
    )  # fmt: skip
    found = actions.draft(terms, by=signers[0])
    PoolingAgreement.objects.filter(pk=found.pk).update(is_demonstration=True)
    actions.propose(found, found.edition, by=signers[0])
    found.refresh_from_db()
    for party, signer in zip(found.parties.order_by("rank"), signers, strict=True):
        actions.decide(found, found.edition, party, YES, by=signer)
    found.refresh_from_db()
    return found


def _in_force(land: Ground, anchor: date, signers: list[int]) -> None:
    """The hours that the network already publishes, as the rotation that everyone approved."""
    start = school_year_start(anchor)
    monday = start + timedelta(days=-start.weekday() % 7)
    frame = Frame(1, SPANS, 30, monday)
    rules = checks.replaced_rules(land)
    grid = from_rules(land, rules, monday)
    found = rotating.begin(land.agreement, rotating.Wanted(frame, grid), by=signers[0])
    now = timezone.now()
    rows = Rotation.objects.filter(pk=found.pk)
    rows.update(state=State.PROPOSED, proposed_at=now)
    for party, signer in zip(land.parties, signers, strict=True):
        Approval.objects.create(
            party=party, rotation=found, edition=found.edition, accepted=True, decided_by_id=signer
        )
    rows.update(state=State.APPROVED, approved_at=now)
    found.rules.set(rules)


def _proposed(land: Ground, anchor: date, signers: list[int]) -> None:
    """A shorter one, that waits for the first party's answer."""
    monday = anchor - timedelta(days=anchor.weekday()) + timedelta(days=21)
    frame = Frame(1, SPANS, 30, monday)
    now = rotating.at_present(land, frame, anchor)
    taken = checks.taken(land, frame).places(land)
    try:
        best = compute.propose(land, frame, now.grid, taken)
    except NoRotationPossible:
        return
    note = "Moins de route, autant d’heures pour chacun."
    wanted = rotating.Wanted(frame, best.grid, note)
    found = rotating.begin(land.agreement, wanted, by=signers[0])
    found = rotating.propose(found, found.edition, by=signers[0], today=anchor)
    for party, signer in list(zip(land.parties, signers, strict=True))[1:]:
        rotating.decide(found, found.edition, party, YES, by=signer, today=anchor)


def _last_month(land: Ground, rule: Availability, anchor: date, by: int) -> None:
    """Sessions that were held, what they cost, and the statement of it all."""
    month = previous_month(anchor)
    homes = [_household(rank) for rank in range(FAMILIES)]
    turned = HalfDay.objects.filter(rotation__agreement=land.agreement, rotation__state="approved")
    rank = 0
    for day in (month + timedelta(days=shift) for shift in range(28)):
        for half in turned.filter(weekday=day.weekday()).order_by("half"):
            _session(land, rule, (day, half), homes[rank % FAMILIES])
            rank += 1
    for kind, label, amount in COSTS:
        cost = Cost(month, kind, label, Decimal(amount))
        accounting.note_cost(land.agreement, cost, by=by)
    accounting.issue(land.agreement, month, by=by, today=anchor)


def _session(land: Ground, rule: Availability, when: tuple[date, HalfDay], home: Household) -> None:
    day, half = when
    starts_at = timezone.make_aware(datetime.combine(day, SPANS[half.half][0]))
    one = Appointment.objects.create(
        departement_id=HOME,
        organization_id=rule.organization_id,
        service_id=rule.service_id,
        service_at_location=land.by_id[half.place_id].service_at_location,
        household=home,
        contact=home.contacts.get(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        mode="on_site",
        composition=Appointment.Composition.ALONE,
        state=Appointment.State.ATTENDED,
    )
    one.practitioners.add(rule.practitioner)


def _household(rank: int) -> Household:
    home = Household.objects.create(pk=_family(rank), departement_id=HOME)
    Contact.objects.create(
        pk=uuid5(NAMESPACE, f"pooling/contact/{rank}"), household=home, departement_id=HOME,
        name="Famille inventée", channel="email", email=f"famille{rank}@demo.example.org",
    )  # fmt: skip
    return home


def _family(rank: int) -> UUID:
    return uuid5(NAMESPACE, f"pooling/household/{rank}")


def _id(key: str) -> UUID:
    return uuid5(NAMESPACE, f"{HOME}/{key}")
