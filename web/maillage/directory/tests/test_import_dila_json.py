"""The directory of public services in the form published since 2022."""

import pytest

from maillage.directory.imports.sources import SOURCES
from maillage.directory.models import Location, Service
from maillage.directory.tests import made
from maillage.territory.imports.report import FileRefused
from maillage.territory.imports.run import Options, import_file
from maillage.territory.models import Departement


@pytest.fixture
def towns(db):
    for code in ("70279", "70550"):
        made.commune(code)
    Departement.objects.filter(pk="70").update(loaded=True)


def run(path, **options):
    return import_file(SOURCES["dila"], path, Options(**({"vintage": "2026-11"} | options)))


def test_the_address_where_one_goes_its_point_and_its_access_are_kept(towns):
    report = run(made.data("dila.gouv_local.json"))
    assert (report.rows_read, report.rows_kept) == (3, 2)
    assert report.remarks["nature « mairie », laissée de côté"] == 1
    gray = Location.objects.get(outside_id="dila:7f1")
    assert (gray.address, gray.postcode) == ("Centre médico-social - 8 rue du Lavoir", "70100")
    assert (gray.latitude, gray.longitude, gray.at_town_hall, gray.step_free) == (
        47.445, 5.592, False, True
    )  # fmt: skip
    service = Service.objects.get(outside_id="dila:7f1")
    assert (service.phone, service.email, service.website) == (
        "03 84 00 00 10", "pmi-gray@exemple.fr", "https://www.exemple.fr"
    )  # fmt: skip
    assert service.source == "DILA, annuaire de l’administration, 2026-11"


def test_a_point_in_another_region_gives_way_to_the_town_hall(towns):
    report = run(made.data("dila.gouv_local.json"))
    vesoul = Location.objects.get(outside_id="dila:7f2")
    assert (vesoul.latitude, vesoul.at_town_hall, vesoul.step_free) == (47.6222, True, False)
    assert report.remarks["point à plus de 30 km de sa commune : celui de la mairie est gardé"] == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"service": 3}', '{"service": ["x"]}', "[" * 5000]
)
def test_a_file_of_another_shape_is_refused_with_a_sentence(towns, tmp_path, text):
    path = tmp_path / "annuaire.json"
    path.write_text(text)
    with pytest.raises(FileRefused) as refused:
        run(path)
    assert "une liste « service » est attendue" in "\n".join(refused.value.lines())
    assert Service.objects.count() == 0


def test_the_month_of_the_file_must_be_said(towns):
    with pytest.raises(FileRefused) as refused:
        run(made.data("dila.gouv_local.json"), vintage="")
    assert "--vintage 2026-11" in "\n".join(refused.value.lines())
    assert Service.objects.count() == 0
