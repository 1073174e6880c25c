from datetime import date

from maillage.agenda.models import WaitingEntry
from maillage.core import scope
from maillage.demo import families
from maillage.families.models import Contact, SecondParent

ANCHOR = date(2026, 11, 18)


def test_two_linked_parents_wait_once_and_leave_nothing_behind(haute_saone):
    with scope.system():
        families.receive(ANCHOR)
        families.receive(ANCHOR)
        linked = SecondParent.objects.get(inviter__name="Sofia")
        assert (linked.state, linked.invited.name) == ("linked", "Malik")
        assert linked.inviter.household == linked.invited.household
        assert WaitingEntry.objects.get(contact__name="Sofia").state == "waiting"
        families.remove()
        families.remove()
        assert not Contact.objects.filter(name__in=["Sofia", "Malik"]).exists()
