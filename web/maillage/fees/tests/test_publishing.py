"""A scale is written once: the next version starts, the past stays, unchecked ones bill nobody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from maillage.agenda import actions as agenda
from maillage.agenda.tests import made as times
from maillage.core import scope
from maillage.directory.tests import made as directory
from maillage.fees import publishing, quotes
from maillage.fees.actions import Answer, set_fee
from maillage.fees.errors import (
    NameIsTaken,
    NeedsNoConfirmation,
    ScaleFalls,
    VersionInThePast,
    VersionOverlaps,
)
from maillage.fees.models import Band, Fee, Schedule, ScheduleVersion, Tariff
from maillage.fees.publishing import Draft
from maillage.fees.scale import Scale, Step
from maillage.fees.tests import made
from maillage.organizations.tests.staff import manager

TODAY = date(2026, 11, 22)
SOON = date(2099, 1, 1)  # the database compares the end of a version with the real day


def draft(since: date = SOON, *rows: tuple[int | None, int], **values: str) -> Draft:
    steps = [Step(top and Decimal(top), True, Decimal(base), Decimal(0)) for top, base in rows]
    scale = Scale(
        steps or [Step(None, True, Decimal(3), Decimal(0))], Decimal(1), Decimal(0), Decimal(99)
    )
    return Draft(since, "Conseil du 3 juin", "revenus du mois", scale, [""] * len(scale.steps))


@pytest.fixture
def own(db) -> Schedule:
    with scope.system():
        return made.schedule(directory.organization())


@pytest.fixture
def nadia(own: Schedule) -> int:
    return manager(at=own.organization).pk


@pytest.mark.django_db
def test_a_new_version_ends_the_one_before_the_day_before(own, nadia):
    with scope.system():
        before = made.version(own)
        publishing.publish(own, draft(), by=nadia, today=TODAY)
    before.refresh_from_db()
    assert before.valid_to == SOON - timedelta(days=1)
    spans = own.versions.order_by("valid_from").values_list("valid_from", "valid_to")
    assert list(spans) == [(made.SINCE, date(2098, 12, 31)), (SOON, None)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (draft(TODAY - timedelta(days=1)), VersionInThePast),
        (draft(SOON), VersionOverlaps),
        (draft(SOON - timedelta(days=9)), VersionOverlaps),
        (draft(date(2100, 1, 1), (900, 5), (None, 4)), ScaleFalls),
    ],
)
def test_a_faulty_version_is_refused_and_nothing_changes(own, nadia, wanted, refusal):
    with scope.system():
        made.version(own)
        publishing.publish(own, draft(), by=nadia, today=TODAY)
        with pytest.raises(refusal):
            publishing.publish(own, wanted, by=nadia, today=TODAY)
    assert own.versions.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"floor": 1}, {"source": "x"}, {"valid_from": TODAY}, {"valid_to": date(2026, 10, 1)}],
)
def test_the_database_lets_nobody_change_a_published_version(own, change):
    version = made.version(own)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ScheduleVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
        version.delete()


@pytest.mark.django_db(transaction=True)
def test_the_database_lets_nobody_touch_the_bands_of_a_published_version():
    own = made.schedule(directory.organization())
    version = made.version(own)
    band = version.bands.first()
    with pytest.raises(IntegrityError, match="with their version"):
        Band.objects.create(version=version, position=9, base=1, percent=0)
    with pytest.raises(IntegrityError, match="with their version"):
        Band.objects.filter(pk=band.pk).update(base=0)
    with pytest.raises(IntegrityError, match="never removed"):
        band.delete()
    assert [one.base for one in version.bands.all()] == [0, 2, 4, 7, 10]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "rows",
    [(), ((800, 0, 0),), ((None, 1, 0), (None, 2, 0)), ((800, 0, 0), (700, 1, 0), (None, 2, 0))],
)
def test_bands_that_do_not_follow_each_other_are_not_stored(rows):
    own = made.schedule(directory.organization())
    with pytest.raises(IntegrityError, match="bands follow each other"):
        made.version(own, rows=rows)
    assert ScheduleVersion.objects.count() == 0


@pytest.mark.django_db
def test_two_versions_are_never_in_force_the_same_day(own):
    made.version(own)
    with (
        pytest.raises(IntegrityError, match="one_version_of_a_schedule_at_a_time"),
        transaction.atomic(),
    ):
        made.version(own, valid_from=SOON)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_managers_who_publish_at_once_leave_one_version_for_each_day():
    own = made.schedule(directory.organization())
    nadia = manager(at=own.organization).pk
    made.version(own)

    def publish(since: date) -> str:
        try:
            with transaction.atomic():
                scope.enter("system")
                publishing.publish(own, draft(since), by=nadia, today=TODAY)
        except VersionOverlaps as refusal:
            return refusal.code
        finally:
            connection.close()
        return "published"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(publish, [SOON, SOON]))
    assert told == ["published", "version_overlaps"]
    assert own.versions.count() == 2


@pytest.mark.django_db
def test_a_name_is_taken_once_for_each_organization(own, nadia):
    with scope.system(), pytest.raises(NameIsTaken):
        publishing.open_schedule(own.organization, own.name, "session", by=nadia)
    assert Schedule.objects.count() == 1


def priced(status: str) -> ScheduleVersion:
    rule = times.availability(times.practitioner())
    return made.scaled(rule.service, status=status)


@pytest.mark.django_db
def test_an_unchecked_scale_asks_nothing_until_someone_answers_for_it():
    with scope.system():
        version = priced("unchecked")
        service = Tariff.objects.get().service
        nadia = manager(at=service.organization).pk
        assert quotes.quote(service, SOON) is None
        kept = publishing.confirm(version, "circulaire 2018-001", by=nadia)
        assert (kept.confirmed_by_id, kept.compared_with) == (nadia, "circulaire 2018-001")
        assert quotes.quote(service, SOON).version == version
        with pytest.raises(NeedsNoConfirmation):
            publishing.confirm(version, "encore", by=nadia)


def raw_fee(version: ScheduleVersion, **values) -> Fee:
    rule = Tariff.objects.get().service.availabilities.get()
    taken = agenda.book(times.booking(rule, times.at(1, 9)), now=times.NOW)
    facts = {"answer": "undisclosed", "valued_on": times.at(1, 9).date(), "unit_amount": 0}
    return Fee.objects.create(appointment=taken, version=version, **facts | values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "values", "reason"),
    [
        ("unchecked", {}, "bills nobody without a local confirmation"),
        ("checked", {"valued_on": date(2026, 8, 31)}, "not in force on that day"),
        ("checked", {"answer": "waiver", "unit_amount": 2}, "a_waived_fee_asks_nothing"),
        ("checked", {"answer": "band"}, "a_fee_keeps_a_band_only_when_one_was_chosen"),
    ],
)
def test_the_database_refuses_a_fee_that_is_not_due(status, values, reason):
    with scope.system():
        version = priced(status)
        with pytest.raises(DatabaseError, match=reason), transaction.atomic():
            raw_fee(version, **values)
        assert Fee.objects.count() == 0


@pytest.mark.django_db
def test_a_fee_uses_neither_the_scale_nor_the_band_of_another():
    with scope.system():
        mine = priced("checked")
        theirs = made.version(made.schedule(directory.organization("Une autre")))
        with pytest.raises(DatabaseError, match="another organization"), transaction.atomic():
            raw_fee(theirs)
        with pytest.raises(DatabaseError, match="a_fee_is_of_a_band"), transaction.atomic():
            raw_fee(mine, answer="band", band=theirs.bands.first())


@pytest.mark.django_db
def test_a_past_fee_is_computed_again_from_its_own_version_after_the_scale_changed():
    with scope.system():
        version = priced("checked")
        rule = Tariff.objects.get().service.availabilities.get()
        taken = agenda.book(times.booking(rule, times.at(1, 9)), now=times.NOW)
        set_fee(taken, Answer("band", income=Decimal(1500)))
        nadia = manager(at=rule.organization).pk
        publishing.publish(version.schedule, draft(), by=nadia, today=TODAY)
        kept = Fee.objects.get()
        assert (kept.version, kept.amount, quotes.replay(kept)) == (version, 4, (4, 4))
        assert quotes.quote(rule.service, SOON).lowest == 3


@pytest.mark.django_db
def test_a_service_changes_its_scale_from_a_day_on_and_may_become_free(own, nadia):
    with scope.system():
        service = directory.service(organization=own.organization, cost="by_income")
        made.version(own)
        publishing.apply(service, own, TODAY, by=nadia, today=TODAY)
        publishing.apply(service, None, SOON, by=nadia, today=TODAY)
        with pytest.raises(VersionInThePast):
            publishing.apply(service, own, TODAY, by=nadia, today=SOON)
        on = [TODAY - timedelta(days=1), TODAY, SOON - timedelta(days=1), SOON]
        assert [quotes.quote(service, day) is not None for day in on] == [False, True, True, False]
