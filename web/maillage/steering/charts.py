"""Charts of inequality, each with its sentence and the same data in a table."""

from typing import Any

from django.utils.translation import gettext as _

from maillage.core.charts import Bar, Series, Tick, bar_chart, line_chart
from maillage.core.tables import Column
from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis, EpciResult
from maillage.steering.margins import words as margins


def epci_table(found: Diagnosis) -> dict[str, Any]:
    """One row per EPCI, the worst served first."""
    columns = [
        Column(_("Intercommunalité")),
        Column(_("Score d’accès"), number=True),
        Column(_("Public à portée"), number=True),
        Column(_("Public concerné"), number=True),
        Column(_("Trop loin"), number=True),
        Column(_("Communes non desservies"), number=True),
    ]
    rows = [_epci_row(row) for row in _worst_first(found)]
    if found.margins:
        columns.append(Column(_("Score, par rapport au département")))
        for line, row in zip(rows, _worst_first(found), strict=True):
            line.append(margins.against(row))
    return {"columns": columns, "rows": rows}


def _epci_row(row: EpciResult) -> list[str]:
    score = (None, None) if row.score_low is None else (
        wording.amount(row.score_low), wording.amount(row.score_high)
    )  # fmt: skip
    share = (None, None) if row.coverage_low is None else (
        wording.percent(row.coverage_low), wording.percent(row.coverage_high)
    )  # fmt: skip
    return [
        row.name,
        margins.beside(wording.amount(row.score), *score),
        margins.beside(wording.percent(row.coverage), *share),
        wording.count(row.people),
        wording.count(row.far_people),
        _("%(n)d sur %(all)d") % {"n": row.unserved_communes, "all": row.communes},
    ]


def epci_bars(found: Diagnosis) -> dict[str, Any]:
    """Mean score of each EPCI as bars."""
    rows = [row for row in _worst_first(found) if row.score is not None]
    bars = [Bar(_short(row.name), row.score or 0.0, wording.amount(row.score)) for row in rows]
    return {
        "chart": bar_chart(bars),
        "description": wording.sentence(
            _("%(unit)s, de la moins bien servie à la mieux servie.")
            % {"unit": wording.score_unit(found.question)}
        ),
        "columns": [Column(_("Intercommunalité")), Column(_("Score d’accès"), number=True)],
        "rows": [[row.name, wording.amount(row.score)] for row in rows],
    }


def lorenz_curve(found: Diagnosis) -> dict[str, Any] | None:
    """The Lorenz curve: what share of access the worst-off hold."""
    inequality = found.inequality
    if inequality is None or not found.totals.mean_score:
        return None
    ticks = [Tick(share / 100, wording.percent(share / 100)) for share in (0, 20, 40, 60, 80, 100)]
    half = next(held for people, held in inequality.lorenz if people >= 0.5)
    tenths = inequality.lorenz[:: max(1, len(inequality.lorenz) // 10)]
    return {
        "chart": line_chart(
            [Series(_("accès réel"), inequality.lorenz)],
            x_ticks=ticks,
            y_ticks=ticks,
            x_label=_("part des personnes, des moins bien servies aux mieux servies"),
            y_label=_("part de l’accès"),
            diagonal=True,
        ),
        "description": _(
            "La moitié la moins bien servie dispose de %(held)s de l’accès ; elle en aurait 50 %%"
            " si tous avaient autant (ligne pointillée)."
        )
        % {"held": wording.percent(half)},
        "columns": [
            Column(_("Part des personnes"), number=True),
            Column(_("Part de l’accès"), number=True),
        ],
        "rows": [[wording.percent(people), wording.percent(held)] for people, held in tenths],
    }


def _worst_first(found: Diagnosis) -> list[EpciResult]:
    known = [row for row in found.epcis if row.score is not None]
    unknown = [row for row in found.epcis if row.score is None]
    return sorted(known, key=lambda row: (row.score, row.siren)) + unknown


def _short(name: str, longest: int = 26) -> str:
    name = wording.short_name(name)
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
