"""Who sees an episode: the practitioner who follows it, and the managers of who gives it.

A manager sees what is administrative (who, when, how many), never what the parents hope for: the
database does not give it to them (migration 0003, decision 0018).
"""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.directory.vocabulary import Kind
from maillage.families.models import Household
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, Rights
from maillage.practitioners.models import Employment, Practitioner
from maillage.support.models import (
    Episode,
    EpisodeQuerySet,
    Programme,
    ProgrammeService,
    Session,
)
from maillage.support.programmes import latest_terms


def follows_families(rights: Rights) -> bool:
    """Whether this person receives families or manages who does; a desk agent books, no more."""
    return bool(rights.practises | rights.manages)


def officers(rights: Rights) -> bool:
    """Those who steer a département: they read counts."""
    return bool(steered(rights))


def steered(rights: Rights) -> frozenset[str]:
    """The départements whose programmes this person follows and adjusts."""
    return rights.steers | rights.administers


def programme_of(request: AtWork, programme_id: UUID) -> Programme:
    """Load a programme that holds where I steer, or refuse without saying whether it exists."""
    found = Programme.objects.public().filter(pk=programme_id).first()
    if found is None:
        raise NotAllowed
    here = latest_terms(found).territories.filter(departement__in=steered(request.rights))
    if not here.exists():
        raise NotAllowed
    return found


def services_for(programme: Programme, departements: frozenset[str]) -> QuerySet[Service]:
    """The services of these départements that are in the programme, or could enter it."""
    inside = ProgrammeService.objects.filter(left_on=None)
    elsewhere = inside.exclude(programme=programme).values("service")
    free = Service.objects.published().filter(kind=Kind.INDIVIDUAL_SUPPORT)
    free = free.exclude(pk__in=elsewhere).filter(departement__in=departements)
    given = Service.objects.filter(
        pk__in=inside.filter(programme=programme).values("service"), departement__in=departements
    )
    return free | given


def episodes_of(request: AtWork) -> EpisodeQuerySet:
    """Those that I follow, whatever the employer, and those of the organizations that I manage."""
    mine = Q(practitioner__user=request.user.pk) | Q(organization__in=request.rights.manages)
    return Episode.objects.filter(mine)


def episode_of(request: AtWork, episode_id: UUID) -> Episode:
    """Load one of them, or refuse without saying whether it exists."""
    seen = episodes_of(request).select_related(
        "service", "organization", "practitioner", "enrolment__programme", "enrolment__terms"
    )
    found = seen.filter(pk=episode_id).first()
    if found is None:
        raise NotAllowed
    return found


def may_read_goals(request: AtWork, episode: Episode) -> bool:
    """Whether I am the one who follows this family."""
    return episode.practitioner.user_id == request.user.pk


def followed_by(request: AtWork, episode_id: UUID) -> Episode:
    """Load an episode that I follow myself, or refuse."""
    found = episode_of(request, episode_id)
    if not may_read_goals(request, found):
        raise NotAllowed
    return found


def session_of(request: AtWork, session_id: UUID) -> Session:
    """Load a session that I gave, or of an organization that I manage, or refuse."""
    mine = Q(appointment__practitioners__user=request.user.pk)
    managed = Q(appointment__organization__in=request.rights.manages)
    # Not through the episode: whoever handed it over no longer sees it, and gave the session.
    seen = Session.objects.filter(mine | managed).select_related(
        "appointment__contact", "appointment__service"
    )
    found = seen.filter(pk=session_id).distinct().first()
    if found is None:
        raise NotAllowed
    return found


def colleagues(episode: Episode) -> QuerySet[Practitioner]:
    """Who else of the same structure may follow this family."""
    here = Employment.objects.filter(organization=episode.organization_id).on(timezone.localdate())
    found = Practitioner.objects.filter(pk__in=here.values("practitioner"), stopped_on=None)
    return found.exclude(pk=episode.practitioner_id).order_by("name", "pk")


def households_of(request: AtWork, departement: str) -> QuerySet[Household]:
    """The families that I received, or that an organization which I manage received."""
    mine = Q(practitioners__user=request.user.pk) | Q(organization__in=request.rights.manages)
    seen = Appointment.objects.filter(mine, departement=departement).values("household")
    return Household.objects.filter(pk__in=seen, merged_into=None)
