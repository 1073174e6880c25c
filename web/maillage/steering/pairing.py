"""Two maps side by side: before and after, two services, two ways to travel, towns and country."""

from dataclasses import replace
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from maillage.core.tables import Column
from maillage.directory.vocabulary import Kind
from maillage.steering import maps, presentation, wording
from maillage.steering.actions import Answer
from maillage.steering.classes import Classes, classes_for
from maillage.steering.diagnosis import CommuneResult, Diagnosis
from maillage.steering.indicators import BY_CODE
from maillage.steering.margins import words as margins
from maillage.steering.presentation import ColouredMap
from maillage.steering.priorities import RURAL_LISTS
from maillage.steering.provenance_text import scenario_words
from maillage.territory.models import Mode

RURAL_DENSITY = 5  # Insee counts levels 5, 6 and 7 as rural
MOST_NAMED = 12
FADED = " faded"


def side_by_side(
    first: Answer, second: Answer, ground: maps.Ground, against: str
) -> dict[str, Any]:
    """Both answers on the first one's scale, and what changes between them."""
    classes = classes_for(first.diagnosis.communes)
    names = _names(first.diagnosis, second.diagnosis, against)
    pairs = [
        (presentation.coloured_map(answer, ground, classes, prefix=prefix, title=name), name)
        for answer, prefix, name in zip((first, second), ("a", "b"), names, strict=True)
    ]
    return {
        "ground": ground,
        "maps": pairs,
        "table": _table(first.diagnosis, second.diagnosis, names),
        "changes": _changes(first.diagnosis, second.diagnosis),
        "title_of_changes": _("Ce qui change de la première carte à la seconde"),
    }


def zonings(answer: Answer, ground: maps.Ground) -> dict[str, Any]:
    """Communes with a QPV beside rural ones: a QPV exists only in towns, so never one alone."""
    found = answer.diagnosis
    groups = [
        (_("Communes qui ont un quartier prioritaire (QPV)"), _qpv(found)),
        (_("Communes rurales : FRR, ZRR ou densité faible"), _rural(found)),
    ]
    classes = classes_for(found.communes)
    pairs = [
        (_only(answer, ground, classes, codes, prefix, name), name)
        for (name, codes), prefix in zip(groups, ("a", "b"), strict=True)
    ]
    everyone = frozenset(commune.code for commune in found.communes)
    columns = [
        Column(_("Communes")), Column(_("Nombre"), number=True),
        Column(_("Public concerné"), number=True), Column(_("Public à portée"), number=True),
        Column(_("Score d’accès moyen"), number=True), Column(_("Non desservies"), number=True),
    ]  # fmt: skip
    rows = [_group_row(name, found, codes) for name, codes in groups]
    rows.append(_group_row(_("Tout le département"), found, everyone))
    return {
        "ground": ground,
        "maps": pairs,
        "table": {"columns": columns, "rows": rows},
        "zoning_note": _(
            "L’accès est mesuré depuis la mairie : un QPV est vu à travers sa commune entière."
        ),
    }


def _qpv(found: Diagnosis) -> frozenset[str]:
    return frozenset(c.code for c in found.communes if "qpv" in c.zonings)


def _rural(found: Diagnosis) -> frozenset[str]:
    return frozenset(
        c.code
        for c in found.communes
        if RURAL_LISTS & set(c.zonings) or (c.density or 0) >= RURAL_DENSITY
    )


def _only(
    answer: Answer,
    ground: maps.Ground,
    classes: Classes,
    codes: frozenset[str],
    prefix: str,
    name: str,
) -> ColouredMap:
    """The map of scores with every other commune faded."""
    whole = presentation.coloured_map(answer, ground, classes, prefix=prefix, title=name)
    fills = {
        c.code: (
            classes.fill(c) + ("" if c.code in codes else FADED),
            presentation.said(c),
        )
        for c in answer.diagnosis.communes
    }
    drawn = maps.coloured(fills, ground.paths, prefix=prefix)
    return replace(whole, drawn=mark_safe(drawn))  # noqa: S308 (escaped in maps.coloured)


def _group_row(name: str, found: Diagnosis, codes: frozenset[str]) -> list[str]:
    """Figures of a group, from the same scores; sums, no new method."""
    rows = [c for c in found.communes if c.code in codes]
    known = [(c, c.people) for c in rows if c.people]
    people = sum(number for _, number in known)
    limit = found.question.minutes
    near = sum(n for c, n in known if c.minutes is not None and c.minutes <= limit)
    score = sum(n * c.score for c, n in known) / people if people else None
    return [
        name,
        wording.number(len(rows)),
        wording.count(people),
        wording.percent(near / people if people else None),
        wording.amount(score),
        wording.number(sum(c.unserved for c in rows)),
    ]


def _names(first: Diagnosis, second: Diagnosis, against: str) -> tuple[str, str]:
    one, other = first.question, second.question
    if against == "service":
        return wording.sentence(str(Kind(one.kind).label)), wording.sentence(
            str(Kind(other.kind).label)
        )
    if against == "deplacement":
        return wording.sentence(str(Mode(one.mode).label)), wording.sentence(
            str(Mode(other.mode).label)
        )
    words = scenario_words(_named(second))
    return _("Aujourd’hui"), wording.sentence(words) or _(
        "La même offre : choisissez un changement"
    )


def _named(found: Diagnosis) -> Any:
    names = {commune.code: commune.name for commune in found.communes}
    scenario = found.question.scenario
    opened = tuple(names.get(code, code) for code in scenario.opened)
    return replace(scenario, opened=opened, closed=scenario.closed and (str(len(scenario.closed)),))


def _table(first: Diagnosis, second: Diagnosis, names: tuple[str, str]) -> dict[str, Any]:
    columns = [Column(_("Chiffre")), *(Column(name, number=True) for name in names)]
    codes = (
        "couverture", "personnes-eloignees", "communes-non-desservies", "temps-moyen",
        "acces-moyen", "gini", "rapport-epci", "lieux-comptes",
    )  # fmt: skip
    figures = [
        (presentation.figure(first, code), presentation.figure(second, code)) for code in codes
    ]
    labels = [str(BY_CODE[code].label) for code in codes]
    rows = [
        [label, one.value, other.value] for label, (one, other) in zip(labels, figures, strict=True)
    ]
    changes = [margins.change(first, second, code) for code in codes]
    if any(changes):
        columns.append(Column(_("Ce qu’on peut en dire")))
        rows = [[*row, change] for row, change in zip(rows, changes, strict=True)]
    return {"columns": columns, "rows": rows}


def _changes(first: Diagnosis, second: Diagnosis) -> list[tuple[str, list[str], int, str]]:
    """Communes that become served or unserved: sentence, first names, how many more, people."""
    before = {commune.code: commune for commune in first.communes}
    gained = [c for c in second.communes if before[c.code].unserved and not c.unserved]
    lost = [c for c in second.communes if c.unserved and not before[c.code].unserved]
    return [
        (_("Deviennent desservies"), *_listed(gained)),
        (_("Ne le sont plus"), *_listed(lost)),
    ]


def _listed(rows: list[CommuneResult]) -> tuple[list[str], int, str]:
    rows = sorted(rows, key=lambda c: (-(c.people or 0.0), c.code))
    names = [row.name for row in rows[:MOST_NAMED]]
    people = sum(row.people or 0.0 for row in rows)
    return names, max(0, len(rows) - MOST_NAMED), wording.count(people)
