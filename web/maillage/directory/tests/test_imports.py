"""Outside directories become services with real hours; nothing is merged silently."""

from datetime import date, time

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from maillage.core import scope
from maillage.directory.imports.hour_cells import Oddity, read_hours
from maillage.directory.imports.sources import SOURCES
from maillage.directory.models import (
    Location,
    MergeProposal,
    Opening,
    Schedule,
    Service,
    ServiceAtLocation,
)
from maillage.directory.tests import made
from maillage.organizations.models import Organization
from maillage.territory.imports.report import FileRefused
from maillage.territory.imports.run import Options, import_file
from maillage.territory.models import Departement


@pytest.fixture
def towns(db):
    for code in ("70279", "70550", "70285", "70311"):
        made.commune(code)
    Departement.objects.filter(pk="70").update(loaded=True)


def run(key, file=None, **options):
    path = file or made.data(f"{key}.csv")
    return import_file(SOURCES[key], path, Options(**options))


def rewritten(tmp_path, key, *changes):
    text = made.data(f"{key}.csv").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / f"{key}.csv"
    path.write_text(text)
    return path


def proposals():
    with scope.system():
        return list(MergeProposal.objects.select_related("kept", "other"))


@pytest.mark.parametrize(
    ("cell", "ranges", "oddities"),
    [
        ("", [], []),
        ("09:00 - 12:00", ["09:00-12:00"], []),
        ("14:00 - 17:00 / 9:00 - 12:00", ["09:00-12:00", "14:00-17:00"], []),
        ("00:00 - 00:00 / 09:00 - 12:00", ["09:00-12:00"], [Oddity.CLOSED_FILLER]),
        ("13:30 - 16:00 / 13:30 - 16:00", ["13:30-16:00"], [Oddity.REPEATED]),
        ("09:00 - 12:00 / 11:00 - 16:30", ["09:00-16:30"], [Oddity.OVERLAPPING]),
        ("09:00 - 12:00 / 12:00 - 14:00", ["09:00-12:00", "12:00-14:00"], []),
        ("12:00 - 09:00", [], [Oddity.NOT_UNDERSTOOD]),
        ("24:00 - 25:00", [], [Oddity.NOT_UNDERSTOOD]),
        ("sur rendez-vous", [], [Oddity.NOT_UNDERSTOOD]),
    ],
)
def test_a_cell_of_hours_is_read_or_said_odd(cell, ranges, oddities):
    found = read_hours(cell)
    assert [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in found.ranges] == ranges
    assert found.oddities == oddities


def test_hours_of_france_services_become_rules_and_openings(towns):
    report = run("france_services")
    assert (report.rows_read, report.rows_kept, report.outside) == (3, 2, 1)
    gray = Service.objects.get(outside_id="fs:1")
    assert (gray.kind, gray.cost, gray.modes, gray.phone) == (
        "france_services", "free", ["on_site"], "03 84 00 01 00"
    )  # fmt: skip
    rules = {(tuple(rule.byday), rule.opens_at, rule.closes_at) for rule in gray.schedules.all()}
    assert rules == {
        (("MO", "TU", "WE", "TH"), time(9), time(12)),
        (("MO", "TU"), time(13, 30), time(17)),
    }
    assert Opening.objects.filter(service=gray).exists()
    assert "premier samedi" in gray.description
    assert gray.source == "ANCT, liste France services, 2024-08-01"


def test_a_bus_is_a_stop_and_its_overlapping_hours_are_to_check(towns):
    report = run("france_services")
    bus = ServiceAtLocation.objects.get(service__outside_id="fs:2")
    assert (bus.is_mobile_stop, bus.service.modes, bus.service.phone) == (
        True, ["mobile"], "03 84 00 02 00"
    )  # fmt: skip
    assert bus.location.address == "Place du Marché, Devant la mairie"
    tuesday = Schedule.objects.get(service=bus.service, byday=["TU"])
    assert (tuesday.opens_at, tuesday.closes_at) == (time(9), time(16, 30))
    assert tuesday.note == "horaires à vérifier avant de venir"
    overlapping = [line for line in report.remarks if "h_mardi" in line]
    assert len(overlapping) == 1
    assert "ligne 3" in overlapping[0]
    assert "09:00 - 12:00 / 09:00 - 16:30 / 14:00 - 16:30" in overlapping[0]


def test_importing_twice_changes_nothing(towns):
    run("france_services")
    rules = set(Schedule.objects.values_list("pk", flat=True))
    again = run("france_services")
    assert (again.counts.created, again.counts.updated, again.counts.unchanged) == (0, 0, 2)
    assert set(Schedule.objects.values_list("pk", flat=True)) == rules
    assert (Service.objects.count(), Organization.objects.count()) == (2, 2)


def test_a_trial_counts_everything_and_writes_nothing(towns):
    report = run("france_services", dry_run=True)
    assert (report.counts.created, Service.objects.count(), Opening.objects.count()) == (2, 0, 0)


def test_every_fault_of_the_file_is_said_at_once_and_nothing_is_loaded(towns, tmp_path):
    path = rewritten(
        tmp_path,
        "france_services",
        ('"09:00 - 12:00 / 13:30 - 17:00","09:00 - 12:00"', '"matin","09:00 - 12:00"'),
        ("47.62,6.15", "147.62,nord"),
        ('"3","54"', '"1","54"'),
    )
    with pytest.raises(FileRefused) as refused:
        run("france_services", path)
    faults = [(fault.row, fault.column, fault.value) for fault in refused.value.faults]
    assert faults == [
        (2, "h_mardi", "matin"),
        (3, "longitude", "nord"),
        (3, "latitude", "147.62"),
        (3, "longitude", "nord"),
        (4, "id_fs", "1"),
    ]
    assert Service.objects.count() == 0


