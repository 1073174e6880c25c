"""Who may do what in /pilotage/. Reading a diagnosis needs no right: it holds public figures."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from maillage.organizations.models import Membership
from maillage.people.models import User


def home_departement(user: User | AnonymousUser, loaded: list[str]) -> str:
    """The département one looks at first: one's own if it is loaded, else the first."""
    if user.is_authenticated:
        served = Membership.objects.filter(user=user.pk).on(timezone.localdate())
        own = set(served.values_list("departement_id", flat=True)) & set(loaded)
        if own:
            return min(own)
    return loaded[0]
