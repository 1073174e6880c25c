"""What Nadia finds in her house: families accompanied, rooms, no time left; receiving together."""

from datetime import date, time, timedelta
from uuid import UUID, uuid5

from maillage.agenda import occurrences
from maillage.agenda.models import Appointment, Availability, Claim, Room, Shortage
from maillage.demo import support
from maillage.demo.network import HOME
from maillage.demo.practitioners import rule_id
from maillage.demo.rows import NAMESPACE
from maillage.demo.support import Family, Past
from maillage.directory.models import ServiceAtLocation
from maillage.families.models import Contact, Household
from maillage.people.models import User
from maillage.practitioners.models import Employment, Practitioner, Profession
from maillage.support import adjusting
from maillage.support.models import Programme
from maillage.support.programmes import latest_terms
from maillage.support.vocabulary import ClosingReason, NextStep, Purpose

ROOMS = (("Bureau du jardin", 3), ("Salle des familles", 8))
TOGETHER_IN = timedelta(days=28)
FULL_SINCE = timedelta(days=2)
FAMILIES = (
    Family(
        "mounia", "Mounia", 38, "Que les repas redeviennent un bon moment.",
        (Past(5), Past(3, purposes=(Purpose.ADVISE,))),
        Appointment.Composition.WITH_CHILDREN,
    ),
    Family(
        "gaelle", "Gaëlle", 110, "Être deux parents, même séparés.",
        (Past(9), Past(7, purposes=(Purpose.GUIDE,), next_step=NextStep.DONE)),
        ended=ClosingReason.ENOUGH,
    ),
)  # fmt: skip


def receive(anchor: date) -> None:
    """Lay it all once; what a visitor changed since is left as it is."""
    nadia = User.objects.filter(email="nadia@demo.example.org").first()
    house = _place("gray_space")
    programme = Programme.objects.filter(key=support.KEY).first()
    if nadia is None or house is None or programme is None:
        return
    adjusting.enter_service(programme, house.service, on=latest_terms(programme).starts_on)
    rule = _rule_that_ended(house, anchor)
    for rank, family in enumerate(FAMILIES):
        if not Contact.objects.filter(pk=_contact(family)).exists():
            support.accompany(family, rule, rank, anchor, by=nadia.pk)
    rooms = [_room(house, name, capacity) for name, capacity in ROOMS]
    _together(rooms[0], anchor)
    Shortage.objects.get_or_create(
        service=house.service,
        defaults={
            "departement_id": HOME, "since": anchor - FULL_SINCE, "noticed_on": anchor,
            "alerted_on": anchor,
        },
    )  # fmt: skip


def remove() -> None:
    """Take the families away, once the programme that counted them is gone."""
    ours = [_contact(family) for family in FAMILIES]
    Claim.objects.filter(appointment__contact__in=ours).delete()
    Appointment.objects.filter(contact__in=ours).delete()
    Household.objects.filter(contacts__in=ours).delete()
    Shortage.objects.filter(service__is_demonstration=True).delete()


def close_rooms() -> None:
    """Take the rooms away, once nobody receives in them."""
    Room.objects.filter(location__is_demonstration=True).delete()


def _place(key: str) -> ServiceAtLocation | None:
    """Where a service of the network is given at the house of Nadia."""
    found = ServiceAtLocation.objects.filter(
        service__outside_id=f"demo:{HOME}:{key}",
        location__outside_id=f"demo:{HOME}:v_quatre_vents",
    )
    return found.select_related("service", "location").first()


def _person(key: str) -> Practitioner:
    return Practitioner.objects.get(pk=uuid5(NAMESPACE, f"practitioner/{key}"))


def _rule_that_ended(house: ServiceAtLocation, anchor: date) -> Availability:
    """Louise received here until two days ago: nobody has opened other times since."""
    louise = _person("louise")
    Employment.objects.get_or_create(
        practitioner=louise,
        organization_id=house.service.organization_id,
        defaults={"departement_id": HOME, "starts_on": anchor - timedelta(days=120)},
    )
    return _rule(
        "louise", louise, house, byday=["MO"], opens_at=time(9), closes_at=time(12),
        dtstart=anchor - timedelta(days=120), until=anchor - FULL_SINCE,
    )  # fmt: skip


def _together(room: Room, anchor: date) -> None:
    """One Saturday in two, a psychologist and an educator receive families together, in a room."""
    given = _place("trois_clochers_support")
    if given is None:
        return
    hours = {
        "byday": ["SA"], "interval": 2, "opens_at": time(14), "closes_at": time(17),
        "dtstart": anchor + TOGETHER_IN, "until": None,
    }  # fmt: skip
    aline, samuel = _person("aline"), _person("samuel")
    joined = [Profession.SPECIAL_EDUCATOR.value]
    _rule("together/aline", aline, given, room=room, joined_by=joined, **hours)
    _rule("together/samuel", samuel, given, **hours)
    occurrences.rebuild([aline.pk, samuel.pk], today=anchor)


def _rule(key: str, who: Practitioner, given: ServiceAtLocation, **values: object) -> Availability:
    facts: dict[str, object] = {
        "practitioner": who, "organization_id": given.service.organization_id,
        "departement_id": HOME, "service": given.service, "service_at_location": given,
        "modes": ["on_site"], "freq": "WEEKLY",
    }  # fmt: skip
    return Availability.objects.update_or_create(pk=rule_id(key), defaults=facts | values)[0]


def _room(house: ServiceAtLocation, name: str, capacity: int) -> Room:
    return Room.objects.get_or_create(
        location=house.location,
        name=name,
        defaults={"pk": uuid5(NAMESPACE, f"room/{name}"), "capacity": capacity},
    )[0]


def _contact(family: Family) -> UUID:
    return uuid5(NAMESPACE, f"family/{family.key}/contact")
