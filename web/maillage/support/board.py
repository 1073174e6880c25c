"""Programmes for those who steer: the rules and their versions, and counts that name nobody."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maillage.core.disclosure import SMALLEST, is_hidden, published
from maillage.core.tables import Column
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.support import permissions, reading
from maillage.support.models import Programme, ProgrammeTerms


@never_cache
@professionals_only(permissions.officers)
@require_GET
def programmes(request: AtWork) -> HttpResponse:
    """Each programme: its rules, who it may still welcome in the départements that I steer."""
    mine = permissions.steered(request.rights)
    found = Programme.objects.public().prefetch_related("terms__territories__departement")
    counts = reading.entered(mine)
    rows = [_row(each, counts, mine) for each in found.order_by("status", "name", "pk")]
    # The open ones come first: "open" is after "closed" in the alphabet only.
    rows.sort(key=lambda row: row["programme"].status != Programme.Status.OPEN)
    return render(request, "support/programmes.html", {"rows": rows})


def _row(
    programme: Programme, counts: dict[tuple[Any, str], int], mine: frozenset[str]
) -> dict[str, Any]:
    versions = sorted(programme.terms.all(), key=lambda each: -each.version)
    terms = versions[0]
    return {
        "programme": programme,
        "terms": terms,
        "versions": versions,
        "mine": programme.status == Programme.Status.OPEN
        and any(each.departement_id in mine for each in _territories(terms)),
        "columns": _columns(),
        "territories": [
            _territory(str(each.departement), each.quota, _counted(programme, each, counts, mine))
            for each in _territories(terms)
        ],
    }


def _columns() -> list[Column]:
    return [
        Column(_("Département")),
        Column(_("Foyers entrés"), number=True),
        Column(_("Foyers prévus"), number=True),
        Column(_("Part du quota"), number=True),
    ]


def _territories(terms: ProgrammeTerms) -> list[Any]:
    return sorted(terms.territories.all(), key=lambda each: each.departement_id)


def _counted(
    programme: Programme, each: Any, counts: dict[tuple[Any, str], int], mine: frozenset[str]
) -> int | None:
    """How many entered here; None where I do not steer, or where nothing was kept by this site."""
    if each.departement_id not in mine:
        return None
    return counts.get((programme.pk, each.departement_id), 0)


def _territory(name: str, quota: int, entered: int | None) -> list[str]:
    if entered is None:
        return [name, "–", _grouped(quota), "–"]
    if is_hidden(entered):
        return [name, _("moins de %(count)s") % {"count": SMALLEST}, _grouped(quota), "–"]
    shown = published(entered) or 0
    share = f"{100 * shown / quota:.0f} %" if quota else "–"
    return [name, _grouped(shown), _grouped(quota), share]


def _grouped(number: int) -> str:
    """A number as it is read in the reader's language."""
    return str(number_format(number, force_grouping=True))
