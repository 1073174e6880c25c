"""R12: find a time when several professionals are free together, whatever their employers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maillage.agenda import joint, permissions
from maillage.agenda.joint import JointForm
from maillage.agenda.staff_views import by_day
from maillage.organizations.permissions import AtWork, professionals_only


@never_cache
@professionals_only(permissions.keeps_an_agenda)
@require_GET
def together(request: AtWork) -> HttpResponse:
    """Choose who, for what, how; then one of the times when all are free."""
    form = form_of(request)
    family = request.GET.get("pour", "")[:36]
    page = {"form": form, "asked": form.is_bound, "for_family": family}
    if form.is_bound and form.is_valid():
        wanted = form.meeting()
        slots = joint.free_together(wanted, timezone.now())
        page |= {
            "days": by_day(slots, wanted.service.departement_id),
            "nobody_gives_it": not joint.leads(wanted),
            "service": wanted.service,
            "query": urlencode(
                {
                    "avec": ",".join(map(str, wanted.people)),
                    "salle": str(wanted.room or ""),
                    "pour": family,
                }
            ),
        }
    wrong = form.is_bound and not form.is_valid()
    return render(request, "agenda/together.html", page, status=400 if wrong else 200)


def form_of(request: AtWork) -> JointForm:
    """The form, filled with what the address says once somebody was chosen."""
    today = timezone.localdate()
    return JointForm(
        request.GET if "person_1" in request.GET else None,
        people=list(permissions.known_practitioners(request, today)),
        services=permissions.services_here(request),
        rooms=list(permissions.rooms_of(request)),
    )
