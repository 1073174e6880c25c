"""/pilotage/objectifs/: equity targets by EPCI, and what each year gave. Reading is public."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.organizations.permissions import AtWork, professionals_only
from maillage.steering import target_actions, target_pages
from maillage.steering.forms import loaded_departements
from maillage.steering.inputs import departements
from maillage.steering.models import Target
from maillage.steering.permissions import home_departement, may_steer, officers, steered
from maillage.steering.target_forms import TargetForm
from maillage.steering.views import attached, nothing_loaded, rights_of


@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    """Every current target of a département, question by question."""
    loaded = dict(loaded_departements(departements()))
    if not loaded:
        return nothing_loaded(request)
    here = _departement(request, loaded)
    rows = Target.objects.current(here).prefetch_related("readings")
    groups = [target_pages.group(list(found)) for _key, found in groupby(rows, target_pages.key)]
    context: dict[str, Any] = {
        "name": loaded[here],
        "departement": here,
        "others": [
            (name, f"{reverse('steering:targets')}?departement={code}")
            for code, name in loaded.items()
            if code != here
        ],
        "groups": groups,
        "year": timezone.localdate().year,
        "may_write": here in steered(rights_of(request)),
        "path": [(_("Pilotage"), reverse("steering:home")), (_("Objectifs d’équité"), "")],
    }
    response = render(request, "steering/targets.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


@require_GET
def targets_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file: one row per target and year read."""
    loaded = dict(loaded_departements(departements()))
    if not loaded:
        raise Http404
    here = _departement(request, loaded)
    rows = Target.objects.current(here).prefetch_related("readings")
    content, name = target_pages.csv(rows), f"objectifs-{here}.csv"
    return attached(content, "text/csv; charset=utf-8", name)


@require_http_methods(["GET", "POST"])
@professionals_only(officers)
def write(request: AtWork) -> HttpResponse:
    """Promise one target."""
    loaded = dict(loaded_departements(departements()))
    if not loaded:
        return nothing_loaded(request)
    here = _departement(request, loaded)
    may_steer(request.rights, here)
    data = request.POST if request.method == "POST" else None
    form = TargetForm(here, data, request.GET)
    if data is not None and form.is_valid():
        target_actions.promise(form.target, actor_id=request.user.pk)
        messages.success(request, _("Objectif écrit : tout le monde peut le lire."))
        return redirect(_back(here))
    context = {"form": form, "name": loaded[here], "back": _back(here)}
    return render(request, "steering/target_form.html", context)


@require_POST
@professionals_only(officers)
def read(request: AtWork) -> HttpResponse:
    """Read this year's value of every target."""
    loaded = dict(loaded_departements(departements()))
    if not loaded:
        raise Http404
    here = _departement(request, loaded)
    may_steer(request.rights, here)
    year = timezone.localdate().year
    new = target_actions.read(here, year, actor_id=request.user.pk)
    if new:
        said = ngettext(
            "%(n)d relevé pris pour %(year)d.", "%(n)d relevés pris pour %(year)d.", new
        )
        messages.success(request, said % {"n": new, "year": year})
    else:
        messages.info(request, _("Rien de nouveau : les relevés de l’année ne se réécrivent pas."))
    return redirect(_back(here))


@require_POST
@professionals_only(officers)
def withdraw(request: AtWork, target_id: UUID) -> HttpResponse:
    """Take a target back."""
    target = get_object_or_404(Target, pk=target_id)
    may_steer(request.rights, target.departement_id)
    target_actions.take_back(target_id, actor_id=request.user.pk)
    messages.success(request, _("Objectif retiré. Ses relevés restent enregistrés."))
    return redirect(_back(target.departement_id))


def _departement(request: HttpRequest, loaded: dict[str, str]) -> str:
    given = request.GET.get("departement", "")
    return given if given in loaded else home_departement(rights_of(request), list(loaded))


def _back(departement: str) -> str:
    return f"{reverse('steering:targets')}?departement={departement}"
