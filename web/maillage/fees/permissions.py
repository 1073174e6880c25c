"""Who writes scales (managers, administrators) and who reads funding (steering too)."""

from uuid import UUID

from django.db.models import Q, QuerySet

from maillage.directory.models import Service
from maillage.fees.models import Schedule, ScheduleVersion, Tariff
from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, Rights


def follows_funding(rights: Rights) -> bool:
    """Whether this person reads who pays: managers, steering officers, administrators."""
    return bool(rights.manages or rights.steers or rights.administers)


def organizations_of(rights: Rights) -> QuerySet[Organization]:
    """The organizations whose scales this person writes."""
    mine = Q(pk__in=rights.manages) | Q(departement__in=rights.administers)
    return Organization.objects.filter(mine).order_by("name", "pk")


def schedules_of(rights: Rights) -> QuerySet[Schedule]:
    """The scales that this person writes."""
    return Schedule.objects.filter(organization__in=organizations_of(rights))


def schedule_of(request: AtWork, schedule_id: UUID) -> Schedule:
    """Load one of them, or refuse without saying whether it exists."""
    found = schedules_of(request.rights).filter(pk=schedule_id).select_related("organization")
    if (schedule := found.first()) is None:
        raise NotAllowed
    return schedule


def version_of(request: AtWork, version_id: UUID) -> ScheduleVersion:
    """Load one version of one of them, or refuse."""
    found = ScheduleVersion.objects.filter(
        pk=version_id, schedule__in=schedules_of(request.rights)
    ).first()
    if found is None:
        raise NotAllowed
    return found


def priced_services(rights: Rights) -> QuerySet[Service]:
    """The services whose fee this person decides: by income, as their entry says, or already so."""
    found = Service.objects.filter(organization__in=organizations_of(rights), merged_into=None)
    asked = Q(cost=Service.Cost.BY_INCOME) | Q(pk__in=Tariff.objects.values("service"))
    return found.filter(asked).order_by("organization__name", "name", "pk")


def priced_service(request: AtWork, service_id: UUID) -> Service:
    """Load one of them, or refuse."""
    if (found := priced_services(request.rights).filter(pk=service_id).first()) is None:
        raise NotAllowed
    return found


def funded_services(rights: Rights) -> QuerySet[Service]:
    """The services whose funding this person reads."""
    places = rights.steers | rights.administers
    mine = Q(organization__in=rights.manages) | Q(departement__in=places)
    return Service.objects.filter(mine, merged_into=None).select_related("organization")


def funded_service(request: AtWork, service_id: UUID) -> Service:
    """Load one of them, or refuse."""
    if (found := funded_services(request.rights).filter(pk=service_id).first()) is None:
        raise NotAllowed
    return found
