"""Files: read back with other tools, and the same to the byte whatever the order of the rows."""

import csv
import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from maillage.steering import exports
from maillage.steering.files import FILES
from maillage.steering.tests import toy

pytestmark = pytest.mark.django_db
BASE = "/pilotage/diagnostic/fichiers/"
ASKED = {"decroissance": "tout-ou-rien"}


@pytest.fixture
def served() -> None:
    toy.territory()
    toy.both_drop_ins()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.usefixtures("served")
def test_communes_as_csv_hold_the_hand_computed_scores(client: Client) -> None:
    response = client.get(f"{BASE}communes.csv", ASKED)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        'attachment; filename="diagnostic-70-laep-car-30min-communes.csv"'
    )
    rows = table(response.content)
    assert [row["score_acces"] for row in rows] == ["9.0", "4.0", "9.0", "0.0"]
    assert [row["public"] for row in rows] == ["100", "50", "40", "10"]
    assert [row["non_desservie"] for row in rows] == ["0", "0", "0", "1"]
    assert [row["revenu_median"] for row in rows] == ["21500.0", "20500.0", "19000.0", ""]
    assert rows[2]["commune_du_lieu"] == "Halle"


@pytest.mark.usefixtures("served")
def test_small_counts_are_hidden_in_files_too(client: Client) -> None:
    toy.Commune.objects.filter(pk="70004").update(children_under_3=1, children_under_6=3)
    row = table(client.get(f"{BASE}communes.csv", ASKED).content)[3]
    assert (row["public"], row["public_masque"]) == ("", "1")


@pytest.mark.usefixtures("served")
def test_epcis_and_figures_as_csv(client: Client) -> None:
    epcis = table(client.get(f"{BASE}intercommunalites.csv", ASKED).content)
    assert [(row["epci"], row["score_acces"]) for row in epcis] == [
        ("CC de la Plaine", "7.3333"),
        ("CC des Monts", "7.2"),
    ]
    figures = {row["code"]: row for row in table(client.get(f"{BASE}chiffres.csv", ASKED).content)}
    assert figures["couverture"]["valeur"] == "0.95"
    assert figures["gini"]["valeur"] == "0.169863"


