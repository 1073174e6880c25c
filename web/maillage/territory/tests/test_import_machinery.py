"""What every import promises: all of a file or nothing, every fault at once."""

import gzip

import pytest

from maillage.territory.imports.report import Fault, FileRefused
from maillage.territory.models import Commune, Dataset, Observation

pytestmark = pytest.mark.usefixtures("territory")
TEN_FAULTS = [
    "ligne 3, colonne « insee_com », « 70550 » : donné à la ligne 2 avec d’autres chiffres.",
    "ligne 4, colonne « insee_com », « 705 » : un code Insee de cinq caractères",
    "ligne 5, colonne « insee_com », « 70ABC » : un code Insee de cinq caractères",
    "ligne 6, colonne « insee_com » : cette case ne peut pas être vide.",
    "ligne 7, colonne « insee_com », « 70264 » : Georfans fait partie de Belles-Fontaines (70180)",
    "ligne 8, colonne « insee_com », « 70999 » : aucune commune ne porte ce code aujourd’hui.",
    "ligne 9, colonne « population_2021 », « -5 » : un nombre entier est attendu.",
    "ligne 10, colonne « naissances_2022 », « douze » : un nombre entier est attendu.",
    "ligne 11 : 5 cases au lieu de 4.",
    "ligne 12, colonne « population_2021 », « 12.5 » : un nombre entier est attendu.",
]


def nothing_was_loaded() -> bool:
    return not Observation.objects.exists() and not Dataset.objects.exists()


def test_every_fault_is_told_at_once_and_nothing_is_loaded(importing):
    said = importing("births", "births_ten_faults.csv")
    assert said.startswith("code 2: Le fichier births_ten_faults.csv est refusé")
    for fault in TEN_FAULTS:
        assert fault in said
    assert nothing_was_loaded()


def test_a_file_in_another_encoding_says_where_and_what_to_do(importing, written):
    path = written(
        "insee_com,population_2021,naissances_2022\n70550,1,1\n# Héricourt", encoding="cp1252"
    )
    said = importing("births", path)
    assert "ligne 3 : le fichier n’est pas en UTF-8 (octet 0xE9)" in said
    assert "--encoding cp1252" in said
    assert nothing_was_loaded()


def test_the_encoding_can_be_stated(importing, written):
    path = written("CODGEO;DENS7;Nom\n70285;4;Héricourt\n", encoding="cp1252")
    assert "1 retenues" in importing("density", path, "--encoding", "cp1252", "--vintage", "2024")


def test_an_encoding_that_does_not_exist_is_refused(importing, written):
    said = importing("births", written("a"), "--encoding", "utf-99")
    assert said.startswith("code 2: L’encodage « utf-99 » n’existe pas.")


def test_missing_columns_are_all_named_with_the_nearest(importing, written):
    said = importing("births", written("insee_com,populations_2021\n70550,1\n"))
    assert "colonne « population_AAAA » : la colonne manque." in said
    assert "Voulez-vous dire « populations_2021 » ?" in said
    assert "colonne « naissances_AAAA » : la colonne manque." in said


def test_a_column_given_twice_is_a_fault(importing, written):
    said = importing("density", written("CODGEO,DENS7,DENS7\n70550,1,2\n"), "--vintage", "2024")
    assert "colonne « DENS7 » : la colonne figure deux fois." in said


def test_a_duplicated_key_is_a_fault(importing, written):
    path = written("CODGEO,DENS7\n70550,1\n70279,2\n70550,1\n")
    said = importing("density", path, "--vintage", "2024")
    assert "ligne 4, colonne « CODGEO », « 70550 » : déjà donné à la ligne 2." in said


def test_a_merged_commune_is_named_with_the_one_of_today(importing, written):
    path = written("CODGEO,DENS7\n70264,7\n")
    said = importing("density", path, "--vintage", "2024")
    assert "Georfans fait partie de Belles-Fontaines (70180) aujourd’hui." in said
    assert "--accept-former-communes" in said


def test_former_communes_add_up_when_accepted(importing, written):
    path = written(
        "insee_com,population_2021,naissances_2022\n70180,400,3\n70264,250,2\n70530,150,1\n"
    )
    said = importing("births", path, "--accept-former-communes")
    assert "2 × ancienne commune, comptée avec la commune d’aujourd’hui" in said
    values = dict(Observation.objects.filter(area="70180").values_list("measure", "value"))
    assert values == {"births": 6, "population": 800}


