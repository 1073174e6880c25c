"""Who comes by income band: families once for each answer, what was cancelled not at all."""

from decimal import Decimal

import pytest

from maillage.agenda import actions as agenda
from maillage.agenda.tests import made as times
from maillage.core import scope
from maillage.fees.actions import Answer, set_fee
from maillage.fees.tests import made
from maillage.fees.uptake import by_band

DECEMBER = (times.at(1, 0).date(), times.at(31, 0).date())


@pytest.mark.django_db
def test_sessions_are_counted_by_answer(django_assert_num_queries):
    with scope.system():
        rule = times.availability(times.practitioner())
        made.scaled(rule.service)
        answers = [Answer("band", income=Decimal(1500)), Answer("waiver"), Answer()]
        for day, answer in zip((1, 8, 15), answers, strict=True):
            set_fee(agenda.book(times.booking(rule, times.at(day, 9)), now=times.NOW), answer)
        gone = agenda.book(times.booking(rule, times.at(22, 9)), now=times.NOW)
        set_fee(gone, answers[0])
        agenda.cancel(gone)
        with django_assert_num_queries(3):
            found = by_band([rule.service_id], *DECEMBER)
        said = [
            (one.answer, one.position, one.label.replace("\u00a0", " ").replace("\u202f", " "),
             one.households, one.sessions)
            for one in found
        ]  # fmt: skip
        assert said == [
            ("band", 3, "De 1 300 € à 1 800 € par mois", 1, 1),
            ("undisclosed", 0, "préfère ne pas dire", 1, 1),
            ("waiver", 0, "demande à ne pas payer", 1, 1),
        ]
        assert by_band([rule.service_id], DECEMBER[1], DECEMBER[1]) == []
