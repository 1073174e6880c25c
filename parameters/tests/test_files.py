"""Every file parses, cites a source, and has been looked at lately."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from maillage_parameters import get, names, stale
from maillage_parameters.loader import ROOT

TWO_YEARS = 730


def test_every_file_is_a_parameter():
    assert len(names()) == len(list(ROOT.rglob("*.y*ml"))) >= 9


@pytest.mark.parametrize("name", names())
def test_every_value_is_dated_and_sourced(name):
    parameter = get(name)
    assert parameter.title
    assert parameter.meaning
    for entry in parameter.entries:
        assert len(entry.source_title) > 10
        assert entry.source_url.startswith("https://")
        assert entry.since <= parameter.checked


def test_every_value_was_compared_with_its_text_within_two_years():
    """When this fails, read the texts of the parameters it names again and date `checked`."""
    assert stale(datetime.now(tz=UTC).date(), after_days=TWO_YEARS) == ()


def test_shares_of_children_leave_room_for_adults():
    day = date(2026, 1, 1)
    young, old = get("population.share_3_to_5").on(day), get("population.share_6_to_17").on(day)
    older = young.amount + old.amount
    under_3 = get("population.share_under_3").on(day)
    shares = [under_3.at(level) + older for level in range(1, 8)]
    assert min(shares) == Decimal("0.2032")
    assert max(shares) == Decimal("0.2154")
