"""The search of a family, on the real Haute-Saône and its demonstration network."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from maillage.core import scope
from maillage.directory.models import Opening, Schedule, Service, UnmetNeed
from maillage.portal.tests.asking import A_PERSON, MOST_QUERIES, ask, cards, cost, titles

pytestmark = pytest.mark.usefixtures("haute_saone")

CHAMPLITTE = {"commune": "Champlitte", "need": "tantrums", "age": "36"}
NOTHING_NEAR = {"commune": "Passavant-la-Rochère", "need": "bullying", "language": "uk"}


def counted():
    """This month's counts: the demonstration laid those of the months before."""
    with scope.system():
        found = UnmetNeed.objects.filter(month=timezone.localdate().replace(day=1))
        return {(u.commune_id, u.need): u.count for u in found}


def results(response):
    return list(response.context["pages"].paginator.object_list)


def test_the_home_page_asks_for_a_commune_and_offers_doors(client):
    response = ask(client, "/")
    assert response.status_code == 200
    assert "Partir de ce que je vis" in response.text
    assert '<input type="text" name="commune"' in response.text


@pytest.mark.parametrize("door", ["Colères, limites, sommeil", "Nous nous séparons"])
def test_a_door_of_the_home_page_starts_a_search_that_lacks_only_the_commune(client, door):
    page = ask(client, "/")
    href = next(s.href for s in page.context["situations"] if s.title == door)
    started = ask(client, "/" + href.partition("#")[0])
    assert started.status_code == 200
    assert "Il ne manque que votre commune." in started.text
    assert "Dites-nous d’abord" not in started.text
    need = started.context["form"].initial["need"]
    followed = ask(client, "/", {"commune": "Gray", "need": need})
    assert followed.context["understood"].need is not None


def test_with_a_car_near_places_come_by_minutes_then_what_is_remote_then_what_is_far(client):
    found = results(ask(client, "/", CHAMPLITTE))
    ways = ["home" if not r.journey else "near" if r.minutes <= 30 else "far" for r in found]
    assert ways == sorted(ways, key=["near", "home", "far"].index)
    for way in ("near", "far"):
        minutes = [r.minutes for r, w in zip(found, ways, strict=True) if w == way]
        assert minutes == sorted(minutes)
    assert {"near", "home", "far"} == set(ways)


def test_without_a_car_what_comes_to_the_family_is_first_and_no_timetable_is_claimed(client):
    response = ask(client, "/", CHAMPLITTE | {"no_car": "on"})
    found = results(response)
    at_home = [r.journey is None for r in found]
    assert at_home[0] is True
    assert at_home == sorted(at_home, reverse=True)
    assert all(r.minutes <= 90 for r in found)
    assert "horaires des cars et des trains" in response.text
    assert {mode for r in found if r.journey for mode in r.journey.by_mode} <= {"foot", "bicycle"}


def test_a_service_in_several_places_is_one_card_with_its_nearest_place(client):
    found = results(ask(client, "/", CHAMPLITTE))
    services = [r.service.pk for r in found]
    assert len(services) == len(set(services))
    travelling = next(r for r in found if r.also)
    assert all(travelling.minutes <= other.minutes for other in travelling.also)


def test_an_entry_that_nobody_verified_for_a_year_comes_last(client):
    first = results(ask(client, "/", CHAMPLITTE))[0].service
    with scope.system():
        Service.objects.filter(pk=first.pk).update(verified_on=date(2024, 1, 1))
    found = results(ask(client, "/", CHAMPLITTE))
    assert found[-1].service.pk == first.pk
    assert "personne n’a vérifié" in " ".join(cards_of_last_page(client))


def cards_of_last_page(client):
    last = ask(client, "/", CHAMPLITTE | {"page": "99"})
    return cards(last)[-1].why


