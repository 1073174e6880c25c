from datetime import date, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from maillage.agenda.models import Availability
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.demo import actions, network, pooling
from maillage.demo.errors import OnlyInDemonstration, TerritoryMissing
from maillage.demo.personas import PERSONAS
from maillage.directory.models import Location, Opening, Schedule, Service, ServiceArea
from maillage.organizations.models import Membership, Organization
from maillage.people.models import User
from maillage.practitioners.models import Practitioner
from maillage.territory.models import Commune

ANCHOR = date(2026, 11, 18)


def load():
    return actions.load(network.read(), ["70"], ANCHOR)


def everything():
    kept = [Organization, Location, Service, Schedule, ServiceArea, Opening, User, Membership]
    with scope.system():
        return {
            model.__name__: sorted(
                map(str, model.objects.values_list(*_said(model)).order_by(*_said(model)))
            )
            for model in kept
        }


def _said(model):
    unstable = {"updated_at", "words"} | ({"id"} if model is ServiceArea else set())
    return [field.attname for field in model._meta.concrete_fields if field.attname not in unstable]


def test_loading_twice_gives_the_same_rows(haute_saone):
    load()
    once = everything()
    load()
    assert everything() == once


def test_every_service_stands_where_the_files_say(haute_saone):
    load()
    drop_in = Service.objects.get(outside_id="demo:70:gray_laep")
    venue = drop_in.at_locations.get().location
    assert (venue.commune_id, venue.name) == ("70279", "Maison des Quatre Vents")
    assert drop_in.name == "La Marelle, accueil enfants-parents de Gray"
    assert drop_in.organization.name == "Maison des Quatre Vents (démo)"
    assert drop_in.verified_by == "Maison des Quatre Vents (démo)"


def test_a_town_hall_keeps_its_real_address(haute_saone):
    load()
    hall = Location.objects.get(outside_id="demo:70:v_fs_champlitte")
    town = Commune.objects.get(pk="70122")
    assert hall.address
    assert hall.address in town.town_hall_address
    assert hall.postcode == "70600"
    assert (hall.latitude, hall.longitude) == pytest.approx((town.latitude, town.longitude))


def test_the_drop_in_of_gray_opens_in_term_time_and_once_longer(haute_saone):
    load()
    openings = Opening.objects.filter(service__outside_id="demo:70:gray_laep")
    days = {one.day: (one.opens_at, one.closes_at) for one in openings}
    assert days[date(2026, 11, 24)] == (time(9), time(12, 30))
    assert days[date(2026, 11, 26)] == (time(9), time(11, 30))
    assert date(2026, 12, 22) not in days


def test_an_area_named_by_one_of_its_communes_is_its_epci(haute_saone):
    load()
    area = ServiceArea.objects.get(service__outside_id="demo:70:gray_rpe")
    assert (area.level, area.code) == ("epci", Commune.objects.get(pk="70279").epci_id)


def test_the_people_of_the_demonstration_have_one_role_each(haute_saone):
    load()
    with scope.system():
        roles = {
            link.user.email: (link.role, link.departement_id)
            for link in Membership.objects.select_related("user")
        }
    signers = dict.fromkeys(pooling.SIGNERS, (Membership.Role.STRUCTURE_MANAGER, "70"))
    assert roles == {each.email: (each.role, each.departement) for each in PERSONAS} | signers


def test_another_departement_gets_the_same_network_in_its_own_towns(haute_saone):
    done = actions.load(network.read(), ["70", "25"], ANCHOR)
    assert (done.organizations, done.services) == (128, 248)
    copy = Service.objects.get(outside_id="demo:25:vesoul_centre")
    largest = Commune.objects.of("25").order_by("-population", "pk").first()
    assert copy.at_locations.get().location.commune_id == largest.pk
    assert copy.departement_id == "25"
    assert Service.objects.filter(departement="70", is_demonstration=True).count() == 124


def test_the_day_of_the_command_moves_verifications_with_it(haute_saone):
    call_command("demo", "--on", "2026-01-15", stdout=StringIO())
    stale = Service.objects.get(outside_id="demo:70:noroy_games")
    assert stale.verified_on == date(2026, 1, 15) - timedelta(days=433)


def test_what_left_the_files_leaves_the_database(haute_saone):
    load()
    gone = Service.objects.get(outside_id="demo:70:gray_laep")
    gone.pk = None
    gone.outside_id = "demo:70:from_a_former_version"
    gone.save()
    load()
    assert not Service.objects.filter(outside_id="demo:70:from_a_former_version").exists()
    assert Service.objects.filter(is_demonstration=True).count() == 124


def test_removing_leaves_nothing_behind(haute_saone):
    load()
    assert actions.remove() == 124
    left = everything()
    assert {name: len(rows) for name, rows in left.items()} == dict.fromkeys(left, 0)


def test_a_load_leaves_a_trace(haute_saone):
    with scope.system():
        before = AuditEntry.objects.filter(verb="demo.load").count()
    load()
    with scope.system():
        assert AuditEntry.objects.filter(verb="demo.load").count() == before + 1


def test_a_real_site_refuses_the_demonstration(haute_saone, settings):
    actions.remove()
    settings.DEMONSTRATION = False
    with pytest.raises(OnlyInDemonstration, match="ne se chargent pas sur un vrai site"):
        load()
    assert not Service.objects.exists()


@pytest.mark.django_db
def test_without_its_communes_the_demonstration_is_refused():
    with pytest.raises(TerritoryMissing, match="maillage load_territory 70"):
        load()
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_the_command_says_a_refusal_in_one_sentence():
    with pytest.raises(CommandError, match="Le territoire n’est pas chargé"):
        call_command("demo")


def test_practitioners_receive_at_the_hours_of_individual_support_and_twice_is_once(haute_saone):
    before = sorted(Availability.objects.values_list("pk", flat=True))
    call_command("demo", stdout=StringIO())
    assert sorted(Availability.objects.values_list("pk", flat=True)) == before
    assert len(before) == 22
    people = Practitioner.objects.bookable_on(timezone.localdate())
    assert sorted(people.values_list("name", flat=True)) == [
        "Aline Perrin", "Karim Benali", "Louise Grandjean", "Samuel Vautrin",
    ]  # fmt: skip
