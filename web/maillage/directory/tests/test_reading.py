"""Which services fit, when they open next, in how many queries."""

from datetime import UTC, date, datetime, time

import pytest

from maillage.directory import offers, openings, when
from maillage.directory.models import Service, ServiceArea
from maillage.directory.offers import Way
from maillage.directory.search import by_words
from maillage.directory.tests import made

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)  # a Sunday
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def wanted(**values):
    return offers.Wanted(commune=made.commune(), day=TODAY, **values)


def names(found):
    return sorted(offer.service.name for offer in found)


@pytest.mark.parametrize(
    ("months", "shown"), [(5, False), (6, True), (71, True), (72, False), (73, False)]
)
def test_a_child_is_received_from_the_minimum_to_the_maximum_month_included(months, shown):
    made.service(minimum_age=6, maximum_age=71)
    assert Service.objects.for_age(months).exists() is shown


def test_no_bound_receives_every_age():
    made.service()
    assert Service.objects.for_age(0).count() == Service.objects.for_age(300).count() == 1


def test_a_declared_need_wins_over_what_the_kind_usually_answers():
    made.service("Papas", kind="discussion_group", topics=["fatherhood"])
    made.service("Groupe", kind="discussion_group")
    made.service("Médiation", kind="family_mediation", topics=["fatherhood", "separation"])
    assert {one.name for one in Service.objects.answering("fatherhood")} == {
        "Papas",
        "Groupe",
        "Médiation",
    }
    assert {one.name for one in Service.objects.answering("teenager_dialogue")} == {"Groupe"}


def test_accommodations_are_all_wanted_and_a_language_must_be_spoken():
    made.service("Tout", accommodations=["step_free", "quiet_space"], languages=["fr", "ar"])
    made.service("Un peu", accommodations=["step_free"])
    both = Service.objects.with_accommodations(["step_free", "quiet_space"])
    assert [one.name for one in both] == ["Tout"]
    assert [one.name for one in Service.objects.speaking("ar")] == ["Tout"]
    assert Service.objects.speaking("fr").count() == 2


def test_open_at_half_past_six_on_tuesday():
    early = made.place(made.service("Tôt"))
    made.rule(early, "MO", "TU", opens_at=time(6), closes_at=time(20))
    late = made.place(made.service("Tard"))
    made.rule(late, "TU", opens_at=time(6, 31))
    over = made.place(made.service("Fini"))
    made.rule(over, "TU", opens_at=time(6), until=date(2026, 11, 21))
    monday = made.place(made.service("Lundi"))
    made.rule(monday, "MO", opens_at=time(6))
    asked = when.at(1, time(6, 30))
    assert [one.name for one in Service.objects.open_when(asked, day=TODAY)] == ["Tôt"]
    assert names(offers.find(wanted(when=asked))) == ["Tôt"]


def test_closing_time_is_no_longer_open():
    made.rule(made.place(made.service()), "TU", opens_at=time(9), closes_at=time(12))
    assert Service.objects.open_when(when.at(1, time(11, 59)), day=TODAY).count() == 1
    assert Service.objects.open_when(when.at(1, time(12)), day=TODAY).count() == 0


def test_only_the_place_that_is_open_then_is_offered():
    service = made.service()
    gray = made.place(service, "70279")
    made.rule(gray, "MO")
    made.rule(made.place(service, "70550"), "WE")
    found = offers.find(wanted(when=when.at(0, time(10))))
    assert [offer.at for offer in found] == [gray]


def test_evenings_are_workdays_until_seven_and_a_monthly_wednesday_is_a_wednesday():
    made.rule(made.place(made.service("Soir")), "TH", opens_at=time(17), closes_at=time(19))
    made.rule(made.place(made.service("Samedi")), "SA", opens_at=time(17), closes_at=time(22))
    made.rule(made.place(made.service("Mois")), "1WE", freq="MONTHLY")
    evening = Service.objects.open_when(when.EVENINGS, day=TODAY)
    wednesday = Service.objects.open_when(when.WEDNESDAY, day=TODAY)
    assert [one.name for one in evening] == ["Soir"]
    assert [one.name for one in wednesday] == ["Mois"]


@pytest.mark.parametrize(
    ("level", "code", "served"),
    [
        ("france", "", True),
        ("departement", "70", True),
        ("departement", "25", False),
        ("epci", "247000011", True),
        ("epci", "999999999", False),
        ("commune", "70279", True),
        ("commune", "70550", False),
    ],
)
def test_a_remote_service_helps_in_its_area_only(level, code, served):
    line = made.service(modes=["phone"])
    ServiceArea.objects.create(service=line, level=level, code=code)
    assert bool(offers.find(wanted())) is served


def test_a_remote_service_without_area_helps_in_its_departement():
    made.service("Ici", modes=["video"])
    made.service("Ailleurs", modes=["video"], where="974")
    assert names(offers.find(wanted())) == ["Ici"]