@pytest.mark.parametrize(
    "asked",
    [
        CHAMPLITTE,
        CHAMPLITTE | {"no_car": "on", "when": ["evenings", "wednesday"]},
        NOTHING_NEAR,
        NOTHING_NEAR | {"no_car": "on", "when": ["evenings", "wednesday"]},
        {"commune": "70100"},
        {"commune": "gray (70279)", "need": "une chose que personne ne comprend"},
        {"commune": "vesoul", "day": "1", "time": "6:30", "modes": ["on_site", "phone"]},
    ],
)
def test_a_search_costs_at_most_twelve_queries(client, asked):
    response, queries = cost(client, "/", asked)
    assert response.status_code == 200
    assert len(queries) <= MOST_QUERIES, "\n".join(q[:150] for q in queries)


def test_open_at_half_past_six_on_tuesday(client):
    response = ask(client, "/", {"commune": "Gray", "day": "1", "time": "6:30"})
    found = results(response)
    assert found
    for result in found:
        assert result.opening.day.weekday() == 1
        assert str(result.opening.opens_at) <= "06:30:00" < str(result.opening.closes_at)
    tuesdays = Schedule.objects.filter(
        byday__contains=["TU"], opens_at__lte="06:30", closes_at__gt="06:30"
    )
    assert {r.service.pk for r in found} <= set(tuesdays.values_list("service", flat=True))


def test_evenings_or_wednesday_are_alternatives(client):
    asked = {"commune": "Vesoul", "need": "tantrums"}
    both = services_of(ask(client, "/", asked | {"when": ["evenings", "wednesday"]}))
    evening = services_of(ask(client, "/", asked | {"when": "evenings"}))
    wednesday = services_of(ask(client, "/", asked | {"when": "wednesday"}))
    assert evening
    assert wednesday
    assert evening | wednesday == both


def services_of(response):
    return {result.service.pk for result in results(response)}


@pytest.mark.parametrize(("months", "expected"), [(35, False), (36, True), (71, True), (72, False)])
def test_an_age_is_kept_from_the_first_to_the_last_month_and_no_later(client, months, expected):
    chosen = Service.objects.public().filter(at_locations__location__commune="70279").first()
    with scope.system():
        Service.objects.filter(pk=chosen.pk).update(minimum_age=36, maximum_age=71)
    found = results(ask(client, "/", {"commune": "Gray", "age": str(months)}))
    assert (chosen.pk in {r.service.pk for r in found}) is expected


def test_someone_expecting_is_shown_what_receives_future_parents(client):
    found = results(ask(client, "/", {"commune": "Gray", "age": "expecting"}))
    assert found
    assert all(r.service.expectant for r in found)


def test_the_next_date_is_the_first_stored_opening_not_over(client):
    now = timezone.now()
    for result in results(ask(client, "/", {"commune": "Gray", "need": "meet_other_children"})):
        stored = Opening.objects.filter(service=result.service, ends_at__gt=now)
        at = result.offer.at
        stored = stored.filter(service_at_location=at.pk if at else None).order_by("starts_at")
        first = stored.first()
        assert (result.opening.starts_at if result.opening else None) == (
            first.starts_at if first else None
        )


def test_nothing_near_says_who_to_call_and_is_counted_once(client):
    response = ask(client, "/", NOTHING_NEAR)
    assert response.context["found"].nothing_near is True
    assert "Aucun lieu à moins de 30 minutes" in response.text
    assert 'href="tel:119"' in response.text
    assert response.context["instead"]
    assert response.context["advisers"]
    assert counted() == {("70404", "bullying"): 1}
    assert "Votre recherche a été comptée" in response.text


def test_a_kind_of_service_that_is_not_near_is_named_and_its_nearest_given(client):
    asked = {"commune": "Jussey", "need": "crèche", "day": "6", "time": "03:00"}
    response = ask(client, "/", asked)
    assert "Vous cherchez : « crèche »" in response.text.replace("\xa0", " ")
    assert [card.chips[0][0] for card in response.context["instead"]] == ["Crèche"]
    assert "Votre recherche a été comptée" not in response.text  # no need was said: none is counted
    assert counted() == {}