def test_a_rate_of_a_part_is_not_the_rate_of_the_whole(importing, written):
    path = written("CODGEO;Q219\n70264;20000\n70180;21000\n")
    said = importing("incomes_communes", path, "--accept-former-communes")
    assert "1 × partie d’une commune : ce chiffre ne s’additionne pas, ligne laissée" in said
    assert Observation.objects.get(measure="median_income").value == 21000


def test_a_dry_run_counts_and_changes_nothing(importing):
    said = importing("births", "births.csv", "--dry-run")
    assert "essai, rien n’est enregistré" in said
    assert "10 créées, 0 mises à jour, 0 inchangées" in said
    assert nothing_was_loaded()


def test_importing_twice_changes_nothing(importing):
    importing("births", "births.csv")
    before = list(Observation.objects.order_by("pk").values())
    said = importing("births", "births.csv")
    assert "0 créées, 0 mises à jour, 10 inchangées" in said
    assert list(Observation.objects.order_by("pk").values()) == before
    assert Dataset.objects.count() == 1


def test_a_gzipped_file_is_read_as_it_is(importing, tmp_path, request):
    plain = request.path.parent / "data" / "births.csv"
    path = tmp_path / "births.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert "10 créées" in importing("births", path)


def test_a_broken_gzip_is_one_sentence(importing, tmp_path):
    path = tmp_path / "births.csv.gz"
    path.write_bytes(b"not gzip at all")
    assert "le fichier ne peut pas être lu" in importing("births", path)


def test_a_missing_file_is_one_sentence(importing, tmp_path):
    said = importing("births", tmp_path / "nowhere.csv")
    assert "le fichier ne peut pas être lu (No such file or directory)" in said


def test_a_spreadsheet_is_not_a_csv(importing, tmp_path):
    path = tmp_path / "births.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00")
    assert "enregistrez le tableau au format CSV" in importing("births", path)


@pytest.mark.parametrize("text", ["", "\n\n", "insee_com,population_2021,naissances_2022\n"])
def test_an_empty_file_is_refused(importing, written, text):
    said = importing("births", written(text))
    assert said.startswith("code 2")
    assert nothing_was_loaded()


def test_an_import_without_vintage_asks_for_it(importing):
    assert "--vintage 2024" in importing("density", "density.csv")


def test_a_dataset_remembers_the_file(importing):
    importing("births", "births.csv")
    dataset = Dataset.objects.get()
    assert (dataset.key, dataset.producer, dataset.vintage) == ("births", "Insee", "2022")
    assert (dataset.rows_read, dataset.rows_kept, len(dataset.sha256)) == (9, 6, 64)
    assert "1 × ligne répétée à l’identique (plusieurs codes postaux)" in dataset.notes
    assert dataset.attribution == (
        "Insee, Naissances et population par commune, 2022 (Licence Ouverte 2.0)"
    )


def test_a_long_list_of_faults_is_cut_on_screen_but_counted():
    faults = [Fault(number, "c", "v", "non.") for number in range(100)]
    lines = FileRefused("f.csv", faults).lines()
    assert len(lines) == 62
    assert lines[0].endswith("100 fautes :")
    assert lines[-1].strip() == "… et 40 autres."


def test_the_latest_year_of_a_column_is_read_and_dated(importing, written):
    text = "insee_com,population_2015,population_2023,naissances_2024\n70550,15000,14800,160\n"
    assert "(2024)" in importing("births", written(text))
    years = dict(Observation.objects.values_list("measure", "year"))
    assert years == {"population": 2023, "births": 2024}
    assert Observation.objects.get(measure="population").value == 14800


@pytest.mark.parametrize("vintage", ["deux mille vingt-quatre", "2024/07", "x" * 30])
def test_a_vintage_that_cannot_be_kept_is_refused(importing, vintage):
    said = importing("density", "density.csv", "--vintage", vintage)
    assert "le millésime tient en dix signes" in said


def test_a_number_too_large_to_be_a_count_is_a_fault(importing, written):
    text = "insee_com,population_2021,naissances_2022\n70550,99999999999,1\n"
    assert "un nombre entier est attendu." in importing("births", written(text))


def test_a_nul_byte_anywhere_is_refused(importing, written):
    text = "insee_com,population_2021,naissances_2022\n" + "70550,1,1\n" * 3 + "70\x00279,1,1\n"
    assert "ce n’est pas un fichier texte" in importing("births", written(text))


def test_without_territory_one_is_told_to_load_it_first(importing, written):
    Commune.objects.all().delete()
    said = importing("births", "births.csv")
    assert "aucune commune n’est chargée" in said
