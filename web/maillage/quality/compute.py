"""The quality board: tiles of counts, each with its definition, its source, its protection."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.quality.counting import Counts, agreeing
from maillage.quality.models import Feedback, question
from maillage.quality.protection import (
    LEAST,
    LEAST_INCOME,
    column,
    published,
    rounded,
    share,
    wilson,
)

HIDDEN = gettext_lazy("non publié")


class Line(NamedTuple):
    """One row of a tile's table and of the file: what, how much, of how many."""

    label: str
    value: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One question answered, with what one needs to check it."""

    key: str
    title: str
    value: str
    unit: str
    note: str
    definition: str
    source: str
    lines: tuple[Line, ...] = ()

    @property
    def is_hidden(self) -> bool:
        """Whether there is too little to show."""
        return self.value == str(HIDDEN)


def board(counts: Counts) -> list[Tile]:
    """Return the tiles, in the order in which they are read."""
    return [
        _waiting(counts),
        _no_show(counts),
        _duration(counts),
        _satisfaction(counts),
        _referrals(counts),
        _bands(counts),
        _communes(counts),
        _qualification(counts),
        _supervision(counts),
    ]


def _waiting(counts: Counts) -> Tile:
    days = sorted(counts.waits)
    shown = len(days) >= LEAST
    slowest = days[min(len(days) - 1, -(-9 * len(days) // 10) - 1)] if days else 0
    return Tile(
        "attente",
        _("Attente avant le premier entretien"),
        _number(median(days)) if shown else str(HIDDEN),
        _("jours (médiane)"),
        _("Neuf familles sur dix ont attendu {days} jours au plus. {number}").format(
            days=slowest, number=_about(len(days))
        )
        if shown
        else _too_few(),
        _(
            "Jours entre la demande (inscription en liste d’attente, ou premier rendez-vous pris"
            " même s’il a été déplacé) et le premier entretien qui a eu lieu, pour les familles"
            " dont c’était le premier dans le trimestre."
        ),
        _("Rendez-vous et liste d’attente (agenda)."),
        (
            Line(_("Familles"), _shown(published(len(days)))),
            Line(_("Médiane (jours)"), _number(median(days)) if shown else str(HIDDEN)),
            Line(_("Neuf sur dix (jours)"), str(slowest) if shown else str(HIDDEN)),
        ),
    )


def _no_show(counts: Counts) -> Tile:
    missed, came = counts.states["no_show"], counts.states["attended"]
    value = share(missed, missed + came)
    return Tile(
        "absences",
        _("Rendez-vous où personne n’est venu"),
        _percent(value),
        "",
        _about(missed + came, _("rendez-vous")) if value is not None else _too_few(),
        _(
            "Rendez-vous manqués sans prévenir, sur ceux qui ont eu lieu ou ont été manqués. Qui"
            " prévient est « excusé » et ne compte pas."
        ),
        _("Rendez-vous clos par les intervenants (agenda)."),
        (
            Line(_("Ont eu lieu"), _shown(published(came))),
            Line(_("Personne n’est venu"), _shown(published(missed))),
            Line(_("Excusés"), _shown(published(counts.states["excused"]))),
            Line(_("Annulés"), _shown(published(counts.states["cancelled"]))),
        ),
    )


def _duration(counts: Counts) -> Tile:
    minutes, number = counts.minutes, len(counts.minutes)
    shown = number >= LEAST
    mean = f"{sum(minutes) / number:.0f}" if shown else str(HIDDEN)
    return Tile(
        "duree",
        _("Durée réelle d’un entretien"),
        mean,
        _("minutes (moyenne)"),
        _about(number, _("entretiens")) if shown else _too_few(),
        _("Durée notée par l’intervenant à la fin de l’entretien, pas celle du créneau."),
        _("Entretiens clos (accompagnements)."),
        (Line(_("Entretiens"), _shown(published(number))), Line(_("Moyenne (minutes)"), mean)),
    )


def _satisfaction(counts: Counts) -> Tile:
    useful = counts.answers.get("useful", Counter())
    total = sum(useful.values())
    agree = agreeing(useful.items())
    shown = total >= LEAST
    value = _percent(round(100 * rounded(agree) / max(rounded(total), 1))) if shown else str(HIDDEN)
    return Tile(
        "satisfaction",
        _("Familles à qui cela a été utile"),
        value,
        "",
        _between(rounded(agree), rounded(total)) if shown else _too_few(),
        _(
            "« Plutôt oui » et « tout à fait » aux trois questions posées une fois, le lendemain de"
            " la fin ou trois semaines après. Intervalle de Wilson, niveau 0,95. Jamais par"
            " intervenant."
        ),
        _("Avis des familles, sans lien avec leur nom."),
        (
            *(_question_line(counts, name) for name in Feedback.QUESTIONS),
            Line(
                _("Réponses"), _shown(published(counts.answered)), _shown(published(counts.asked))
            ),
        ),
    )


def _question_line(counts: Counts, name: str) -> Line:
    said = counts.answers.get(name, Counter())
    total = sum(said.values())
    label = question(Feedback, name)
    if total < LEAST:
        return Line(label, str(HIDDEN))
    agree = rounded(agreeing(said.items()))
    return Line(label, _percent(round(100 * agree / rounded(total))), _shown(published(total)))


def _referrals(counts: Counts) -> Tile:
    found = counts.referrals
    value = share(found.contacted, found.proposed)
    return Tile(
        "orientations",
        _("Orientations arrivées jusqu’au premier contact"),
        _percent(value),
        "",
        _about(found.proposed, _("orientations")) if value is not None else _too_few(),
        _("Orientations proposées dans le trimestre dont le premier contact a été noté."),
        _("Orientations et leurs réponses."),
        (
            Line(_("Proposées"), _shown(published(found.proposed))),
            Line(_("Acceptées"), _shown(published(found.accepted))),
            Line(_("Premier contact"), _shown(published(found.contacted))),
            Line(_("Le besoin a trouvé une réponse"), _shown(published(found.met))),
        ),
    )


def _bands(counts: Counts) -> Tile:
    labels = {(one.schedule, one.label): one.households for one in counts.bands}
    shown = column(labels, LEAST_INCOME)
    total = sum(labels.values())
    return Tile(
        "revenus",
        _("Familles par tranche de revenus"),
        _shown(published(total, LEAST_INCOME)),
        _("familles"),
        _("Moins de 11 familles dans une tranche : non publié."),
        _(
            "Réponse donnée en prenant rendez-vous ; « je préfère ne pas le dire » en est une. Un"
            " tarif n’est jamais un obstacle."
        ),
        _("Tarifs demandés (barèmes)."),
        tuple(
            Line(f"{schedule} · {label}", _shown(value))
            for (schedule, label), value in shown.items()
        ),
    )


def _communes(counts: Counts) -> Tile:
    shown = column(counts.communes)
    ranked = sorted(shown.items(), key=lambda pair: (-(pair[1] or 0), pair[0]))
    hidden = sum(value is None for value in shown.values())
    lines = [Line(name, _shown(value)) for name, value in ranked if value is not None]
    if hidden:
        lines.append(Line(_("Autres communes ({number})").format(number=hidden), str(HIDDEN)))
    return Tile(
        "communes",
        _("Familles accompagnées"),
        _shown(published(counts.households)),
        _("familles"),
        _("Par commune, quand elles sont cinq au moins."),
        _("Foyers qui ont eu au moins un entretien dans le trimestre, comptés une fois."),
        _("Rendez-vous qui ont eu lieu et commune donnée par la famille."),
        tuple(lines),
    )


def _qualification(counts: Counts) -> Tile:
    people, valid = counts.practitioners, counts.qualified
    value = _percent(round(100 * valid / people)) if people else str(HIDDEN)
    return Tile(
        "qualification",
        _("Intervenants dont tous les papiers sont valables"),
        value,
        "",
        _("{valid} sur {people}").format(valid=valid, people=people) if people else _("Personne."),
        _(
            "Diplôme, formation obligatoire, attestation d’honorabilité et charte, vus et valables"
            " au dernier jour du trimestre. Sans eux, personne ne peut réserver."
        ),
        _("Papiers notés par les structures."),
        (Line(_("Papiers valables"), str(valid), str(people)),),
    )


def _supervision(counts: Counts) -> Tile:
    people = counts.practitioners
    per_head = counts.supervised / people if people else 0
    return Tile(
        "supervision",
        _("Analyse de la pratique"),
        _number(counts.supervision_hours),
        _("heures"),
        _("{seats} présences pour {people} intervenants").format(
            seats=counts.supervised, people=people
        ),
        _("Séances d’analyse de la pratique notées par les structures."),
        _("Séances notées par les structures."),
        (
            Line(_("Heures"), _number(counts.supervision_hours)),
            Line(_("Présences par intervenant"), _number(round(per_head, 1))),
        ),
    )


def _number(value: float) -> str:
    """Write a number as the reader's language does, without a useless zero."""
    return number_format(int(value) if value == int(value) else round(value, 1))


def _shown(value: int | None) -> str:
    return str(HIDDEN) if value is None else str(value)


def _percent(value: int | None) -> str:
    return str(HIDDEN) if value is None else f"{value} %"


def _too_few() -> str:
    return _("Trop peu de cas pour être montré sans désigner personne.")


def _about(number: int, what: str = "") -> str:
    return _("Sur environ {number} {what}.").format(
        number=rounded(number), what=what or _("familles")
    )


def _between(agree: int, total: int) -> str:
    low, high = wilson(agree, total)
    return _(
        "De {low} à {high} pour cent avec 95 chances sur 100 ; environ {number} réponses."
    ).format(low=round(100 * low), high=round(100 * high), number=total)


def rows(tiles: Iterable[Tile]) -> list[list[str]]:
    """Return the board as the rows of a file."""
    return [
        [tile.key, tile.title, line.label, line.value, line.of]
        for tile in tiles
        for line in (Line(tile.title, tile.value), *tile.lines)
    ]