@pytest.mark.usefixtures("served")
def test_the_workbook_opens_with_its_sources(client: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{BASE}tableaux.xlsx", ASKED).content))
    assert book.sheetnames == ["Chiffres", "Communes", "Intercommunalités", "Sources"]
    rows = list(book["Communes"].values)
    assert (rows[1][1], rows[1][7]) == ("Aval", 9)
    names = [row[0] for row in book["Sources"].values]
    assert "empreinte des données" in names


def test_a_name_is_never_run_by_a_spreadsheet(client: Client) -> None:
    toy.territory()
    toy.drop_in("70001", name='=HYPERLINK("http://x")')
    rows = table(client.get(f"{BASE}communes.csv", ASKED).content)
    assert rows[0]["lieu_le_plus_proche"] == '\'=HYPERLINK("http://x")'
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{BASE}tableaux.xlsx", ASKED).content))
    cell = book["Communes"]["J2"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("http://x")', "s")


@pytest.mark.usefixtures("served")
def test_geojson_holds_outlines_figures_and_provenance(client: Client) -> None:
    response = client.get(f"{BASE}communes.geojson", ASKED)
    assert response["Content-Type"] == "application/geo+json"
    document = json.loads(response.content)
    assert [feature["id"] for feature in document["features"]] == [
        "70001", "70002", "70003", "70004",
    ]  # fmt: skip
    first = document["features"][0]
    assert first["geometry"]["coordinates"][0][0] == pytest.approx([6.05, 47.575])
    assert first["properties"]["score_acces"] == 9.0
    assert dict(document["provenance"])["seuil"] == "30 minutes, inclus"


def test_the_map_file_is_whole_and_escapes_names(client: Client) -> None:
    toy.territory()
    toy.Commune.objects.filter(pk="70001").update(name='A<b>&"')
    root = ElementTree.fromstring(client.get(f"{BASE}carte.svg", ASKED).content)  # noqa: S314
    namespace = "{http://www.w3.org/2000/svg}"
    paths = [p for p in root.iter(f"{namespace}path") if p.get("id", "").startswith("c70")]
    assert len(paths) == 4
    assert any('A<b>&"' in (title.text or "") for title in root.iter(f"{namespace}title"))


@pytest.mark.usefixtures("served")
def test_the_page_to_print_is_one_page(client: Client) -> None:
    content = client.get(f"{BASE}page.pdf", ASKED).content
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") <= 1
    assert b"CreationDate" not in content


@pytest.mark.usefixtures("served")
def test_an_unknown_file_is_not_found(client: Client) -> None:
    assert client.get(f"{BASE}passwd", ASKED).status_code == 404


@pytest.mark.parametrize("name", list(FILES))
def test_the_same_facts_in_another_order_give_the_same_file(client: Client, name: str) -> None:
    toy.territory()
    toy.both_drop_ins()
    first = client.get(f"{BASE}{name}", ASKED)
    toy.wipe()
    toy.territory(backwards=True)
    toy.drop_in("25001")
    toy.drop_in("70001")
    second = client.get(f"{BASE}{name}", ASKED)
    assert second.content == first.content
    assert second["X-Data-Hash"] == first["X-Data-Hash"]


@pytest.mark.usefixtures("served")
def test_a_workbook_holds_no_date_of_today(client: Client) -> None:
    content = client.get(f"{BASE}tableaux.xlsx", ASKED).content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert {part.date_time for part in book.infolist()} == {exports.PINNED}
        core = book.read("docProps/core.xml")
    assert core.count(exports.PINNED_ISO) == 2


def diagnose(folder: Path, *options: str) -> dict[str, bytes]:
    call_command("diagnose", "70", "--kind", "laep", "--minutes", "30", "--out", folder, *options)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.usefixtures("served")
def test_the_command_writes_the_same_bytes_twice_and_in_any_order(tmp_path: Path) -> None:
    first = diagnose(tmp_path / "a")
    again = diagnose(tmp_path / "b")
    toy.wipe()
    toy.territory(backwards=True)
    toy.drop_in("25001")
    toy.drop_in("70001")
    reordered = diagnose(tmp_path / "c")
    assert sorted(first) == [
        "LISEZMOI.txt",
        "diagnostic-70-laep-car-30min-carte.svg",
        "diagnostic-70-laep-car-30min-chiffres.csv",
        "diagnostic-70-laep-car-30min-communes.csv",
        "diagnostic-70-laep-car-30min-communes.geojson",
        "diagnostic-70-laep-car-30min-intercommunalites.csv",
        "diagnostic-70-laep-car-30min.pdf",
        "diagnostic-70-laep-car-30min.xlsx",
        "rapport.html",
    ]
    assert first == again == reordered


@pytest.mark.usefixtures("served")
def test_the_command_gives_the_same_table_as_the_page(client: Client, tmp_path: Path) -> None:
    written = diagnose(tmp_path, "--decay", "tout-ou-rien")
    page = client.get(f"{BASE}communes.csv", ASKED).content
    assert written["diagnostic-70-laep-car-30min-communes.csv"] == page


@pytest.mark.usefixtures("served")
def test_the_report_says_figures_definitions_and_sources(tmp_path: Path) -> None:
    report = diagnose(tmp_path, "--decay", "tout-ou-rien")["rapport.html"].decode()
    assert "<h1>Qui atteint un lieu d’accueil enfants-parents ?</h1>" in report
    assert "G = 1 − Σ_i p_i (L_(i−1) + L_i)" in report
    assert "Fichier filosofi, Fabrique, 2025" in report
    assert "diagnostic-70-laep-car-30min-carte.svg" in report


@pytest.mark.usefixtures("served")
def test_the_readme_holds_the_fingerprint_of_every_file(tmp_path: Path) -> None:
    written = diagnose(tmp_path)
    readme = written["LISEZMOI.txt"].decode()
    assert sum(name in readme for name in written if name != "LISEZMOI.txt") == 8
    assert "maillage diagnose 70 --kind laep" in readme


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["75"], "Le département 75 n’est pas chargé : maillage load_territory 75"),
        (["70", "--minutes", "-5"], "--minutes : Le seuil va de 5 à 120 minutes."),
        (["70", "--kind", "piscine"], "--kind : « piscine » n’est pas dans la liste."),
    ],
)
@pytest.mark.usefixtures("served")
def test_the_command_refuses_in_a_sentence(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("diagnose", *arguments, "--out", tmp_path / "x")
    assert sentence in str(refusal.value)
    assert not (tmp_path / "x").exists()


@pytest.mark.usefixtures("served")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CommandError, match="Impossible d’écrire"):
        call_command("diagnose", "70", "--out", tmp_path / "taken")