@pytest.mark.parametrize(
    ("case", "asked", "headers"),
    [
        ("a robot", NOTHING_NEAR, {"user-agent": "Googlebot/2.1"}),
        ("no name at all", NOTHING_NEAR, {"user-agent": ""}),
        ("a part", NOTHING_NEAR, {"hx-request": "true"}),
        ("a second page", NOTHING_NEAR | {"page": "2"}, {}),
        ("no need", {"commune": "Passavant-la-Rochère", "language": "uk", "age": "3"}, {}),
        ("a faulty search", NOTHING_NEAR | {"age": "vieux"}, {}),
        ("something near", CHAMPLITTE, {}),
    ],
)
def test_a_search_that_is_not_an_unmet_need_of_a_person_is_not_counted(
    client, case, asked, headers
):
    ask(client, "/", asked, **headers)
    assert counted() == {}


def test_asking_for_the_head_of_a_page_counts_nothing(client):
    response = client.head("/", NOTHING_NEAR, headers={"user-agent": A_PERSON})
    assert response.status_code == 200
    assert counted() == {}


def test_the_count_holds_no_person(client):
    ask(client, "/", NOTHING_NEAR)
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns where table_name ="
            " 'directory_unmetneed' order by 1"
        )
        columns = [row[0] for row in cursor.fetchall()]
    assert columns == ["commune_id", "count", "departement_id", "id", "kind", "month", "need"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("champlitte", "70122"),
        ("CHAMPLITTE", "70122"),
        ("champlite", "70122"),
        ("70600", None),
        ("gray", "70279"),
        ("Gray (70279)", "70279"),
        ("luxeuil", "70311"),
        ("70100 Gray", "70279"),
    ],
)
def test_a_commune_is_understood_however_it_is_written(client, typed, code):
    response = ask(client, "/", {"commune": typed})
    if code is None:
        assert len(response.context["choices"]) > 1
    else:
        assert response.context["asked"].commune.pk == code


def test_a_postcode_of_several_communes_asks_which_and_keeps_the_search(client):
    response = ask(client, "/", {"commune": "70100", "need": "tantrums", "no_car": "on"})
    assert "De quelle commune parlez-vous" in response.text
    link = {c.name: href for c, href in response.context["choices"]}["Gray"]
    followed = ask(client, "/" + link)
    assert followed.context["asked"].commune.name == "Gray"
    assert followed.context["asked"].car is False
    assert followed.context["understood"].need.code == "tantrums"


def test_words_of_parents_lead_to_a_need_and_offer_others(client):
    response = ask(client, "/", {"commune": "Gray", "need": "il fait des colères tout le temps"})
    assert response.context["understood"].need.code == "tantrums"
    assert "Colères et limites" in response.text


def test_a_need_in_english_is_the_same_need(client):
    french = ask(client, "/", {"commune": "Gray", "need": "tantrums"})
    label = str(french.context["understood"].need.label)
    assert (
        ask(client, "/", {"commune": "Gray", "need": label}).context["understood"]
        == (french.context["understood"])
    )
    assert titles(french)


def test_every_card_says_what_when_how_far_how_much_with_whom_and_why(client):
    for card in cards(ask(client, "/", CHAMPLITTE)):
        assert card.title
        assert card.when
        assert card.far
        assert card.fee
        assert card.by
        assert len(card.why) >= 2
        assert card.phone_href.startswith("tel:")


def test_a_closed_service_comes_after_the_open_ones(client):
    found = results(ask(client, "/", CHAMPLITTE))
    with scope.system():
        Service.objects.filter(pk=found[0].service.pk).update(status="temporarily closed")
    after = results(ask(client, "/", CHAMPLITTE))
    assert after[-1].service.pk == found[0].service.pk


def test_openings_that_are_over_are_never_next(client):
    now = timezone.now()
    for result in results(ask(client, "/", {"commune": "Vesoul"})):
        if result.opening:
            assert result.opening.ends_at > now - timedelta(minutes=1)