def test_changed_hours_replace_the_rules_and_a_missing_entry_is_paused(towns, tmp_path):
    run("france_services")
    lines = made.data("france_services.csv").read_text().splitlines(keepends=True)
    path = tmp_path / "next.csv"
    path.write_text(lines[0] + lines[1].replace("09:00 - 12:00", "10:00 - 12:00"))
    report = run("france_services", path)
    assert (report.counts.removed, report.counts.unchanged) == (1, 1)
    assert Service.objects.get(outside_id="fs:2").status == "inactive"
    assert not Opening.objects.filter(service__outside_id="fs:2").exists()
    hours = set(Opening.objects.values_list("opens_at", flat=True))
    assert hours == {time(10), time(13, 30)}


def test_what_a_structure_verified_here_is_never_overwritten(towns):
    run("dila")
    Service.objects.filter(outside_id="dila:pif-70550-01").update(
        verified_on=date(2026, 11, 1), name="Point info famille"
    )
    report = run("dila")
    assert Service.objects.get(outside_id="dila:pif-70550-01").name == "Point info famille"
    assert report.remarks["fiche tenue ici par sa structure, laissée telle quelle"] == 1


def test_the_natures_that_help_families_are_kept_and_the_others_counted(towns):
    report = run("dila")
    assert (report.rows_read, report.rows_kept, report.outside) == (11, 9, 1)
    assert report.remarks["nature « fdapp », laissée de côté"] == 1
    pif = Service.objects.get(outside_id="dila:pif-70550-01")
    assert (pif.kind, pif.phone, pif.email, pif.website) == (
        "information_point", "03 84 00 00 50", "a@exemple.fr", ""
    )  # fmt: skip
    pmi = Service.objects.get(outside_id="dila:pmi-70279-01")
    assert (pmi.minimum_age, pmi.maximum_age, pmi.expectant) == (0, 71, True)
    assert pmi.website == "http://www.exemple.fr"
    place = Location.objects.get(outside_id="dila:pmi-70279-01")
    assert (place.address, place.postcode, place.at_town_hall) == (
        "8 rue du Lavoir - Centre médico-social", "70100", True
    )  # fmt: skip


def test_apostrophes_lost_between_encodings_are_mended(towns, tmp_path):
    path = rewritten(tmp_path, "dila", ("Point info famille", "Point d\x92info famille"))
    report = run("dila", path)
    assert (
        Service.objects.get(outside_id="dila:pif-70550-01").name == "Point d’info famille - Vesoul"
    )
    assert report.remarks["caractères abîmés par un changement d’encodage, réparés"] == 1


def test_doubles_of_gray_hericourt_luxeuil_and_vesoul_are_proposed_and_none_is_merged(towns):
    run("dila")
    found = {proposal.kept.commune_id: proposal for proposal in proposals()}
    assert set(found) == {"70279", "70285", "70311", "70550"}
    assert len(proposals()) == 4
    assert Location.objects.exclude(merged_into=None).count() == 0
    assert found["70285"].reasons == ["même téléphone", "même adresse", "noms semblables"]
    assert found["70285"].score > 0.95
    assert found["70279"].reasons == [
        "téléphones différents", "adresses différentes", "noms semblables"
    ]  # fmt: skip
    assert found["70279"].score < 0.5
    run("dila")
    assert len(proposals()) == 4


def test_the_command_prints_the_report_and_refuses_with_code_2(towns, capsys, tmp_path):
    call_command("import_data", "dila", str(made.data("dila.csv")))
    assert "11 lignes lues, 9 retenues, 1 hors du territoire chargé" in capsys.readouterr().out
    path = rewritten(tmp_path, "dila", ("id,type,", "id,nature,"))
    with pytest.raises(CommandError) as refused:
        call_command("import_data", "dila", str(path))
    assert refused.value.returncode == 2
    assert "type" in str(refused.value)
    assert Service.objects.count() == 9


@pytest.mark.parametrize("key", ["france_services", "dila"])
def test_the_real_file_is_read_without_a_single_fault(towns, open_data, key):
    names = {
        "france_services": "services/liste-fs-20240801.csv.gz",
        "dila": "services/annuaire_sp_2019_familles.csv.gz",
    }
    report = run(key, open_data(names[key]), accept_former=True, dry_run=True)
    assert report.rows_read == {"france_services": 2845, "dila": 5632}[key]


def test_the_real_lists_of_haute_saone_meet_in_its_former_service_houses(haute_saone, open_data):
    first = import_file(
        SOURCES["france_services"],
        open_data("services/liste-fs-20240801.csv.gz"),
        Options(accept_former=True),
    )
    here = Service.objects.filter(departement="70", outside_id__startswith="fs:")
    assert here.count() == 26
    assert Schedule.objects.filter(service__in=here).exists()
    second = import_file(
        SOURCES["dila"],
        open_data("services/annuaire_sp_2019_familles.csv.gz"),
        Options(accept_former=True),
    )
    assert Service.objects.filter(departement="70", outside_id__startswith="dila:pmi").count() == 7
    assert first.rows_kept > 26
    assert second.rows_kept > 40
    towns = {
        proposal.kept.commune.name
        for proposal in proposals()
        if {proposal.kept.outside_id[:3], proposal.other.outside_id[:3]} == {"fs:", "dil"}
        and proposal.departement_id == "70"
    }
    assert towns == {
        "Champagney", "Champlitte", "Faverney", "Fretigney-et-Velloreille",
        "Haut-du-Them-Château-Lambert", "Jussey", "Lavoncourt", "Marnay", "Pesmes", "Quers",
        "Rioz", "Scey-sur-Saône-et-Saint-Albin", "Villersexel",
    }  # fmt: skip