def test_a_search_offers_places_visits_and_distance_in_two_queries(django_assert_num_queries):
    for number in range(6):
        made.place(made.service(f"Lieu {number}"))
    made.place(made.service("Aussi par téléphone", modes=["on_site", "phone"]))
    made.service("Chez vous", modes=["mobile"], kind="home_support", joining="phone")
    made.service("Arrêté", status="defunct", modes=["phone"])
    made.place(made.service("Trop loin", where="974"), "97411")
    with_all = wanted()
    with django_assert_num_queries(2):
        found = offers.find(with_all)
        seen = [
            (str(one.service.organization), one.at and one.at.location.commune.name)
            for one in found
        ]
    assert len(seen) == 9
    ways = [offer.way for offer in found]
    assert (ways.count(Way.PLACE), ways.count(Way.VISIT), ways.count(Way.REMOTE)) == (7, 1, 1)


def test_asking_for_the_phone_alone_shows_no_place():
    made.place(made.service("Les deux", modes=["on_site", "phone"]))
    made.place(made.service("Sur place"))
    found = offers.find(wanted(modes=frozenset({"phone"})))
    assert [(offer.service.name, offer.way) for offer in found] == [("Les deux", Way.REMOTE)]


@pytest.mark.parametrize(
    ("modes", "offered"),
    [
        ({"on_site"}, {("Lieu", Way.PLACE)}),
        ({"mobile"}, {("Bus", Way.PLACE), ("Chez vous", Way.VISIT)}),
        ({"phone"}, {("Bus", Way.REMOTE), ("Ligne", Way.REMOTE)}),
        ({"video"}, set()),
        ({"phone", "on_site"}, {("Bus", Way.REMOTE), ("Ligne", Way.REMOTE), ("Lieu", Way.PLACE)}),
        (
            set(),
            {
                ("Lieu", Way.PLACE),
                ("Bus", Way.PLACE),
                ("Bus", Way.REMOTE),
                ("Ligne", Way.REMOTE),
                ("Chez vous", Way.VISIT),
            },
        ),
    ],
)
def test_each_way_of_helping_is_offered_only_when_asked_for(modes, offered):
    made.place(made.service("Lieu"))
    bus = made.place(made.service("Bus", modes=["mobile", "phone"], joining="phone"))
    type(bus).objects.filter(pk=bus.pk).update(is_mobile_stop=True)
    made.service("Ligne", modes=["phone"])
    made.service("Chez vous", modes=["mobile"], kind="home_support", joining="phone")
    found = offers.find(wanted(modes=frozenset(modes)))
    assert {(offer.service.name, offer.way) for offer in found} == offered


def test_next_openings_come_in_one_query_for_places_and_for_distance(django_assert_num_queries):
    at = made.place(made.service())
    made.rule(at, "WE")
    line = made.service("Ligne", modes=["phone"])
    made.remote_rule(line, "MO", "TU", opens_at=time(18), closes_at=time(21))
    silent = made.place(made.service("Sans horaire"))
    openings.rebuild([at.service_id, line.pk], today=TODAY)
    with django_assert_num_queries(1):
        found = offers.next_openings([at.pk, silent.pk], [line.pk], NOW)
    assert set(found) == {at.pk, line.pk}
    assert (found[at.pk].day, found[at.pk].opens_at) == (date(2026, 11, 25), time(9))
    assert found[line.pk].day == date(2026, 11, 23)
    assert found[at.pk].starts_at == datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_next_openings_answer_the_moment_asked_and_keep_what_is_open_now():
    at = made.place(made.service())
    made.rule(at, "MO", "WE")
    openings.rebuild([at.service_id], today=TODAY)
    during = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert offers.next_openings([at.pk], [], during)[at.pk].day == date(2026, 11, 23)
    after = datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert offers.next_openings([at.pk], [], after)[at.pk].day == date(2026, 11, 25)
    wednesday = offers.next_openings([at.pk], [], NOW, when.WEDNESDAY)
    assert wednesday[at.pk].day == date(2026, 11, 25)
    assert offers.next_openings([at.pk], [], NOW, when.EVENINGS) == {}


def test_nothing_asked_opens_nothing():
    assert offers.next_openings([], [], NOW) == {}


def test_names_are_found_without_accents_and_whatever_their_endings(django_assert_num_queries):
    made.service("Atelier des émotions")
    made.service("Médiation familiale")
    made.service("Autre", description="On y parle des émotions fortes.")
    with django_assert_num_queries(1):
        found = list(by_words(Service.objects.public(), "emotion"))
    assert [one.name for one in found] == ["Atelier des émotions", "Autre"]


@pytest.mark.parametrize("typed", ["'", '"', "((", "a & | !", "-", "\\", "%"])
def test_strange_signs_are_only_words(typed):
    made.service()
    assert list(by_words(Service.objects.public(), typed)) == []
