"""From a diagnosis to what a page shows: cards, map, legend, tables, and what to know."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.core.maps import LegendClass
from maillage.core.tables import Cell, Column
from maillage.directory.models import ServiceArea
from maillage.directory.vocabulary import Delivery
from maillage.steering import cars, maps, wording
from maillage.steering.actions import Answer
from maillage.steering.classes import FILLS, MISSING, UNSERVED, Classes
from maillage.steering.diagnosis import CommuneResult, Diagnosis
from maillage.steering.indicators import BY_CODE
from maillage.steering.margins import words as margins
from maillage.steering.question import Question
from maillage.steering.vocabulary import DECAYS, Audience, Decay, Unserved
from maillage.territory.models import Commune, Mode

NOT_ON_THE_MAP = frozenset(
    {"incomes_communes", "incomes_epci", "zrr", "frr", "qpv_2015", "france_services", "dila"}
)
TABS: tuple[tuple[str, Promise], ...] = (
    ("diagnosis", gettext_lazy("La carte")),
    ("epcis", gettext_lazy("Entre intercommunalités")),
    ("priorities", gettext_lazy("Priorités")),
    ("comparison", gettext_lazy("Comparer")),
    ("overlaps", gettext_lazy("Chevauchements")),
    ("communes", gettext_lazy("Toutes les communes")),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A big number, what it means, and where it comes from."""

    value: str
    meaning: str
    note: str
    source_href: str


@dataclass(frozen=True, slots=True)
class ColouredMap:
    """A map ready for `steering/map.html`."""

    prefix: str  # of every id in it
    title: str
    description: str
    drawn: SafeString
    ground: maps.Ground
    dots: list[tuple[int, int, str]]
    legend: list[LegendClass]
    unit: str
    source: str

    @property
    def id(self) -> str:
        """Unique in the page."""
        return f"map-{self.prefix}"

    @property
    def pattern(self) -> str:
        """The id of its hatch."""
        return f"{self.prefix}-hatch"


@dataclass(frozen=True, slots=True)
class UnservedRow:
    """One commune of the short list."""

    name: str
    epci: str
    people: str
    nearest: str
    doubt: str


@dataclass(frozen=True, slots=True)
class RemoteRow:
    """One service at a distance."""

    name: str
    modes: str
    level: str


def address(name: str, asked: Question, *args: str) -> str:
    """The page `name` of this room, for the same question."""
    return f"{reverse(f'steering:{name}', args=args)}?{asked.query()}"


def tabs(asked: Question, current: str) -> list[tuple[str, str, bool]]:
    """The pages of one question."""
    return [(str(label), address(name, asked), name == current) for name, label in TABS]


def figure(found: Diagnosis, code: str) -> Figure:
    """One big number."""
    indicator = BY_CODE[code]
    return Figure(
        value=indicator.shown(found),
        meaning=indicator.meaning(found),
        note=_note(found, code),
        source_href=address("figure", found.question, code),
    )


def figure_without_car(found: Diagnosis) -> Figure:
    """Who has a place within the threshold without driving, beside the first figure."""
    plain = figure(found, "couverture")
    meaning = _("%(meaning)s à vélo, sans voiture") % {"meaning": plain.meaning}
    share = cars.share_without_car(found.question.departement)
    if share is None:
        note = _("compté comme si tout le public allait à vélo")
    else:
        note = _("%(share)s des ménages n’ont pas de voiture (recensement %(year)d)") % {
            "share": wording.percent(share[0]),
            "year": share[1],
        }
    return replace(plain, meaning=meaning, note=note)


def _note(found: Diagnosis, code: str) -> str:
    spread, note = margins.range_words(found, code), _meaning_note(found, code)
    if not spread or not note:
        return spread or note
    return _("%(range)s ; %(note)s") % {"range": spread, "note": note}


def _meaning_note(found: Diagnosis, code: str) -> str:
    totals = found.totals
    if code in {"ecart-epci", "rapport-epci"}:
        return _extremes(found)
    if code == "communes-non-desservies":
        return unserved_words(found.question)
    if code == "lieux-comptes" and totals.halo_sites:
        return ngettext(
            "et %(n)d chez les voisins", "et %(n)d chez les voisins", totals.halo_sites
        ) % {"n": totals.halo_sites}
    return ""


def _extremes(found: Diagnosis) -> str:
    known = sorted((e for e in found.epcis if e.score is not None), key=lambda e: e.score or 0.0)
    if not known:
        return ""
    return _("de %(low)s à %(high)s") % {
        "low": wording.short_name(known[0].name),
        "high": wording.short_name(known[-1].name),
    }


def unserved_words(asked: Question) -> str:
    """What "unserved" means here."""
    if asked.unserved == Unserved.NOTHING:
        return _("c’est-à-dire avec un score d’accès nul")
    if asked.unserved == Unserved.RELATIVE:
        return _("c’est-à-dire sous %(part)d pour cent de la médiane, ou sans rien") % {
            "part": asked.fraction
        }
    return _("c’est-à-dire à plus de %(n)d minutes du lieu le plus proche") % {"n": asked.minutes}


