"""Who may do what in /pilotage/. Reading a diagnosis needs no right: it holds public figures."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import Rights
from maillage.steering.models import AnyKept


def home_departement(rights: Rights, loaded: list[str]) -> str:
    """The département one looks at first: one's own if it is loaded, else the first."""
    own = rights.departements & set(loaded)
    return min(own) if own else loaded[0]


def officers(rights: Rights) -> bool:
    """Those who keep diagnoses: steering officers and administrators."""
    return bool(steered(rights))


def steered(rights: Rights) -> frozenset[str]:
    """The départements whose diagnoses this person keeps."""
    return rights.steers | rights.administers


def may_steer(rights: Rights, departement: str) -> None:
    """Refuse someone who does not steer this département."""
    if departement not in steered(rights):
        raise NotAllowed


def readable(rights: Rights, kept_id: UUID, model: type[AnyKept]) -> AnyKept:
    """Load what is published, or a draft of a département one steers; else it does not exist."""
    rows = model._default_manager.select_related("departement")
    kept: AnyKept = get_object_or_404(rows, pk=kept_id)
    if kept.published_at is None and kept.departement_id not in steered(rights):
        raise Http404
    return kept


def changeable(rights: Rights, kept_id: UUID, model: type[AnyKept]) -> AnyKept:
    """Load what one may change, or refuse."""
    kept = readable(rights, kept_id, model)
    may_steer(rights, kept.departement_id)
    return kept
