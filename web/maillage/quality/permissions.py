"""Who reads the board, who reads words: those who steer; a manager reads their own structure."""

from uuid import UUID

from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, Rights
from maillage.quality.counting import Place


def reads_the_board(rights: Rights) -> bool:
    """Whether this person reads figures: of the département, or of a structure they manage."""
    return bool(rights.steers or rights.administers or rights.manages)


def reads_words(rights: Rights) -> bool:
    """Whether this person reads what was written: never those who receive, nor their managers."""
    return bool(rights.steers or rights.administers)


def works_with_families(rights: Rights) -> bool:
    """Whether this person may say what they think of the support that they give."""
    return bool(rights.works_in)


def manages(rights: Rights) -> bool:
    """Whether this person notes the meetings of a structure."""
    return bool(rights.manages)


def places(rights: Rights) -> list[tuple[str, str, Place]]:
    """What this person may look at: a code, a name, and what is counted."""
    found = [(code, code, Place(code)) for code in sorted(rights.steers | rights.administers)]
    mine = Organization.objects.filter(pk__in=rights.manages).order_by("name", "pk")
    return found + [(str(one.pk), one.name, Place(one.departement_id, one.pk)) for one in mine]


def place_of(rights: Rights, code: str) -> tuple[str, str, Place]:
    """Return one of them, the first when none is asked. Raises `NotAllowed` for any other."""
    allowed = places(rights)
    for one in allowed:
        if one[0] == code or not code:
            return one
    raise NotAllowed


def departement_of(request: AtWork) -> str:
    """The département whose words this person reads."""
    return min(request.rights.steers | request.rights.administers)


def organization_of(request: AtWork) -> UUID:
    """The organization for which a professional speaks."""
    return min(request.rights.works_in, key=str)
