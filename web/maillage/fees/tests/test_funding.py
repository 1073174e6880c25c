"""Who pays: shares make 100 %, the parts make the cost to the cent, no line is ever corrected."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from maillage.core import scope
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.fees import funding
from maillage.fees.errors import SharesDoNotAddUp
from maillage.fees.models import Cost, Funding
from maillage.organizations.tests.staff import manager


def amounts(total: str, *percents: str) -> list[str]:
    shares = [(str(n), Decimal(one)) for n, one in enumerate(percents)]
    return [str(part.amount) for part in funding.split(Decimal(total), shares)]


@pytest.mark.parametrize(
    ("total", "percents", "parts"),
    [
        ("100.00", ["60", "40"], ["60.00", "40.00"]),
        ("0.01", ["60", "40"], ["0.01", "0.00"]),
        ("100.00", ["33.333", "33.333", "33.334"], ["33.33", "33.33", "33.34"]),
        ("0.05", ["50", "50"], ["0.03", "0.02"]),  # equal remainders, equal shares: the first one
        ("0.10", ["25", "75"], ["0.02", "0.08"]),  # equal remainders: the larger share
        ("-0.05", ["50", "50"], ["-0.03", "-0.02"]),
        ("0.00", ["100"], ["0.00"]),
    ],
)
def test_cents_left_over_go_to_the_largest_remainders(total, percents, parts):
    assert amounts(total, *percents) == parts


@given(
    st.decimals(-(10**7), 10**7, places=2),
    st.lists(st.integers(1, 10**5), min_size=1, max_size=8),
)
def test_the_parts_make_the_cost_to_the_cent_and_none_is_a_cent_off(total, weights):
    percents = [Decimal(1000 * w // sum(weights)) / 10 for w in weights]
    percents[0] += 100 - sum(percents)
    parts = funding.split(total, [(str(n), one) for n, one in enumerate(percents)])
    assert sum(part.amount for part in parts) == total
    assert all(abs(part.amount - total * part.percent / 100) < Decimal("0.01") for part in parts)


@pytest.fixture
def service(db) -> Service:
    return directory.service()


@pytest.fixture
def nadia(service: Service) -> int:
    return manager(at=service.organization).pk


def shares(service: Service) -> dict[str, Decimal]:
    return dict(Funding.objects.filter(service=service).values_list("funder", "percent"))


def test_shares_are_replaced_together(service, nadia):
    with scope.system():
        funding.set_shares(service, 2026, {"caf": Decimal(60), "state": Decimal(40)}, by=nadia)
        funding.set_shares(service, 2026, {"caf": Decimal(100), "state": Decimal(0)}, by=nadia)
        assert shares(service) == {"caf": 100}


@pytest.mark.parametrize("caf", ["59.999", "60.001"])
def test_shares_that_miss_a_hundred_are_refused_and_the_former_ones_stay(service, nadia, caf):
    with scope.system():
        funding.set_shares(service, 2026, {"caf": Decimal(100)}, by=nadia)
        wrong = {"caf": Decimal(caf), "state": Decimal(40)}
        with pytest.raises(SharesDoNotAddUp):
            funding.set_shares(service, 2026, wrong, by=nadia)
        assert shares(service) == {"caf": 100}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who_sees", ["member", "public"])
def test_the_database_refuses_any_other_total_whoever_writes(who_sees):
    service = directory.service()
    facts = {"service": service, "departement_id": "70", "year": 2026}
    with scope.system():
        Funding.objects.create(funder="caf", percent=100, **facts)

    def one_share_too_many():
        with transaction.atomic():
            scope.enter("member", departements={"70"})
            Funding.objects.create(funder="state", percent=Decimal("0.001"), **facts)
            scope.enter(who_sees)  # what a reader no longer sees at the end counts all the same

    with pytest.raises(IntegrityError, match="100 %"):
        one_share_too_many()
    with scope.system():
        assert shares(service) == {"caf": 100}


def test_a_cost_is_undone_by_another_line_and_never_changed(service, nadia):
    with scope.system():
        line = Cost(
            service=service, spent_on=date(2026, 3, 1), kind="staff", label="Mars", amount=100
        )
        funding.add_cost(line, by=nadia)
        with pytest.raises(IntegrityError, match="undone by another line"), transaction.atomic():
            Cost.objects.update(amount=1)
        with pytest.raises(IntegrityError, match="undone by another line"), transaction.atomic():
            Cost.objects.all().delete()


def test_the_accounts_of_a_year_reconcile(service, nadia, django_assert_num_queries):
    with scope.system():
        for day, amount in [
            ("2026-03-01", "1000.10"),
            ("2026-12-31", "-0.05"),
            ("2027-01-01", "9"),
        ]:
            line = Cost(
                service=service, spent_on=day, kind="staff", label="x", amount=Decimal(amount)
            )
            funding.add_cost(line, by=nadia)
        thirds = {"caf": "33.333", "state": "33.333", "commune": "33.334"}
        funding.set_shares(service, 2026, {k: Decimal(v) for k, v in thirds.items()}, by=nadia)
        with django_assert_num_queries(4):
            (found,) = funding.ledgers([service], 2026)
    assert (found.spent, sum(one.amount for one in found.parts)) == (
        Decimal("1000.05"),
        Decimal("1000.05"),
    )
    assert (found.per_session, found.asked_of_families, found.has_no_funder) == (None, 0, False)


@pytest.mark.parametrize(("share", "warned"), [("79.999", False), ("80", True), ("100", True)])
def test_the_caf_pays_less_than_eighty_percent_or_a_warning_says_so(service, nadia, share, warned):
    with scope.system():
        rest = {"state": 100 - Decimal(share)}
        funding.set_shares(service, 2026, {"caf": Decimal(share)} | rest, by=nadia)
        assert funding.ledgers([service], 2026)[0].caf_pays_too_much is warned
