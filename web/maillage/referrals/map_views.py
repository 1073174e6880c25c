"""R31: the pathway map of a territory, for professionals; what officers do about gaps."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maillage.core.csv_files import csv_bytes
from maillage.core.maps import Area, Drawing, LegendClass, draw
from maillage.core.tables import Cell as Box
from maillage.core.tables import Column
from maillage.directory.needs import BY_CODE, NEEDS
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.referrals import pathways as steps
from maillage.referrals import permissions
from maillage.referrals.forms import GapForm
from maillage.referrals.models import Gap
from maillage.referrals.pathways import MINUTES, Cell, Step
from maillage.territory.models import Commune, Departement

FILLS: dict[Step, str] = {"on_site": "map-4", "remote": "map-1", "gap": "map-unserved"}
CSV_HEAD = (
    "departement", "epci", "intercommunalite", "besoin", "etape", "services_sur_place",
    "part_a_30_min", "minutes_moyennes", "services_a_distance", "orientations_sur_12_mois",
    "manque_depuis",
)  # fmt: skip


@never_cache
@professionals_only(permissions.reads_the_map)
@require_GET
def pathways(request: AtWork) -> HttpResponse:
    """The next step of every need: all of them by intercommunality, or one need on the map."""
    code = _departement(request)
    need = request.GET.get("besoin", "")
    cells = steps.survey(code, timezone.localdate())
    chosen = BY_CODE.get(need)
    page = {
        "departement": Departement.objects.filter(pk=code).first(),
        "needs": [(one.code, one.label) for one in NEEDS],
        "need": need if chosen else "",
        "need_label": str(chosen.label) if chosen else "",
        "minutes": MINUTES,
        "table": _of_need(cells, need) if chosen else _overview(cells),
        "map": _map(code, cells, need if chosen else ""),
        "legend": _legend(by_need=bool(chosen)),
        "gaps": _gaps(cells),
        "officer": permissions.coordinates(request.rights, code),
        "form": GapForm(),
    }
    return render(request, "referrals/pathways.html", page)


@never_cache
@professionals_only(permissions.reads_the_map)
@require_GET
def pathways_csv(request: AtWork) -> HttpResponse:
    """Every cell, for a spreadsheet."""
    code = _departement(request)
    rows = [
        [
            code,
            cell.epci.pk,
            cell.epci.name,
            cell.need.code,
            cell.step,
            cell.on_site,
            round(cell.share, 3),
            "" if cell.nearest is None else cell.nearest,
            cell.remote,
            "" if cell.referrals is None else cell.referrals,
            cell.gap.raised_on.isoformat() if cell.gap else "",
        ]
        for cell in steps.survey(code, timezone.localdate())
    ]
    body = csv_bytes([CSV_HEAD, *rows])
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="parcours-{code}.csv"'
    return response


@require_POST
@professionals_only(permissions.reads_the_map)
def follow_gap(request: AtWork, gap_id: UUID) -> HttpResponse:
    """Say who follows a gap and when they come back to it."""
    gap = permissions.gap_to_follow(request, gap_id)
    form = GapForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        steps.follow(gap, data["due_on"], data["note"], by=request.user.pk)
        messages.success(request, _("C’est noté : ce manque est suivi."))
    else:
        messages.error(request, _("Donnez une date pour y revenir."))
    return redirect("referrals:pathways")


def _departement(request: AtWork) -> str:
    """One's own département; the first of several unless another of one's own is asked."""
    own = sorted(request.rights.departements)
    asked = request.GET.get("departement", "")
    return asked if asked in own else own[0]


def _overview(cells: list[Cell]) -> dict[str, Any]:
    """How many needs have a next step on site, at a distance, or none, by intercommunality."""
    names = {cell.epci.pk: cell.epci.name for cell in cells}
    counts = Counter((cell.epci.pk, cell.step) for cell in cells)
    rows = [[name, *(str(counts[epci, step]) for step in FILLS)] for epci, name in names.items()]
    columns = [
        Column(_("Intercommunalité")),
        Column(_("Besoins avec une étape sur place"), number=True),
        Column(_("À distance seulement"), number=True),
        Column(_("Sans étape suivante"), number=True),
    ]
    return {"columns": columns, "rows": rows}


def _of_need(cells: list[Cell], need: str) -> dict[str, Any]:
    """One need: what exists in each intercommunality, and how many families were passed on."""
    words = step_words()
    rows = [
        [
            Box(cell.epci.name),
            words[cell.step],
            str(cell.on_site),
            "–" if cell.nearest is None else f"{cell.nearest:.0f} min",
            f"{100 * cell.share:.0f} %",
            str(cell.remote),
            _("moins de 5") if cell.referrals is None else str(cell.referrals),
        ]
        for cell in cells
        if cell.need.code == need
    ]
    columns = [
        Column(_("Intercommunalité")),
        Column(_("Prochaine étape")),
        Column(_("Services proches"), number=True),
        Column(_("Trajet moyen"), number=True),
        Column(_("Habitants à 30 min au plus"), number=True),
        Column(_("À distance"), number=True),
        Column(_("Orientations, 12 mois"), number=True),
    ]
    return {"columns": columns, "rows": rows}


def step_words() -> dict[Step, str]:
    """A next step, in words."""
    return {"on_site": _("sur place"), "remote": _("à distance"), "gap": _("aucune")}


def _map(departement: str, cells: list[Cell], need: str) -> Drawing:
    """Communes coloured by their intercommunality: the step of one need, or how many have none."""
    css = {
        epci: (FILLS[step] if need else _fill(missing), title)
        for epci, step, missing, title in _by_epci(cells, need)
    }
    communes = Commune.objects.of(departement).values_list("name", "epci", "outline")
    return draw(
        Area(
            f"{name} : {css[epci][1]}" if epci in css else name,
            outline,
            css[epci][0] if epci in css else "map-missing",
        )
        for name, epci, outline in communes
    )


def _by_epci(cells: list[Cell], need: str) -> list[tuple[str, Step, int, str]]:
    words = step_words()
    missing = Counter(cell.epci.pk for cell in cells if cell.step == "gap")
    shown = need or (cells[0].need.code if cells else "")
    return [
        (
            cell.epci.pk,
            cell.step,
            missing[cell.epci.pk],
            words[cell.step]
            if need
            else _("%(n)s besoins sans étape") % {"n": missing[cell.epci.pk]},
        )
        for cell in cells
        if cell.need.code == shown
    ]


def _fill(missing: int) -> str:
    return "map-4" if missing == 0 else "map-2" if missing <= 3 else "map-unserved"


def _legend(*, by_need: bool) -> list[LegendClass]:
    if by_need:
        words = step_words()
        return [LegendClass(css, words[step]) for step, css in FILLS.items()]
    return [
        LegendClass("map-4", _("une étape pour chaque besoin")),
        LegendClass("map-2", _("1 à 3 besoins sans étape")),
        LegendClass("map-unserved", _("plus de 3 besoins sans étape")),
    ]


def _gaps(cells: list[Cell]) -> list[dict[str, Any]]:
    """What officers follow: the gaps raised, those that nobody follows first."""
    found: list[tuple[Gap, Cell]] = [(cell.gap, cell) for cell in cells if cell.gap is not None]
    found.sort(key=lambda pair: (pair[0].due_on is not None, pair[0].raised_on, str(pair[0].pk)))
    return [
        {"gap": gap, "epci": cell.epci.name, "need": cell.need.label, "filled": cell.step != "gap"}
        for gap, cell in found
    ]
