"""The decision that a visitor finds: computed, published, opened, counted."""

from datetime import date

from maillage.core import scope
from maillage.demo import scenarios
from maillage.steering.models import KeptScenario
from maillage.steering.scenarios.result import unpack

ANCHOR = date(2026, 11, 18)


def kept():
    return KeptScenario.objects.get(pk=scenarios.DECISION)


def test_two_councils_decided_opened_and_counted(haute_saone):
    with scope.system():
        scenarios.receive(ANCHOR)
        row = kept()
        found = unpack(bytes(row.packed))
        assert row.kept_at < row.published_at
        assert row.opened_on == date(2025, 10, 14)
        assert row.expected_low <= row.observed <= row.expected_high
        assert row.cost_key == "people"
        assert all(proposal.proven for proposal in found.proposals)
        for proposal in found.proposals:
            assert sum(part.by_people for part in proposal.parts) == proposal.spent == 45_600


def test_what_visitors_did_with_it_is_forgotten(haute_saone):
    with scope.system():
        scenarios.receive(ANCHOR)
        once = bytes(kept().packed)
        KeptScenario.objects.filter(pk=scenarios.DECISION).update(title="Autre", observed=None)
        scenarios.receive(ANCHOR)
        assert (kept().title, bytes(kept().packed)) == (scenarios.WORDS.title, once)
        scenarios.remove()
        assert not KeptScenario.objects.filter(pk=scenarios.DECISION).exists()
