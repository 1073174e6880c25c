"""Invented families at every moment of their support, and the programme that welcomes them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from maillage.agenda import actions as agenda
from maillage.agenda.booking import Booking
from maillage.agenda.models import Appointment, Availability, Claim
from maillage.agenda.slots import Asked, next_slots
from maillage.core import scope
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.directory.models import Service
from maillage.directory.vocabulary import Kind
from maillage.families.models import Child, Contact, Household
from maillage.support import actions, adjusting, experiment
from maillage.support.actions import Outcome
from maillage.support.models import Enrolment, Episode, Goals, Programme, Session
from maillage.support.programmes import latest_terms
from maillage.support.vocabulary import ClosingReason, NextStep, Purpose

PARIS = ZoneInfo("Europe/Paris")
KEY = "demonstration-haute-saone"
OPENED_BEFORE = timedelta(days=180)
OPEN_FOR = timedelta(days=900)
SAMUEL = uuid5(NAMESPACE, "practitioner/samuel")
FIRST_HOUR = 9
ATTENDED, NO_SHOW = Appointment.State.ATTENDED, Appointment.State.NO_SHOW


@dataclass(frozen=True, slots=True)
class Past:
    """One session of the past: so many weeks ago; not noted yet without a state."""

    weeks: int
    state: Appointment.State | None = ATTENDED
    purposes: tuple[Purpose, ...] = (Purpose.LISTEN,)
    minutes: int = 60
    next_step: NextStep = NextStep.ANOTHER_SESSION


@dataclass(frozen=True, slots=True)
class Family:
    """One invented family."""

    key: str
    name: str
    born_months_ago: int  # negative: awaited
    goals: str
    past: tuple[Past, ...]
    composition: Appointment.Composition = Appointment.Composition.ALONE
    comes_again: bool = False
    ended: ClosingReason | None = None


FAMILIES = (
    Family(
        "lina", "Lina", 14, "Que le coucher se passe sans cris, et dormir un peu.",
        (Past(1, None),), comes_again=True,
    ),
    Family(
        "marion", "Marion", 158, "Parler avec mon fils sans que ça finisse en dispute.",
        (
            Past(8), Past(6, purposes=(Purpose.LISTEN, Purpose.ADVISE), minutes=75),
            Past(4, NO_SHOW), Past(3, purposes=(Purpose.ADVISE,)),
            Past(2, purposes=(Purpose.GUIDE,), minutes=50),
        ),
    ),
    Family(
        "idriss", "Idriss", -4, "Me préparer à être père, je n’ai personne à qui demander.",
        (Past(3, purposes=(Purpose.LISTEN, Purpose.INFORM)),), comes_again=True,
    ),
    Family(
        "claudine", "Claudine", 60, "Que les petits ne souffrent pas de notre séparation.",
        (
            Past(11), Past(9, purposes=(Purpose.ADVISE,)), Past(7, purposes=(Purpose.GUIDE,)),
            Past(5, purposes=(Purpose.ADVISE,), minutes=70),
            Past(2, purposes=(Purpose.ORIENT,), next_step=NextStep.REFERRAL),
        ),
        Appointment.Composition.COUPLE,
    ),
    Family(
        "pauline", "Pauline", 30, "Savoir poser des limites.",
        (Past(10), Past(8, purposes=(Purpose.ADVISE,), next_step=NextStep.DONE)),
        ended=ClosingReason.ENOUGH,
    ),
    Family(
        "theo", "Théo", 200, "Comprendre pourquoi ma fille ne veut plus aller au collège.",
        (Past(9), Past(7, purposes=(Purpose.ORIENT,), next_step=NextStep.REFERRAL)),
        Appointment.Composition.WITH_CHILDREN, ended=ClosingReason.REFERRED,
    ),
)  # fmt: skip


def receive(anchor: date) -> None:
    """Open the programme and let the families enter; what already stands is left as it is."""
    experiment.record()
    programme = Programme.objects.filter(key=KEY).first() or _open(anchor)
    entered = latest_terms(programme).starts_on
    services = Service.objects.filter(
        kind=Kind.INDIVIDUAL_SUPPORT, departement=HOME, is_demonstration=True
    )
    for service in services.order_by("pk"):
        adjusting.enter_service(programme, service, on=entered)
    rules = Availability.objects.filter(practitioner=SAMUEL).select_related("practitioner")
    rule = rules.order_by("pk").first()
    if rule is None or rule.practitioner.user_id is None:
        return
    for rank, family in enumerate(FAMILIES):
        if not Contact.objects.filter(pk=_id(family, "contact")).exists():
            accompany(family, rule, rank, anchor, by=rule.practitioner.user_id)


def remove() -> None:
    """Take the programme away, and whoever entered it."""
    within = Enrolment.objects.filter(programme__is_demonstration=True)
    Goals.objects.filter(episode__enrolment__in=within).delete()
    Session.objects.filter(enrolment__in=within).delete()
    Episode.objects.filter(enrolment__in=within).delete()
    within.exclude(merged_into=None).delete()
    within.delete()
    ours = [_id(family, "contact") for family in FAMILIES]
    Claim.objects.filter(appointment__contact__in=ours).delete()
    Appointment.objects.filter(contact__in=ours).delete()
    Household.objects.filter(pk__in=[_id(family, "household") for family in FAMILIES]).delete()
    Programme.objects.filter(is_demonstration=True).delete()


def _open(anchor: date) -> Programme:
    identity = adjusting.Identity(
        key=KEY,
        name="Accompagnement individuel en Haute-Saône (démonstration)",
        source="Programme inventé pour la démonstration, sur le modèle de 2024-2025.",
        is_demonstration=True,
    )
    rules = adjusting.Rules(
        starts_on=anchor - OPENED_BEFORE,
        ends_on=anchor + OPEN_FOR,
        household_cap=300,
        charter=experiment.RULES.charter,
        quota_source="Nombre inventé.",
        reason="Ouverture de la démonstration.",
        quotas={HOME: 300},
    )
    started = datetime.combine(rules.starts_on, time(), tzinfo=PARIS)
    programme = adjusting.create(identity, rules, in_force_at=started)
    adjusting.open_programme(programme)
    return programme


def accompany(
    family: Family, rule: Availability, rank: int, anchor: date, *, by: int
) -> None:  # fmt: skip
    """Lay the sessions of one family with the practitioner of this rule."""
    contact = _contact(family, anchor)
    session = None
    for past in family.past:
        appointment = _past(family, contact, rule, rank, past, anchor)
        before = appointment.starts_at - timedelta(days=7)
        session = actions.count_in(appointment, goals=family.goals, now=before)
        if session is not None and past.state is not None:
            actions.close_session(session, _outcome(family, past), by=by)
    if family.comes_again:
        _come_again(family, rule, rank, anchor)
    if family.ended is not None and session is not None:
        actions.close_episode(session.episode, family.ended, by=None)


def _contact(family: Family, anchor: date) -> Contact:
    household = Household.objects.create(pk=_id(family, "household"), departement_id=HOME)
    month = _months_before(anchor, family.born_months_ago)
    named = "due_month" if family.born_months_ago < 0 else "birth_month"
    Child.objects.create(household=household, departement_id=HOME, **{named: month})
    return Contact.objects.create(
        pk=_id(family, "contact"),
        household=household,
        departement_id=HOME,
        name=family.name,
        email=f"{family.key}@familles.example.org",
        channel=Contact.Channel.EMAIL,
    )


def _past(
    family: Family, contact: Contact, rule: Availability, rank: int, past: Past, anchor: date
) -> Appointment:  # fmt: skip
    monday = anchor - timedelta(days=anchor.weekday()) - timedelta(weeks=past.weeks)
    start = datetime.combine(monday, time(FIRST_HOUR + rank), tzinfo=PARIS)
    place = rule.service_at_location
    made = Appointment.objects.create(
        pk=_id(family, f"appointment/{past.weeks}"),
        departement_id=rule.departement_id,
        organization_id=rule.organization_id,
        service_id=rule.service_id,
        service_at_location=place,
        household_id=contact.household_id,
        contact=contact,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        mode=rule.modes[0],
        composition=family.composition,
        persons=1 if family.composition == Appointment.Composition.ALONE else 2,
    )
    made.practitioners.add(rule.practitioner)
    Claim.objects.create(
        practitioner_id=rule.practitioner_id,
        period=(made.starts_at, made.ends_at),
        kind=Claim.Kind.SESSION,
        appointment=made,
        departement_id=rule.departement_id,
        commune_id=None if place is None else place.location.commune_id,
    )
    return made


def _outcome(family: Family, past: Past) -> Outcome:
    if past.state != ATTENDED:
        return Outcome(state=past.state or ATTENDED)
    return Outcome(
        state=ATTENDED,
        purposes=past.purposes,
        minutes=past.minutes,
        composition=family.composition,
        next_step=past.next_step,
    )


def _come_again(family: Family, rule: Availability, rank: int, anchor: date) -> None:
    """Book a true free slot, ten days ahead or later."""
    now = datetime.combine(anchor, time(6), tzinfo=PARIS)
    start = now + timedelta(days=10 + 3 * rank)
    asked = Asked(
        service_ids=[rule.service_id], start=start, end=start + timedelta(days=60), now=now,
        practitioner=rule.practitioner_id,
    )  # fmt: skip
    for slot in next_slots(asked, limit=1).slots:
        wanted = Booking(
            key=_id(family, "booking"),
            availability_id=slot.occurrence.availability_id,
            starts_at=slot.starts_at,
            mode=slot.occurrence.availability.modes[0],
            composition=family.composition,
            known=_id(family, "contact"),
        )
        actions.count_in(agenda.book(wanted, now=now), now=now)
        scope.hold_contact(None)


def _months_before(anchor: date, months: int) -> date:
    total = anchor.year * 12 + anchor.month - 1 - months
    return date(total // 12, total % 12 + 1, 1)


def _id(family: Family, what: str) -> UUID:
    return uuid5(NAMESPACE, f"family/{family.key}/{what}")
