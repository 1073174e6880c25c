"""The compromises of a team, said: a table with today's, and a chart of what presence costs."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core.charts import Series, Tick, line_chart
from maillage.core.tables import Cell, Column
from maillage.steering import wording
from maillage.steering.scenarios.result import Balance, Compromise, Network, Outcome

LINES = 4  # of the chart
TICKS = 5


def said(found: Outcome) -> dict[str, Any] | None:
    """What the page and the paper show; None when no team was given."""
    if found.balance is None or found.today is None:
        return None
    columns, rows = table(found, found.balance, found.today)
    return {
        "columns": columns,
        "rows": rows,
        "sentence": _sentence(found, found.balance),
        "proof": _proof(found.balance),
        "chart": _chart(found.balance, found.today) if found.balance.compromises else None,
    }


def table(
    found: Outcome, balance: Balance, today: Network
) -> tuple[list[Column], list[list[Cell]]]:
    """One row for today, then one for each compromise."""
    columns = [
        Column(_("Lieux nouveaux"), number=True),
        Column(_("Présence dans chacun, au moins"), number=True),
        Column(_("Trajet moyen"), number=True),
        Column(_("À %(n)d minutes au plus") % {"n": found.plan.minutes}, number=True),
        Column(_("Où, et qui s’y partage")),
    ]
    first = [
        "0",
        "–",
        wording.exact_minutes(today.mean),
        _near(today.within, today.share),
        _("aujourd’hui"),
    ]
    rows = [first, *(_row(one) for one in balance.compromises)]
    return columns, [[Cell(text) for text in row] for row in rows]


def _row(one: Compromise) -> list[str]:
    presence = wording.tied(_("%(n)s temps plein") % {"n": wording.number(one.floor, 1)})
    near = _near(one.within, one.share)
    return [wording.number(one.sites), presence, wording.exact_minutes(one.mean), near, _where(one)]


def _near(people: float, share: float | None) -> str:
    return wording.tied(f"{wording.count(people)} ({wording.percent(share)})")


def _where(one: Compromise) -> str:
    """The places of each person together: "Gy 0,5 et Jussey 0,5 (même personne) ; Pesmes 1,0"."""
    by_person: dict[int, list[str]] = defaultdict(list)
    for post in one.posts:
        by_person[post.person].append(f"{post.name} {wording.number(post.presence, 1)}")
    shared = _("%(places)s (même personne)")
    return " ; ".join(
        places[0] if len(places) == 1 else shared % {"places": ", ".join(places)}
        for places in by_person.values()
    )


def _sentence(found: Outcome, balance: Balance) -> str:
    if not balance.compromises and not balance.complete:
        return _(
            "Le calcul n’a trouvé aucun compromis dans le temps imparti : prenez un territoire plus"
            " petit ou une équipe moins nombreuse."
        )
    if not balance.compromises:
        return _(
            "Personne de l’équipe ne peut tenir la présence demandée dans un lieu : baissez le"
            " personnel de chaque lieu, ou donnez plus de temps à l’équipe."
        )
    return ngettext(
        "%(n)d compromis dont aucun autre ne bat à la fois le nombre de lieux, la présence et le"
        " trajet. Une personne a trois lieux au plus, à %(apart)d minutes l’un de l’autre au plus.",
        "%(n)d compromis dont aucun autre ne bat à la fois le nombre de lieux, la présence et le"
        " trajet. Une personne a trois lieux au plus, à %(apart)d minutes l’un de l’autre au plus.",
        len(balance.compromises),
    ) % {"n": len(balance.compromises), "apart": found.plan.apart}


def _proof(balance: Balance) -> str:
    if balance.proven:
        return _("Prouvé : il n’y en a pas d’autre.")
    return _("Pas prouvé complet : le calcul s’est arrêté avant d’avoir tout essayé.")


def _chart(balance: Balance, today: Network) -> dict[str, Any] | None:
    """The mean trip against the number of places, one line for each presence."""
    if today.mean is None or today.mean >= balance.compromises[0].mean * 50:
        return None  # nothing is open today: the first place alone would fill the chart
    floors = _some(sorted({one.floor for one in balance.compromises}))
    most = max(one.sites for one in balance.compromises)
    lines = [(floor, _line(balance, today.mean, floor, most)) for floor in floors]
    names = [_("%(n)s temps plein au moins") % {"n": wording.number(floor, 1)} for floor in floors]
    low = min(points[-1][1] for _floor, points in lines)
    step = (today.mean - low) / (TICKS - 1) or 1.0
    heights = [low + step * at for at in range(TICKS)]
    return {
        "chart": line_chart(
            [
                Series(name, points, f"series-{at}")
                for at, (name, (_floor, points)) in enumerate(zip(names, lines, strict=True), 1)
            ],
            x_ticks=[Tick(at, wording.number(at)) for at in range(most + 1)],
            y_ticks=[Tick(height, wording.number(height, 1)) for height in heights],
            x_label=_("lieux nouveaux"),
            y_label=_("trajet moyen (minutes)"),
        ),
        "description": _(
            "Le trajet moyen part de celui d’aujourd’hui et baisse quand on ouvre des lieux ; il"
            " baisse moins quand on veut plus de présence dans chacun."
        ),
        "columns": [
            Column(_("Lieux nouveaux"), number=True),
            *(Column(n, number=True) for n in names),
        ],
        "rows": [
            [
                wording.number(at),
                *(wording.exact_minutes(dict(points).get(at)) for _floor, points in lines),
            ]
            for at in range(most + 1)
        ],
    }


def _some(floors: list[float]) -> list[float]:
    """At most `LINES` floors, the ends included."""
    if len(floors) <= LINES:
        return floors
    return [floors[round(at * (len(floors) - 1) / (LINES - 1))] for at in range(LINES)]


def _line(balance: Balance, today: float, floor: float, most: int) -> list[tuple[float, float]]:
    """The least mean trip with so many places at most, at this presence."""
    enough = [one for one in balance.compromises if one.floor >= floor]
    last = max(one.sites for one in enough)
    points = [(0.0, today)]
    for sites in range(1, min(last, most) + 1):
        best = min((one.mean for one in enough if one.sites <= sites), default=today)
        points.append((float(sites), best))
    return points
