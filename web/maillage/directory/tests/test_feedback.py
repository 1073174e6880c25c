"""What visitors leave behind: unmet needs counted without anyone's name, errors reported."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from maillage.core import scope
from maillage.directory.actions import count_unmet_need, report_error
from maillage.directory.errors import ReportIsEmpty, ReportIsTooLong
from maillage.directory.models import ErrorReport, UnmetNeed
from maillage.directory.tests import made


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_forty_counts_by_two_at_once_make_forty():
    home = made.commune()

    def count_twenty() -> None:
        for _ in range(20):
            with transaction.atomic():
                scope.enter("public")
                count_unmet_need(home, "sleep", date(2026, 11, 22))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(count_twenty), pool.submit(count_twenty)]:
            done.result()
    with scope.system():
        row = UnmetNeed.objects.get()
    assert (row.count, row.commune_id, row.departement_id) == (40, "70279", "70")
    assert (row.need, row.month) == ("sleep", date(2026, 11, 1))


@pytest.mark.django_db
def test_a_visitor_counts_without_reading_and_another_departement_sees_nothing():
    scope.enter("public")
    count_unmet_need(made.commune(), "sleep", date(2026, 11, 22))
    assert UnmetNeed.objects.count() == 0
    scope.enter("member", departements=["79"])
    assert UnmetNeed.objects.count() == 0
    scope.enter("member", departements=["70"])
    assert UnmetNeed.objects.get().count == 1


@pytest.mark.django_db
def test_a_need_that_does_not_exist_is_not_counted():
    with pytest.raises(KeyError):
        count_unmet_need(made.commune(), "nonsense", date(2026, 11, 22))


@pytest.mark.django_db
def test_a_visitor_reports_an_error_that_only_the_departement_reads():
    scope.enter("public")
    report_error(made.service(), "  Le numéro\n a changé. ")
    assert ErrorReport.objects.count() == 0
    scope.enter("member", departements=["70"])
    report = ErrorReport.objects.get()
    assert (report.message, report.closed_at, report.answer) == ("Le numéro a changé.", None, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("message", "refusal"),
    [("", ReportIsEmpty), (" \n\t ", ReportIsEmpty), ("é" * 1001, ReportIsTooLong)],
)
def test_an_empty_or_endless_report_is_refused_and_nothing_is_kept(message, refusal):
    with pytest.raises(refusal):
        report_error(made.service(), message)
    with scope.system():
        assert ErrorReport.objects.count() == 0
