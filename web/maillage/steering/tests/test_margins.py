"""What the error of estimated times does to figures: by hand, on the fixture, on every page."""

import csv
import io
import json
import zlib
from math import exp
from statistics import NormalDist

import openpyxl
import pytest
from django.test import Client

from maillage.core import scope
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import compute, diagnosis, inputs
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.margins import compute as margins
from maillage.steering.margins import words
from maillage.steering.margins.measured import Measured, measured
from maillage.steering.models import KeptDiagnosis
from maillage.steering.question import Question, Scenario, default_question
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words as said

BASE = "/pilotage/diagnostic/"
ASKED = {"decroissance": "tout-ou-rien"}


def answer(asked: Question) -> Diagnosis:
    return compute.diagnose(asked, inputs.read(asked))


def bounds(found: Diagnosis, code: str) -> tuple[float, float]:
    known = found.range_of(code)
    assert known is not None
    return known.low, known.high


@pytest.fixture
def estimated(db: None) -> None:
    """One drop-in, at Aval: 14.2 minutes from Bourg, 35.7 from Cime, 50.9 from Dent."""
    toy.territory(minutes=False)
    toy.drop_in("70001")


@pytest.fixture
def common_error_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every time of the territory wrong by the same factor; ln of it has a spread of 0.15."""
    only = Measured(0.15, 0.0, 0.0, "2022-01-01", "2026-11-23", "fabriqué")
    monkeypatch.setattr(margins, "measured", lambda mode: only)


def factor(rank: int) -> float:
    """The common factor of the draw of that rank, the fastest first: 60 evenly likely values."""
    return exp(0.15 * NormalDist().inv_cdf((rank + 0.5) / 60))


@pytest.mark.usefixtures("estimated", "common_error_alone")
def test_a_range_by_hand() -> None:
    """At T = 30: Cime (40 of 200 children) is 35.7 minutes away, beyond.

    The sixth fastest draw divides times by 1.23: Cime is at 29, within; Dent at 41, beyond. The
    sixth slowest multiplies them by 1.23: Bourg is at 17, within. So 75 % may be 75 to 95 %.
    Mean time by hand: (50 x 14.2 + 40 x 35.7 + 10 x 50.9) / 200 = 13.2, times the same factors.
    """
    found = answer(toy.question())
    assert [c.minutes for c in found.communes] == [0.0, 14.2, 35.7, 50.9]
    assert (factor(5), factor(54)) == (
        pytest.approx(1 / 1.221, abs=1e-3),
        pytest.approx(1.221, abs=1e-3),
    )
    assert found.totals.coverage == 0.75
    assert bounds(found, "couverture") == (0.75, 0.95)
    assert (found.totals.coverage_low, found.totals.coverage_high) == (0.75, 0.95)
    assert bounds(found, "personnes-eloignees") == (10.0, 50.0)
    assert bounds(found, "communes-non-desservies") == (1.0, 2.0)
    assert bounds(found, "temps-moyen") == (
        pytest.approx(13.2 * factor(5), abs=0.06),
        pytest.approx(13.2 * factor(54), abs=0.06),
    )
    cime = found.communes[2]
    assert (cime.minutes_low, cime.minutes_high) == (
        round(35.7 * factor(5), 1), round(35.7 * factor(54), 1)
    )  # fmt: skip
    assert [c.close_call for c in found.communes] == [False, False, True, False]


@pytest.mark.usefixtures("estimated", "common_error_alone")
def test_a_range_of_inequality_by_hand() -> None:
    """Cime beyond: a quarter has nothing, the rest shares alike, Gini 0.25. Within: Dent alone."""
    found = answer(toy.question())
    assert found.inequality is not None
    assert found.inequality.gini == 0.25
    assert bounds(found, "gini") == (0.05, 0.25)
    assert bounds(found, "rapport-epci") == (1.25, float("inf"))


@pytest.mark.usefixtures("estimated")
def test_the_measured_error_gives_these_ranges_on_the_fixture() -> None:
    found = answer(toy.question())
    assert found.margins is not None
    assert (found.margins.common, found.margins.place, found.margins.trip_min) == (
        0.058,
        0.084,
        2.4,
    )
    assert {r.code: (r.low, r.high) for r in found.margins.ranges} == {
        "couverture": (0.75, 0.95), "personnes-eloignees": (10.0, 50.0),
        "communes-non-desservies": (1.0, 2.0), "temps-moyen": (10.91, 16.015),
        "acces-moyen": (5.0, 5.0), "ecart-epci": (1.052632, 6.666667),
        "rapport-epci": (1.25, float("inf")), "gini": (0.05, 0.25), "theil": (0.051293, 0.287682),
        "p90-p10": (1.0, float("inf")),
    }  # fmt: skip
    assert [(c.minutes_low, c.minutes_high) for c in found.communes] == [
        (None, None), (10.1, 17.5), (27.9, 44.4), (40.5, 66.6),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_error_is_dated_and_sourced() -> None:
    known = measured("car")
    assert known is not None
    assert (known.since, known.checked) == ("2022-01-01", "2026-11-23")
    assert "Bas-Dauphiné" in known.source
    assert measured("bicycle") is None
    assert measured("foot") is None


@pytest.mark.usefixtures("estimated")
def test_the_same_question_draws_the_same_whatever_else_is_there() -> None:
    first = answer(toy.question())
    assert answer(toy.question()).pack() == first.pack()
    toy.drop_in("70004")
    again = answer(toy.question())
    assert again.communes[1].minutes_low == first.communes[1].minutes_low


@pytest.mark.django_db
def test_imported_times_have_no_range_and_the_page_says_so(client: Client) -> None:
    toy.territory()
    toy.both_drop_ins()
    found = answer(toy.question())
    assert found.margins is None
    assert all(c.minutes_low is None and c.minutes_high is None for c in found.communes)
    page = said(client.get(BASE, ASKED))
    assert "Tous les temps qui comptent ici sont importés : il n’y a donc pas de fourchette" in page
    assert "entre" not in page.split("95 % des enfants")[1].split("D’où vient")[0]
    assert "Fourchettes Tous les temps qui comptent" in said(
        client.get("/pilotage/chiffres/couverture/", ASKED)
    )


@pytest.mark.django_db
def test_only_estimated_times_move() -> None:
    """A second place at Bourg, to which no time was imported: 30 minutes to Aval stays 30."""
    toy.territory()
    toy.drop_in("70001")
    toy.drop_in("70002")
    found = answer(toy.question())
    assert found.margins is not None
    known = {c.name: (c.minutes_low, c.minutes_high) for c in found.communes}
    assert known["Aval"] == (None, None)  # at home, and Bourg never nearer
    assert known["Cime"][0] is not None
    assert known["Cime"][1] == 25.0  # the imported trip to Aval is never longer
    assert "Les temps importés, eux, ne bougent pas." in words.note(found)


@pytest.mark.usefixtures("estimated")
def test_a_bicycle_has_no_range_and_the_page_says_why(client: Client) -> None:
    assert answer(toy.question(mode="bicycle")).margins is None
    page = said(client.get(BASE, ASKED | {"deplacement": "bicycle"}))
    assert "À vélo et à pied, l’erreur des temps estimés n’a jamais été mesurée" in page


@pytest.mark.usefixtures("estimated")
@pytest.mark.parametrize("sense", ["trop-loin", "score-nul", "sous-la-mediane"])
def test_every_range_holds_its_figure_in_every_sense(sense: str) -> None:
    found = answer(toy.question(unserved=sense))
    assert found.inequality is not None
    for code, value in margins.values_of(found.totals, found.inequality).items():
        low, high = bounds(found, code)
        assert value is not None
        assert low <= value <= high, code


@pytest.mark.django_db
def test_nobody_known_nothing_reached_or_no_place_gives_no_nonsense() -> None:
    toy.territory(minutes=False)
    assert answer(toy.question()).margins is None
    toy.drop_in("70001")
    toy.Commune.objects.update(children_under_3=None, children_under_6=None, children_6_17=None)
    unknown = answer(toy.question())
    assert (unknown.margins, unknown.totals.coverage) == (None, None)


@pytest.mark.usefixtures("estimated")
def test_a_result_with_ranges_reads_back_as_it_was() -> None:
    found = answer(toy.question())
    assert diagnosis.unpack(found.pack()) == found


def as_before(found: Diagnosis) -> bytes:
    """The bytes that the same answer was kept as before there were ranges."""
    kept = json.loads(zlib.decompress(found.pack()))
    kept.pop("margins", None)
    for row in (*kept["communes"], *kept["epcis"]):
        for name in diagnosis.LATER:
            row.pop(name, None)
    kept["totals"] |= {"coverage_low": 0.7, "coverage_high": 1.0}
    return zlib.compress(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode(), 6)


@pytest.mark.usefixtures("estimated")
def test_a_diagnosis_kept_before_ranges_reads_and_gives_the_same_bytes(client: Client) -> None:
    packed = as_before(answer(toy.question()))
    old = diagnosis.unpack(packed)
    assert old.pack() == packed
    assert (old.margins, words.note(old)) == (None, "")
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    kept = officer.post(f"{BASE}garder/?departement=70", {"title": "Avant", "note": ""})["Location"]
    with scope.system():
        KeptDiagnosis.objects.update(packed=packed)
    page = said(officer.get(kept))
    assert "entre 70 % et 100 %, selon l’erreur habituelle des temps estimés" in page
    assert "fourchette" not in page.split("À savoir")[0].split("D’où viennent")[0]


@pytest.mark.usefixtures("estimated")
def test_the_page_says_the_range_in_one_breath(client: Client) -> None:
    page = said(client.get(BASE, ASKED))
    assert "entre 75 % et 95 % si nos temps se trompent comme en Isère" in page
    assert "entre 10 et 50" in page
    assert "contient le vrai chiffre environ 8 fois sur 10" in page
    english = said(client.get(BASE, ASKED, headers={"accept-language": "en"}))
    assert "between 75% and 95% if our times are as wrong as in Isère" in english
    assert "between 1 and 2; that is, more than 30 minutes" in english


@pytest.mark.usefixtures("estimated")
def test_the_definition_says_what_the_error_is_made_of(client: Client) -> None:
    """Standard deviations widened to 8 times in 10: 1.2816 x 5.8 %, 8.4 % and 2.4 minutes."""
    page = said(client.get("/pilotage/chiffres/couverture/", ASKED))
    assert "Tous les temps du territoire ensemble : à 7 % près, 8 fois sur 10." in page
    assert "Les routes d’une commune : à 11 % près" in page
    assert "Chaque trajet en particulier : à 3 minutes près." in page
    assert "Mesuré le 23 novembre 2026 sur : Temps par la route entre 244 communes" in page
    assert "La fourchette" not in said(client.get("/pilotage/chiffres/lieux-comptes/", ASKED))


@pytest.mark.usefixtures("estimated")
def test_files_carry_both_bounds(client: Client) -> None:
    def table(name: str) -> list[dict[str, str]]:
        content = client.get(f"{BASE}fichiers/{name}", ASKED).content.decode()
        return list(csv.DictReader(io.StringIO(content)))

    figures = {row["code"]: (row["bas"], row["haut"]) for row in table("chiffres.csv")}
    assert figures["couverture"] == ("0.75", "0.95")
    assert figures["personnes-eloignees"] == ("10", "50")
    assert figures["rapport-epci"] == ("1.25", "infini")
    assert figures["lieux-comptes"] == ("", "")
    communes = [(row["minutes_bas"], row["minutes_haut"]) for row in table("communes.csv")]
    assert communes == [("", ""), ("10.1", "17.5"), ("27.9", "44.4"), ("40.5", "66.6")]
    hills = next(row for row in table("intercommunalites.csv") if row["epci"] == "CC des Monts")
    assert (hills["couverture_bas"], hills["couverture_haut"]) == ("0.0", "0.8")
    assert hills["face_au_departement"] == "-1"
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"{BASE}fichiers/tableaux.xlsx", ASKED).content)
    )
    rows = list(book["Chiffres"].values)
    assert rows[0] == ("indicateur", "valeur", "unité", "bas", "haut")
    assert rows[1][2:] == ("part des personnes, de 0 à 1", 0.75, 0.95)
    document = json.loads(client.get(f"{BASE}fichiers/communes.geojson", ASKED).content)
    assert document["features"][2]["properties"]["minutes_haut"] == 44.4


@pytest.mark.usefixtures("estimated")
def test_a_gap_between_epcis_smaller_than_the_error_is_said(client: Client) -> None:
    """Alone, Aval serves the plain: the hills have less in every draw.

    With Halle, whether Bourg, Cime and Dent reach each place changes from draw to draw.
    """
    sure = answer(toy.question())
    assert [(e.name, e.against) for e in sure.epcis] == [
        ("CC de la Plaine", 1),
        ("CC des Monts", -1),
    ]
    page = said(client.get(f"{BASE}intercommunalites/", ASKED))
    assert "CC des Monts 0 (0 à 4,2) 0 % (0 % à 80 %)" in page
    assert "2 sur 2 moins bien servie" in page
    toy.drop_in("25001")
    unsure = answer(toy.question())
    assert [e.against for e in unsure.epcis] == [0, 0]
    page = said(client.get(f"{BASE}intercommunalites/", ASKED))
    assert page.count("écart plus petit que l’erreur") == 2


@pytest.mark.usefixtures("estimated")
def test_a_change_is_judged_on_the_same_draws(client: Client) -> None:
    """A place at Cime: Cime comes within in every draw, Dent in most."""
    today = answer(toy.question(minutes=20))
    opened = answer(toy.question(minutes=20, scenario=Scenario(opened=("70003",))))
    assert words.change(today, opened, "couverture") == "en hausse, malgré l’erreur des temps"
    assert words.change(opened, today, "couverture") == "en baisse, malgré l’erreur des temps"
    assert words.change(today, today, "couverture") == "rien ne change"
    assert words.change(today, today, "rapport-epci") == "rien ne change"  # without limit, twice
    assert words.change(today, opened, "lieux-comptes") == ""
    assert words.change(today, answer(toy.question(mode="bicycle")), "couverture") == ""
    page = said(client.get(f"{BASE}comparer/", ASKED | {
        "minutes": "20", "comparer": "hypothese", "ouvrir": "70003",
    }))  # fmt: skip
    assert "Part du public à portée 75 % 95 % en hausse, malgré l’erreur des temps" in page
    assert "Indice de Gini 0,25 0,12 écart plus petit que l’erreur" in page


@pytest.mark.usefixtures("haute_saone")
def test_on_real_communes_ranges_hold_their_figures_and_are_neither_empty_nor_endless() -> None:
    found = answer(default_question("70"))
    assert found.inequality is not None
    for code, value in margins.values_of(found.totals, found.inequality).items():
        low, high = bounds(found, code)
        assert value is not None
        assert low <= value <= high, code
    low, high = bounds(found, "couverture")
    assert 0.01 < high - low < 0.2
