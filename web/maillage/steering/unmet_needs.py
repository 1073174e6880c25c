"""What families searched for and did not find near, as the officers of a département read it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from maillage.core.tables import Column
from maillage.directory.models import UnmetNeed
from maillage.directory.needs import BY_CODE
from maillage.directory.vocabulary import Kind
from maillage.steering import wording


def table(departements: Iterable[str], today: date) -> dict[str, Any]:
    """The needs of the last twelve months, the most searched for first; small counts hidden."""
    found = (
        UnmetNeed.objects.filter(
            departement__in=departements, month__gt=date(today.year - 1, today.month, 1)
        )
        .values("need", "kind")
        .annotate(searches=Sum("count"), communes=Count("commune", distinct=True))
        .order_by("-searches", "need", "kind")
    )
    columns = [
        Column(_("Ce que les familles cherchaient")),
        Column(_("Ce qui manquait")),
        Column(_("Recherches"), number=True),
        Column(_("Communes"), number=True),
    ]
    rows = [
        [
            _said(row["need"]),
            str(UnmetNeed.Kind(row["kind"]).label).capitalize(),
            wording.count(row["searches"]),
            wording.number(row["communes"]),
        ]
        for row in found
    ]
    return {"columns": columns, "rows": rows}


def _said(need: str) -> str:
    """A need as families said it, or the kind of help in which no slot was left."""
    if need in BY_CODE:
        return str(BY_CODE[need].label)
    return str(Kind(need).label).capitalize() if need in Kind.values else need
