"""A scale shown before it is published: sample incomes in a table, the whole as a curve."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from maillage.core.charts import Chart, Series, Tick, line_chart
from maillage.core.tables import Column
from maillage.fees import wording
from maillage.fees.scale import Scale

SAMPLES = tuple(map(Decimal, (0, 500, 800, 1000, 1200, 1500, 1800, 2200, 2500, 3000, 4000, 5300)))
FARTHEST = Decimal(6000)
STEP = Decimal(2000)
PIXELS = 240


def preview(scale: Scale) -> dict[str, Any]:
    """What a page shows of a scale: its chart, its sample incomes, its words."""
    rows = [[wording.euros(income), wording.euros(scale.fee(income))] for income in SAMPLES]
    facts = {"least": wording.euros(scale.lowest), "most": wording.euros(_highest(scale))}
    return {
        "chart": _curve(scale),
        "columns": [Column(_("Revenu mensuel"), True), Column(_("Participation"), True)],
        "rows": rows,
        "said": _("De %(least)s pour les revenus les plus bas à %(most)s.") % facts,
    }


def _highest(scale: Scale) -> Decimal:
    return max(scale.most(position) for position in range(len(scale.steps)))


def _curve(scale: Scale) -> Chart:
    bounds = [step.up_to for step in scale.steps if step.up_to is not None]
    widest = max([FARTHEST, *(bound * Decimal("1.2") for bound in bounds)])
    end = (widest / STEP).to_integral_value(ROUND_CEILING) * STEP
    points = sorted({*(end * n / PIXELS for n in range(PIXELS + 1)), *bounds})
    pairs = [(float(income), float(scale.fee(income))) for income in points]
    top = max(scale.fee(end), Decimal(1))
    return line_chart(
        [Series(_("participation"), pairs)],
        x_ticks=[
            Tick(float(end * n / 4), number_format(int(end * n / 4), force_grouping=True))
            for n in range(5)
        ],
        y_ticks=_marks(top),
        x_label=_("revenu mensuel (€)"),
        y_label=_("participation"),
    )


def _marks(top: Decimal) -> Sequence[Tick]:
    size = next(
        one for one in map(Decimal, (1, 2, 5, 10, 25, 50, 100, 1000, 10**6)) if top <= 5 * one
    )
    count = int((top / size).to_integral_value(ROUND_CEILING))
    return [Tick(float(size * n), wording.euros(size * n)) for n in range(count + 1)]