def subtitle(found: Diagnosis) -> str:
    """For whom, how and within what time."""
    asked = found.question
    return _("%(place)s · %(people)s · %(mode)s · %(n)d minutes") % {
        "place": found.departement_name,
        "people": Audience(asked.audience).label,
        "mode": Mode(asked.mode).label,
        "n": asked.minutes,
    }


def coloured_map(
    answer: Answer, ground: maps.Ground, classes: Classes, *, prefix: str = "c", title: str = ""
) -> ColouredMap:
    """The map of scores, with the places that were counted."""
    drawn = score_map(answer.diagnosis, ground, classes, prefix=prefix, title=title)
    return replace(drawn, dots=dots(answer, ground))


def score_map(
    found: Diagnosis, ground: maps.Ground, classes: Classes, *, prefix: str = "c", title: str = ""
) -> ColouredMap:
    """The map of scores alone."""
    fills = {c.code: (classes.fill(c), said(c)) for c in found.communes}
    return ColouredMap(
        prefix=prefix,
        title=title or found.question.title(),
        description=_described(found),
        drawn=mark_safe(maps.coloured(fills, ground.paths, prefix=prefix)),  # noqa: S308 (escaped)
        ground=ground,
        dots=[],
        legend=legend(classes, found),
        unit=wording.score_unit(found.question),
        source=sources_in_short(found),
    )


def dots(answer: Answer, ground: maps.Ground) -> list[tuple[int, int, str]]:
    """Where the places are, each once."""
    opened = answer.diagnosis.question.scenario.opened
    places = [(site.latitude, site.longitude, site.name) for site in answer.facts.sites]
    if opened:
        halls = Commune.objects.filter(pk__in=opened).order_by("pk")
        places += halls.values_list("latitude", "longitude", "name")
    found: dict[tuple[int, int], list[str]] = {}
    for latitude, longitude, name in places:
        spot = ground.spot(latitude, longitude)
        if spot:
            found.setdefault(spot, []).append(name)
    return [(x, y, " ; ".join(names)) for (x, y), names in found.items()]


def said(commune: CommuneResult) -> str:
    """What the map says of one commune."""
    time = wording.minutes(commune.minutes)
    if commune.people is None:
        return _("%(name)s : effectif non connu, %(time)s") % {"name": commune.name, "time": time}
    facts = {"name": commune.name, "score": wording.amount(commune.score), "time": time}
    if commune.unserved:
        return _("%(name)s : %(score)s, %(time)s, non desservie") % facts
    return _("%(name)s : %(score)s, %(time)s") % facts


def _described(found: Diagnosis) -> str:
    totals = found.totals
    return _("%(unserved)s communes sur %(all)s ne sont pas desservies ; %(n)s lieux comptés.") % {
        "unserved": wording.number(totals.unserved_communes),
        "all": wording.number(totals.communes),
        "n": wording.number(totals.sites),
    }


def legend(classes: Classes, found: Diagnosis) -> list[LegendClass]:
    """The classes in order, then what is not on the scale."""
    bounds, fills = classes.bounds, FILLS[classes.shift :]
    lines = []
    if bounds:
        low = _("moins de %(n)s") % {"n": wording.amount(bounds[0])}
        lines.append(LegendClass(fills[0], low))
        for at, (low_bound, high_bound) in enumerate(pairwise(bounds), 1):
            between = _("%(low)s à %(high)s") % {
                "low": wording.amount(low_bound),
                "high": wording.amount(high_bound),
            }
            lines.append(LegendClass(fills[at], between))
        high = _("%(n)s et plus") % {"n": wording.amount(bounds[-1])}
        lines.append(LegendClass(fills[len(bounds)], high))
    elif any(not c.unserved and c.people is not None for c in found.communes):
        lines.append(LegendClass(fills[0], _("desservie")))
    lines.append(LegendClass(UNSERVED, _("non desservie")))
    if any(c.people is None for c in found.communes):
        lines.append(LegendClass(MISSING, _("effectif non connu")))
    return lines


def sources_in_short(found: Diagnosis) -> str:
    """One line of sources and vintages, for under a map: those the map is made from."""
    files = [
        f"{producer} {vintage}"
        for key, _name, producer, _licence, vintage, _sha in found.sources
        if key not in NOT_ON_THE_MAP
    ]
    return " ; ".join(dict.fromkeys([*files, _("annuaire de Maillage")]))


def unserved_list(found: Diagnosis) -> list[CommuneResult]:
    """Unserved communes, those with most people first."""
    rows = [commune for commune in found.communes if commune.unserved]
    return sorted(rows, key=lambda c: (-(c.people or 0.0), c.code))


def unserved_row(commune: CommuneResult) -> UnservedRow:
    """One commune of the short list, with what makes it doubtful."""
    return UnservedRow(
        name=commune.name,
        epci=commune.epci_name,
        people=wording.count(commune.people),
        nearest=_nearest(commune),
        doubt=", ".join(_doubts(commune)),
    )


def _doubts(commune: CommuneResult) -> list[str]:
    words = []
    if commune.close_call:
        words.append(_("près du seuil"))
    if commune.open_border:
        words.append(_("bordure : offre voisine non connue"))
    return words


