"""What is asked for and what is offered, per skill and EPCI: for those who plan staff."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maillage.core.tables import Column
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.pooling import permissions
from maillage.pooling.gap import Line, lines
from maillage.pooling.wording import number, signed
from maillage.territory.models import Departement

TO_THE_HALF_HOUR = 2  # halves in an hour: no family is seen through a decimal


@never_cache
@professionals_only(permissions.compares_needs)
@require_GET
def gap(request: AtWork) -> HttpResponse:
    """Hours a week, by skill and EPCI, where they are shortest first."""
    asked, mine = request.GET.get("departement", ""), sorted(request.rights.departements)
    place = asked if asked in mine else mine[0]
    columns = [
        Column(_("Compétence")), Column(_("Intercommunalité")),
        Column(_("Demandé, h par semaine"), number=True),
        Column(_("Proposé, h par semaine"), number=True),
        Column(_("Écart"), number=True), Column(_("Intervenants"), number=True),
    ]  # fmt: skip
    page = {
        "departement": Departement.objects.get(pk=place),
        "others": Departement.objects.filter(pk__in=mine).exclude(pk=place).order_by("name"),
        "columns": columns,
        "rows": [_row(one) for one in lines(place, timezone.now())],
    }
    return render(request, "pooling/gap.html", page)


def _row(one: Line) -> list[str]:
    demand, capacity = _halves(one.demand), _halves(one.capacity)
    return [
        str(one.skill.label), one.epci.name if one.epci else _("À distance, ou commune inconnue"),
        number(demand), number(capacity), signed(capacity - demand), str(one.people),
    ]  # fmt: skip


def _halves(hours: float) -> float:
    return round(hours * TO_THE_HALF_HOUR) / TO_THE_HALF_HOUR
