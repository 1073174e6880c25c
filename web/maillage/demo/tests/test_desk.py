"""A visitor finds Inès's queue, Nadia's house and a held time filled; twice is the same as once."""

from datetime import date

from maillage.agenda import shortage
from maillage.agenda.models import Availability, Claim, Offer, Room
from maillage.core import scope
from maillage.demo import desk, house
from maillage.portal import invitations
from maillage.portal.models import Invitation
from maillage.support.models import Episode
from maillage.workday.models import CallBack

ANCHOR = date(2026, 11, 18)


def counted():
    models = (CallBack, Invitation, Offer, Room, Episode, Availability, Claim)
    return [model.objects.count() for model in models]


def test_the_desk_and_the_house_are_filled_once(haute_saone):
    with scope.system():
        standing = counted()
        house.receive(ANCHOR)
        desk.receive(ANCHOR)
        assert counted() == standing
        lines = CallBack.objects.order_by("contact__name")
        assert [(one.contact.name, one.state, one.missed) for one in lines] == [
            ("Lucie", "reached", 0), ("Maëlle", "open", 0), ("Odile", "open", 0),
            ("Rosa", "open", 0), ("Yanis", "open", 1),
        ]  # fmt: skip
        assert invitations.follow(desk.CODE).name == "Maëlle"
        held = Offer.objects.get(entry__contact__name="Inaya")
        assert (held.state, held.entry.state) == ("open", "offered")
        assert held.claims.filter(live=True).exists()


def test_the_manager_sees_who_was_accompanied_in_her_house_its_rooms_and_that_it_is_full(
    haute_saone,
):
    with scope.system():
        hers = Episode.objects.filter(organization__name__startswith="Maison des Quatre Vents")
        assert sorted(hers.values_list("state", flat=True)) == ["closed", "open"]
        rooms = Room.objects.filter(location__is_demonstration=True).order_by("name")
        assert list(rooms.values_list("name", "capacity")) == [
            ("Bureau du jardin", 3), ("Salle des familles", 8)
        ]  # fmt: skip
        together = Availability.objects.get(joined_by__len=1)
        assert (together.joined_by, together.room.name) == (
            ["special_educator"],
            "Bureau du jardin",
        )
        short = shortage.of_organizations(
            [hers[0].organization_id], together.occurrences.first().starts_at
        )
        assert [one.outside_id for one in short] == ["demo:70:gray_space"]