def remote_rows(found: Diagnosis) -> list[RemoteRow]:
    """Services at a distance, said in words."""
    return [
        RemoteRow(
            name=f"{name}, {organization}",
            modes=", ".join(str(Delivery(mode).label) for mode in modes),
            level=str(ServiceArea.Level(level).label),
        )
        for name, organization, modes, level in found.remote
    ]


def shapes(ground: maps.Ground) -> SafeString:
    """The outlines, as definitions for every map of a page."""
    return mark_safe(ground.shapes())  # noqa: S308 (numbers and codes alone)


def decays() -> list[tuple[Any, Any, str]]:
    """Every decay: name, sentence, formula."""
    return [(Decay(code).label, facts.sentence, facts.formula) for code, facts in DECAYS.items()]


def commune_table(
    rows: list[CommuneResult],
    link: str = "",
    sort: str = "",
    order: str = "",
    apart: Diagnosis | None = None,
) -> dict[str, Any]:
    """Columns and rows for `ui/table.html`; `link` makes the columns sortable.

    `apart` is the same question without a car: its minutes come last.
    """
    names = (
        ("commune", _("Commune"), False),
        ("epci", _("Intercommunalité"), False),
        ("public", _("Public concerné"), True),
        ("minutes", _("Lieu le plus proche"), True),
        ("score", _("Score d’accès"), True),
        ("etat", _("Desserte"), False),
    )
    columns = [
        Column(label, number, *_sorting(code, link, sort, order)) for code, label, number in names
    ]
    cells = [_commune_cells(row) for row in rows]
    if apart:
        minutes = {commune.code: commune.minutes for commune in apart.communes}
        columns.append(Column(_("Sans voiture, à vélo"), number=True))
        for row, line in zip(rows, cells, strict=True):
            line.append(wording.minutes(minutes.get(row.code)))
    return {"columns": columns, "rows": cells}


def _sorting(code: str, link: str, sort: str, order: str) -> tuple[str, Any]:
    if not link:
        return "", ""
    here = code == sort
    turned = "desc" if here and order == "asc" else "asc"
    state = {"asc": "ascending", "desc": "descending"}[order] if here else ""
    return f"{link}&tri={code}&ordre={turned}", state


def _commune_cells(commune: CommuneResult) -> list[Cell | str]:
    return [
        commune.name,
        commune.epci_name,
        wording.count(commune.people),
        _nearest(commune),
        wording.amount(commune.score),
        state(commune),
    ]


def _nearest(commune: CommuneResult) -> str:
    if commune.minutes is None:
        return _("aucun trouvé")
    return _("%(time)s, %(place)s") % {
        "time": wording.minutes(commune.minutes),
        "place": commune.nearest_commune,
    }


def state(commune: CommuneResult) -> str:
    """Served or not, and how sure that is."""
    first = _("non desservie") if commune.unserved else _("desservie")
    return ", ".join([first, *_doubts(commune)])


def notes(found: Diagnosis) -> list[str]:
    """What one must know before using these figures, most important first."""
    totals, asked = found.totals, found.question
    said_here: list[tuple[bool, str]] = [
        (bool(margins.note(found)), margins.note(found)),
        (
            bool(found.silent_departements),
            _(
                "Aucun service de cette nature n’est connu dans les départements voisins"
                " %(codes)s : une commune de bordure peut être mieux servie qu’il n’y paraît."
            )
            % {"codes": ", ".join(found.silent_departements)},
        ),
        (
            bool(totals.unverified_services),
            ngettext(
                "%(n)d service compté n’a jamais été vérifié.",
                "%(n)d services comptés n’ont jamais été vérifiés.",
                totals.unverified_services,
            )
            % {"n": totals.unverified_services},
        ),
        (
            bool(totals.sites_without_supply),
            ngettext(
                "%(n)d lieu ne déclare pas ses places : il compte pour la distance, pas pour le"
                " score.",
                "%(n)d lieux ne déclarent pas leurs places : ils comptent pour la distance, pas"
                " pour le score.",
                totals.sites_without_supply,
            )
            % {"n": totals.sites_without_supply},
        ),
        (
            bool(totals.unknown_communes),
            ngettext(
                "L’effectif de %(n)d commune n’est pas connu : elle est en gris et n’entre dans"
                " aucune part.",
                "L’effectif de %(n)d communes n’est pas connu : elles sont en gris et n’entrent"
                " dans aucune part.",
                totals.unknown_communes,
            )
            % {"n": totals.unknown_communes},
        ),
        (
            any(commune.estimated for commune in found.communes),
            _(
                "Les effectifs d’enfants sont en partie estimés d’après la population ; ils sont"
                " arrondis à 5 et masqués sous 5."
            ),
        ),
        (
            asked.mode == Mode.CAR,
            _(
                "Une famille sans voiture ne se reconnaît pas ici :"
                " comparez avec le vélo ou la marche."
            ),
        ),
        (
            True,
            _("Les transports en commun ne sont pas comptés : leurs horaires ne sont pas chargés."),
        ),
    ]
    return [sentence for shown, sentence in said_here if shown]
