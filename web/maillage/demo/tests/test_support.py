from datetime import date

from maillage.core import scope
from maillage.demo import actions, network
from maillage.demo.support import FAMILIES
from maillage.support.models import Enrolment, EnrolmentCount, Episode, Goals, Programme, Session

ANCHOR = date(2026, 11, 18)
OURS = [family.name for family in FAMILIES]


def load():
    return actions.load(network.read(), ["70"], ANCHOR)


def states():
    with scope.system():
        return {
            name: (state, list(numbers))
            for name, state, numbers in (
                (
                    each.household.contacts.get().name,
                    each.state,
                    each.sessions.order_by("appointment__starts_at").values_list(
                        "number", flat=True
                    ),
                )
                for each in Episode.objects.filter(household__contacts__name__in=OURS)
            )
        }


def test_a_visitor_finds_families_at_every_moment_of_their_support(haute_saone):
    load()
    assert states() == {
        "Lina": ("open", [1, 2]),
        "Marion": ("open", [1, 2, None, 3, 4]),
        "Idriss": ("open", [1, 2]),
        "Claudine": ("open", [1, 2, 3, 4, 5]),
        "Pauline": ("closed", [1, 2]),
        "Théo": ("closed", [1, 2]),
    }
    with scope.system():
        entered = Enrolment.objects.counted().filter(programme__is_demonstration=True).count()
        held = EnrolmentCount.objects.get(programme__is_demonstration=True).enrolled
        assert held == entered >= len(OURS)
        assert Goals.objects.filter(contact__name__in=OURS).count() == len(OURS)
    experiment = Programme.objects.get(is_demonstration=False)
    assert (experiment.status, experiment.enrolments.count()) == ("closed", 0)


def test_loading_again_changes_no_family_and_removing_leaves_none(haute_saone):
    load()
    once = states()
    load()
    assert states() == once
    actions.remove()
    with scope.system():
        left = (Enrolment.objects.count(), Session.objects.count(), Goals.objects.count())
        assert left == (0, 0, 0)
    assert not Programme.objects.filter(is_demonstration=True).exists()
