"""The pages of /pilotage/, end to end on the toy territory."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.steering.indicators import INDICATORS
from maillage.steering.models import FrozenResult
from maillage.steering.tests import toy
from maillage.territory.models import Commune, Departement, Observation

pytestmark = pytest.mark.django_db
BASE = "/pilotage/diagnostic/"
PAGES = ["", "intercommunalites/", "priorites/", "comparer/", "communes/"]
ASKED = {"decroissance": "tout-ou-rien"}
NOT_READS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "select set_config")


@pytest.fixture
def served() -> None:
    toy.territory()
    toy.both_drop_ins()


def words(response: object) -> str:
    """The text of a page, without its tags."""
    text = re.sub(r"<(script|style).*?</\1>", " ", response.text, flags=re.S)  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("served")
def test_every_page_of_the_question_answers_anyone(client: Client, page: str) -> None:
    response = client.get(f"{BASE}{page}", ASKED)
    assert response.status_code == 200
    assert "<h1>Qui atteint un lieu d’accueil enfants-parents ?</h1>" in response.text


@pytest.mark.usefixtures("served")
def test_the_map_page_says_the_hand_computed_figures(client: Client) -> None:
    said = words(client.get(BASE, ASKED))
    assert "95 % des enfants de moins de 6 ans ont un lieu à 30 minutes ou moins" in said
    assert "10 enfants de moins de 6 ans vivent à plus de 30 minutes" in said
    assert "1 commune non desservie sur 4" in said
    assert "7,3 lieux pour 1 000 enfants de moins de 6 ans, en moyenne" in said.replace("\xa0", " ")


@pytest.mark.usefixtures("served")
def test_the_map_draws_each_commune_once_in_its_class(client: Client) -> None:
    page = client.get(BASE, ASKED).text
    assert page.count('<path id="g70') == 4
    assert page.count('<use href="#g70') == 4
    assert re.search(r'<g fill="url\(#c-hatch\)"><use href="#g70004" id="c70004">', page)


@pytest.mark.usefixtures("served")
def test_two_maps_share_their_outlines(client: Client) -> None:
    page = client.get(f"{BASE}comparer/", ASKED).text
    assert (page.count('<path id="g70'), page.count('<use href="#g70')) == (4, 8)


@pytest.mark.usefixtures("served")
def test_a_commune_without_figures_is_grey_not_zero(client: Client) -> None:
    Commune.objects.filter(pk="70002").update(
        children_under_3=None, children_under_6=None, children_6_17=None
    )
    page = client.get(BASE, ASKED)
    assert '<g class="map-missing"><use href="#g70002"' in page.text
    assert "effectif non connu" in words(page)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("served")
def test_a_page_costs_at_most_thirteen_reads(client: Client, page: str) -> None:
    client.get(f"{BASE}{page}", ASKED)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{BASE}{page}", ASKED)
    reads = [q["sql"] for q in queries.captured_queries if not q["sql"].startswith(NOT_READS)]
    assert len(reads) <= 13, "\n".join(sql[:90] for sql in reads)


@pytest.mark.usefixtures("served")
def test_the_number_of_reads_does_not_grow_with_services(client: Client) -> None:
    client.get(BASE, ASKED)
    with CaptureQueriesContext(connection) as few:
        client.get(BASE, ASKED)
    for number in range(12):
        toy.drop_in("70002", name=f"Accueil {number}")
    client.get(BASE, ASKED)
    with CaptureQueriesContext(connection) as many:
        client.get(BASE, ASKED)
    assert len(many) == len(few)


@pytest.mark.usefixtures("served")
def test_a_result_is_computed_once_and_again_when_a_fact_changes(client: Client) -> None:
    client.get(BASE, ASKED)
    kept = FrozenResult.objects.count()
    client.get(BASE, ASKED)
    assert FrozenResult.objects.count() == kept
    toy.drop_in("70004")
    assert "100 % des enfants" in words(client.get(BASE, ASKED))
    assert FrozenResult.objects.count() == kept + 2  # by car, and by bicycle


@pytest.mark.usefixtures("served")
def test_those_without_a_car_stand_beside_the_others(client: Client) -> None:
    said = words(client.get(BASE, ASKED))
    assert (
        "des enfants de moins de 6 ans ont un lieu à 30 minutes ou moins à vélo, sans voiture"
        in said
    )
    assert "compté comme si tout le public allait à vélo" in said
    assert "Sans voiture, à vélo" in words(client.get(f"{BASE}communes/", ASKED))
    by_bicycle = ASKED | {"deplacement": "bicycle"}
    assert "à vélo, sans voiture" not in words(client.get(BASE, by_bicycle))
    census = toy.dataset("cars")
    for measure, value in (("households", 200.0), ("households_with_a_car", 150.0)):
        Observation.objects.create(
            level="commune", area="70001", measure=measure, year=2022, value=value, dataset=census
        )
    said = words(client.get(BASE, ASKED)).replace("\N{NO-BREAK SPACE}", " ")
    assert "25 % des ménages n’ont pas de voiture (recensement 2022)" in said


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("minutes", "-5", "Le seuil va de 5 à 120 minutes : 30 minutes est gardé."),
        ("minutes", "abc", "Le seuil va de 5 à 120 minutes : 30 minutes est gardé."),
        ("minutes", "9" * 5000, "Le seuil va de 5 à 120 minutes : 30 minutes est gardé."),
        (
            "service",
            "piscine",
            "« piscine » n’est pas dans la liste : le choix habituel est gardé.",
        ),
        ("service", "x" * 10_000, f"« {'x' * 40}… » n’est pas dans la liste"),
        ("deplacement", "cheval", "« cheval » n’est pas dans la liste"),
        ("departement", "75", "« 75 » n’est pas dans la liste"),
        ("part", "0", "La part de la médiane va de 1 à 100 pour cent : 50 est gardé."),
    ],
)
@pytest.mark.usefixtures("served")
def test_a_wrong_answer_is_told_and_the_usual_one_kept(
    client: Client, field: str, value: str, sentence: str
) -> None:
    response = client.get(BASE, ASKED | {field: value, "public": "moins-de-6-ans"})
    assert response.status_code == 200
    said = words(response)
    assert sentence in said
    assert "95 % des enfants de moins de 6 ans" in said
    assert len(response.text) < 60_000


@pytest.mark.usefixtures("served")
def test_a_nul_byte_is_refused_with_a_sentence(client: Client) -> None:
    response = client.get(f"{BASE}?service=la%00ep")
    assert response.status_code == 400
    assert "Un caractère illisible a été envoyé." in words(response)


@pytest.mark.usefixtures("served")
def test_a_right_answer_is_kept_beside_a_wrong_one(client: Client) -> None:
    said = words(client.get(BASE, {"minutes": "12000", "public": "6-17-ans"}))
    assert "les enfants de 6 à 17 ans · en voiture · 30 minutes" in said


def test_no_loaded_departement_says_what_to_do(client: Client) -> None:
    response = client.get(BASE)
    assert response.status_code == 200
    assert "Aucun département n’est chargé" in words(response)


def test_a_departement_without_communes_is_not_offered(client: Client) -> None:
    Departement.objects.create(code="79", name="Deux-Sèvres", region="NA", loaded=True)
    assert "Aucun département n’est chargé" in words(client.get(BASE))


def test_no_service_of_the_kind_says_so_and_keeps_the_page(client: Client) -> None:
    toy.territory()
    said = words(client.get(BASE, ASKED))
    assert "Aucun lieu de cette nature n’est connu ici" in said
    assert "4 communes non desservies sur 4" in said


@pytest.mark.parametrize("page", PAGES)
def test_no_children_figures_says_so_on_each_page(client: Client, page: str) -> None:
    toy.territory()
    toy.both_drop_ins()
    Commune.objects.update(children_under_3=None, children_under_6=None, children_6_17=None)
    response = client.get(f"{BASE}{page}", ASKED)
    assert response.status_code == 200
    assert "Les effectifs de ce public ne sont pas chargés" in words(response)


def test_remote_services_are_a_layer_of_their_own(client: Client) -> None:
    toy.territory()
    toy.line("Écoute des parents")
    said = words(client.get(BASE, ASKED))
    assert "Ils ne comptent ni dans la carte ni dans les scores." in said
    assert "Écoute des parents, Asso d’écoute (par téléphone ; département)" in said


def test_unverified_services_and_silent_neighbours_are_told(client: Client) -> None:
    toy.territory()
    toy.drop_in("70001", verified_on=None)
    said = words(client.get(BASE, ASKED))
    assert "1 service compté n’a jamais été vérifié." in said
    assert "Aucun service de cette nature n’est connu dans les départements voisins 25" in said


@pytest.mark.usefixtures("served")
def test_the_table_sorts_without_a_script(client: Client) -> None:
    page = client.get(f"{BASE}communes/", ASKED | {"tri": "minutes", "ordre": "desc"}).text
    names = re.findall(r'<th scope="row">\s*(\w+)\s*</th>', page)
    assert names == ["Dent", "Cime", "Bourg", "Aval"]
    assert 'aria-sort="descending"' in page


@pytest.mark.usefixtures("served")
def test_the_table_keeps_the_question_when_it_sorts(client: Client) -> None:
    page = unescape(client.get(f"{BASE}communes/", ASKED | {"minutes": "10"}).text)
    assert "minutes=10&decroissance=tout-ou-rien" in page
    assert "&tri=minutes&ordre=asc" in page


@pytest.mark.usefixtures("served")
def test_only_unserved_communes_can_be_listed(client: Client) -> None:
    page = client.get(f"{BASE}communes/", ASKED | {"seulement": "non"}).text
    assert re.findall(r'<th scope="row">\s*(\w+)\s*</th>', page) == ["Dent"]


@pytest.mark.usefixtures("served")
def test_an_unknown_sort_falls_back_to_names(client: Client) -> None:
    page = client.get(f"{BASE}communes/", ASKED | {"tri": "x", "page": "-3"}).text
    assert re.findall(r'<th scope="row">\s*(\w+)\s*</th>', page) == [
        "Aval",
        "Bourg",
        "Cime",
        "Dent",
    ]


@pytest.mark.usefixtures("served")
def test_inequality_shows_its_figures_and_its_curve(client: Client) -> None:
    response = client.get(f"{BASE}intercommunalites/", ASKED)
    said = words(response)
    assert "0,17 indice de Gini" in said
    assert "× 2,3 entre les mieux servis et les moins bien servis" in said
    assert "de CC des Monts à CC de la Plaine" in said
    assert "Courbe de Lorenz de l’accès" in said


@pytest.mark.usefixtures("served")
def test_a_scenario_opens_a_place_by_name(client: Client) -> None:
    asked = ASKED | {"comparer": "hypothese", "ouvrir": "Dent"}
    said = words(client.get(f"{BASE}comparer/", asked))
    assert "Deviennent desservies Dent (10 enfants de moins de 6 ans)" in said
    assert "Lieux ouverts : Dent" in said


@pytest.mark.usefixtures("served")
def test_a_scenario_closes_a_place(client: Client) -> None:
    key = re.search(r'name="fermer" value="(\w+)"', client.get(f"{BASE}comparer/", ASKED).text)
    assert key
    asked = ASKED | {"comparer": "hypothese", "fermer": key[1]}
    assert "Ne le sont plus" in words(client.get(f"{BASE}comparer/", asked))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("ouvrir", "Atlantide", "« Atlantide » n’est pas une commune du département"),
        ("ouvrir", "a,b,c,d,e,f", "Cinq communes au plus"),
        ("ouvrir", "x" * 10_000, "Trop long"),
        ("jour", "hier", "Cette date n’existe pas"),
        ("fermer", "zzz", "Un des lieux à fermer n’existe pas"),
        ("comparer", "tout", "« tout » n’est pas dans la liste"),
        ("moment", "minuit", "« minuit » n’est pas dans la liste"),
    ],
)
@pytest.mark.usefixtures("served")
def test_a_wrong_comparison_is_told(client: Client, field: str, value: str, sentence: str) -> None:
    response = client.get(f"{BASE}comparer/", ASKED | {field: value})
    assert response.status_code == 200
    assert sentence in words(response)


@pytest.mark.usefixtures("served")
def test_the_places_open_on_saturdays_stand_beside_all_of_them(client: Client) -> None:
    asked = ASKED | {"comparer": "moment", "moment": "samedi"}
    said = words(client.get(f"{BASE}comparer/", asked))
    assert "Lieux ouverts le samedi" in said


@pytest.mark.usefixtures("served")
def test_a_qpv_is_never_shown_without_the_country(client: Client) -> None:
    said = words(client.get(f"{BASE}comparer/", ASKED | {"comparer": "zonages"}))
    assert "Communes qui ont un quartier prioritaire (QPV)" in said
    assert "Communes rurales : FRR, ZRR ou densité faible" in said
    # Aval alone; Bourg (density 5), Cime and Dent (FRR): 50 + 40 of 100 children within reach
    assert "(QPV) 1 100 100 % 9,0 0" in said
    assert "densité faible 3 100 90 % 5,6 1" in said


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.code)
@pytest.mark.usefixtures("served")
def test_every_figure_opens_its_definition(client: Client, indicator: object) -> None:
    response = client.get(f"/pilotage/chiffres/{indicator.code}/", ASKED)  # type: ignore[attr-defined]
    said = words(response)
    assert response.status_code == 200
    for part in ("Définition", "Formule", "Sens", "Version du code", "Empreinte des données"):
        assert part in said
    assert "Fichier filosofi, Fabrique, 2025, Licence Ouverte 2.0" in said
    assert str(indicator.definition) in said  # type: ignore[attr-defined]


def test_definitions_are_readable_before_any_territory(client: Client) -> None:
    assert client.get("/pilotage/chiffres/").status_code == 200
    assert client.get("/pilotage/chiffres/gini/").status_code == 200
    assert client.get("/pilotage/chiffres/inconnu/").status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("served")
def test_every_page_speaks_english(client: Client, page: str) -> None:
    said = words(client.get(f"{BASE}{page}", ASKED, headers={"accept-language": "en"}))
    assert "Who can reach a parent-child drop-in (LAEP)?" in said
    assert "Before you use these figures" in said
    for french in ("communes non", "desservie", "Réglages", "Lieu le plus", "Emporter"):
        assert french not in said
