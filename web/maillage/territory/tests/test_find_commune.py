"""What a person types to mean a commune, on the real Haute-Saône."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.territory.models import Commune
from maillage.territory.spelling import plain, read_place, short_name

pytestmark = pytest.mark.usefixtures("haute_saone")


def first(text: str) -> str | None:
    return next((commune.name for commune in Commune.objects.matching(text)), None)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Vesoul", "Vesoul"),
        ("vesool", "Vesoul"),
        ("VÉSOUL", "Vesoul"),
        ("70000", "Vesoul"),
        ("70550", "Vesoul"),
        ("70100 Gray", "Gray"),
        ("Gray 70100", "Gray"),
        ("Gray 70", "Gray"),
        ("gray cedex 9", "Gray"),
        ("hericourt", "Héricourt"),
        ("st loup", "Saint-Loup-sur-Semouse"),
        ("Saint Loup sur Semouse", "Saint-Loup-sur-Semouse"),
        ("luxueil", "Luxeuil-les-Bains"),
        ("Luxeuil", "Luxeuil-les-Bains"),
        ("port sur saone", "Port-sur-Saône"),
        ("la cote", "La Côte"),
        ("l'isle sur le doubs", "L’Isle-sur-le-Doubs"),
        ("isle sur le doubs", "L’Isle-sur-le-Doubs"),
        ("Le Val Saint Eloi", "Le Val-Saint-Éloi"),
        ("champagnney", "Champagney"),
        ("Besançon", "Besançon"),
        ("ves", "Vesoul"),
    ],
)
def test_a_commune_is_found_by_what_people_type(typed, name):
    assert first(typed) == name


@pytest.mark.parametrize("typed", ["", "   ", "--", "xqzwk", "'; drop table", "%", "%%%%", "\\"])
def test_nonsense_finds_nothing(typed):
    assert list(Commune.objects.matching(typed)) == []


def test_a_very_long_text_is_cut_not_refused():
    assert list(Commune.objects.matching("v" * 10_000)) == []


def test_a_former_commune_leads_to_the_one_of_today():
    found = Commune.objects.matching("Georfans")[0]
    assert (found.name, found.matched_label) == ("Belles-Fontaines", "Georfans")


def test_its_own_name_needs_no_explanation():
    assert Commune.objects.matching("Vesoul")[0].matched_label == ""


def test_loaded_communes_come_before_the_halo():
    found = [commune.departement_id for commune in Commune.objects.matching("saint", limit=30)]
    assert found == sorted(found, key=lambda code: code != "70")
    assert "70" in found


def test_exact_names_come_before_beginnings_and_near_misses():
    names = [commune.name for commune in Commune.objects.matching("gray")]
    assert names[:2] == ["Gray", "Gray-la-Ville"]
    assert "Arc-lès-Gray" in names


def test_the_communes_of_a_postcode_come_by_population():
    people = [commune.population for commune in Commune.objects.matching("70000", limit=40)]
    assert len(people) > 5
    assert people == sorted(people, reverse=True)


def test_one_query_finds_them():
    with CaptureQueriesContext(connection) as queries:
        found = list(Commune.objects.matching("vesool"))
        assert [commune.departement.code for commune in found[:0]] == []
    assert len(queries) == 1


def test_no_commune_is_listed_twice():
    codes = [commune.pk for commune in Commune.objects.matching("saint", limit=100)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’Œuf-en-Ÿ", "l oeuf en y"),
        ("Ste-Marie", "sainte marie"),
        ("  Saint--Loup ", "saint loup"),
        ("ÎLE D'YEU", "ile d yeu"),
    ],
)
def test_the_plainest_spelling(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("words", "short"),
    [("luxeuil les bains", "luxeuil"), ("gray", "gray"), ("la ville", "la ville")],
)
def test_the_short_name_is_what_people_say(words, short):
    assert short_name(words) == short


def test_paris_11_is_a_district_not_the_aude():
    read = read_place("Paris 11e")
    assert (read.words, read.departement) == ("paris 11", "")
