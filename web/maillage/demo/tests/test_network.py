import re
from collections import Counter
from datetime import date

import pytest

from maillage.demo import network, rows
from maillage.demo.errors import BrokenNetwork
from maillage.demo.personas import PERSONAS
from maillage.directory.vocabulary import Kind
from maillage.territory.models import Commune

ANCHOR = date(2026, 11, 18)


@pytest.fixture(scope="module")
def written():
    return network.read()


@pytest.fixture(scope="module")
def built(written):
    communes = {
        code: Commune(
            code=code, name=f"Ville {code}", latitude=47.5, longitude=6.0,
            town_hall_address="1 Grande-Rue, 70000 Ville", epci_id="247000011",
        )
        for code in written.towns
    }  # fmt: skip
    return rows.build(written, rows.Place("70", communes), ANCHOR)


def test_the_network_has_the_promised_size(written):
    assert (len(written.organizations), len(written.services)) == (64, 124)


def test_every_kind_of_service_is_there(written):
    assert {service.kind for service in written.services} == set(Kind.values)


def test_every_text_is_said_once_in_both_languages(written):
    texts = [text for service in written.services for text in (service.text, service.text_en)]
    assert [text for text, count in Counter(texts).items() if count > 1] == []
    assert [service.key for service in written.services if len(service.text) < 60] == []


def test_no_body_can_be_taken_for_a_real_one(built):
    assert all(row.is_demonstration for row in built.organizations)
    assert all(row.is_demonstration for row in built.services)
    assert all(row.is_demonstration for row in built.locations)
    assert {row.name[-7:] for row in built.organizations} == {" (démo)"}


def test_phones_and_addresses_are_those_reserved_for_fiction(built):
    everyone = [*built.organizations, *built.locations, *built.services]
    fiction = re.compile(r"03 53 01 \d\d \d\d")
    assert [row.phone for row in everyone if not fiction.fullmatch(row.phone)] == []
    mails = [row.email for row in (*built.organizations, *built.services)]
    assert {mail.partition("@")[2] for mail in mails} == {"example.org"}


def test_a_drop_in_is_free_and_asks_for_no_name(written):
    drop_ins = [service for service in written.services if service.kind == "laep"]
    assert {(service.cost, service.joining) for service in drop_ins} == {("free", "walk_in")}
    assert {service.ages for service in drop_ins} == {(0, 71)}


def test_one_drop_in_travels_through_five_villages(written):
    by_key = {service.key: service for service in written.services}
    assert len(by_key["ludambule_laep"].stops) == 5


def test_one_service_has_other_hours_in_each_of_three_venues(written):
    by_key = {service.key: service for service in written.services}
    hours = list(by_key["trois_clochers_support"].at.values())
    assert len(hours) == 3
    assert len(set(hours)) == 3


def test_some_entries_have_not_been_verified_for_fourteen_months(built):
    old = [row for row in built.services if (ANCHOR - row.verified_on).days > 14 * 30]
    assert len(old) == 6


def test_one_service_is_closed_for_a_time_and_says_so(built):
    closed = [row for row in built.services if row.status == "temporarily closed"]
    assert [row.alert[:7] for row in closed] == ["Travaux"]


def test_the_same_day_gives_the_same_rows(written, built):
    place = rows.Place("70", {row.pk: row for row in _communes(built)})
    again = rows.build(written, place, ANCHOR)
    assert [_said(row) for row in again.services] == [_said(row) for row in built.services]
    assert [row.pk for row in again.locations] == [row.pk for row in built.locations]


def test_every_place_of_work_of_a_persona_exists(written):
    known = {each.key for each in written.organizations}
    assert {each.organization for each in PERSONAS if each.organization} <= known
    assert len({each.email for each in PERSONAS}) == 6


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    (tmp_path / "broken.yaml").write_text(
        "organizations:\n"
        "  - {key: a, name: A, kind: castle, town: 70279, text: A}\n"
        "services:\n"
        "  - {key: s, by: nobody, kind: laep, name: N, name_en: N, text: T, text_en: T,"
        " joining: walk_in, cost: free, at: {nowhere: [MO 09:00-12:00]}}\n"
        "  - {key: t, by: nobody, colour: blue}\n"
    )
    with pytest.raises(BrokenNetwork) as refusal:
        network.read(tmp_path)
    faults = str(refusal.value)
    assert "broken.yaml: a: kind: 'castle' is not one of association" in faults
    assert "broken.yaml: t: unknown field 'colour'" in faults
    assert "broken.yaml: t: missing field 'cost'" in faults
    assert "s: no organization is called 'nobody'" in faults
    assert "s: no venue is called 'nowhere'" in faults


def test_a_file_that_is_not_yaml_is_a_fault_like_another(tmp_path):
    (tmp_path / "broken.yaml").write_text("services: [{")
    with pytest.raises(BrokenNetwork, match=r"broken\.yaml: while parsing"):
        network.read(tmp_path)


def _communes(built):
    return {row.commune.pk: row.commune for row in built.locations + built.organizations}.values()


def _said(row):
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.generated
    }
