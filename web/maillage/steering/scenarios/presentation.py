"""From an outcome to what the page shows: maps, the table side by side, who gains and who loses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.maps import LegendClass
from maillage.core.tables import Cell, Column
from maillage.steering import maps, wording
from maillage.steering.classes import MISSING, UNSERVED
from maillage.steering.scenarios import wordings
from maillage.steering.scenarios.frames import Frame, Label, framed, labelled
from maillage.steering.scenarios.result import Home, Network, Outcome, Place, Proposal
from maillage.territory.models import Mode

LISTED = 8
FILES = {
    "dossier.pdf": gettext_lazy("Dossier pour le conseil (PDF)"),
    "communes.csv": gettext_lazy("Toutes les communes (CSV)"),
    "lieux.csv": gettext_lazy("Les lieux proposés (CSV)"),
    "equilibre.csv": gettext_lazy("Les compromis de l’équipe (CSV)"),
    "lieux.geojson": gettext_lazy("Les lieux sur une carte (GeoJSON)"),
}
FELT = 0.95  # minutes under which nobody notices
Row = tuple[str, Callable[[Network], str]]


@dataclass(frozen=True, slots=True)
class Map:
    """A map ready for `steering/scenario_map.html`."""

    id: str
    title: str
    description: str
    drawn: SafeString
    ground: maps.Ground
    frame: Frame
    dots: list[tuple[int, int, str]]
    new: list[Label]

    @property
    def hatch(self) -> str:
        """The id of its hatch, as `maps.coloured` names it."""
        return f"{self.id}-hatch"


@dataclass(frozen=True, slots=True)
class Side:
    """One proposal, said."""

    aim: str
    name: str
    short: str
    map: Map
    opened: str
    bound: str
    changed: str
    forecast: str
    closed: tuple[str, ...]
    places: list[tuple[Place, str, str]]
    winners: list[str]
    losers: list[str]
    more_winners: int
    parts: list[tuple[str, ...]]
    rounds: list[tuple[str, str]]
    money: str


def drawn(found: Outcome, ground: maps.Ground) -> tuple[maps.Ground, Frame]:
    """What the maps of an outcome show of a département."""
    return framed(ground, [home.code for home in found.homes])


def today_map(found: Outcome, ground: maps.Ground, shown: Frame) -> Map:
    """How far people are today."""
    return _map(found, (ground, shown), 0, _("Aujourd’hui"), ())


def sides(found: Outcome, ground: maps.Ground, shown: Frame) -> list[Side]:
    """Each proposal with its map and its words."""
    return [_side(found, (ground, shown), at, one) for at, one in enumerate(found.proposals, 1)]


def _side(found: Outcome, ground: tuple[maps.Ground, Frame], at: int, one: Proposal) -> Side:
    winners, losers = changes(found, at)
    name = str(wordings.AIM_NAMES[one.aim])
    return Side(
        aim=one.aim,
        name=name,
        short=str(wordings.SHORT_NAMES[one.aim]),
        map=_map(found, ground, at, name, one.places),
        opened=wordings.opened(found, one),
        bound=wordings.bound(one, found.plan),
        changed=wordings.changed(one, found),
        forecast=wordings.forecast(one, found),
        closed=one.closed,
        places=[(p, wordings.reason(p, found), wordings.steadiness(p)) for p in one.places],
        winners=[_change(home, at) for home in winners[:LISTED]],
        losers=[_change(home, at) for home in losers],
        more_winners=max(0, len(winners) - LISTED),
        parts=_parts(one),
        rounds=[(", ".join(r.stops), wording.minutes(r.minutes)) for r in one.rounds],
        money=_money(one, found),
    )


def changes(found: Outcome, at: int) -> tuple[list[Home], list[Home]]:
    """Communes that gain and that lose at least a minute, those with most people first."""
    lived = [home for home in found.homes if home.people]
    order = sorted(lived, key=lambda home: (-home.people, home.code))
    shift = {home.code: _shift(home, at) for home in order}
    gain = [home for home in order if shift[home.code] >= FELT]
    return gain, [home for home in order if shift[home.code] <= -FELT]


def _shift(home: Home, at: int) -> float:
    before, after = home.minutes[0], home.minutes[at]
    if after is None:
        return 0.0 if before is None else -1e9
    return 1e9 if before is None else before - after


def _change(home: Home, at: int) -> str:
    return _("%(name)s (%(people)s) : de %(before)s à %(after)s") % {
        "name": home.name,
        "people": wording.count(home.people),
        "before": wording.minutes(home.minutes[0]),
        "after": wording.minutes(home.minutes[at]),
    }


def _parts(one: Proposal) -> list[tuple[str, ...]]:
    total = sum(part.people for part in one.parts) or 1.0
    users = sum(part.users for part in one.parts) or 1.0
    return [
        (
            wording.short_name(part.name),
            wording.percent(part.people / total),
            wording.euros(part.by_people) if one.spent else "–",
            wording.percent(part.users / users),
            wording.euros(part.by_use) if one.spent else "–",
        )
        for part in one.parts
    ]


def _money(one: Proposal, found: Outcome) -> str:
    if one.spent is None:
        return ""
    cost = _("%(n)s € par an") % {"n": wording.number(one.spent)}
    if one.served is None:
        return cost
    if one.reinforced is not None:
        return _("%(cost)s ; les nouveaux lieux peuvent suivre %(n)s assistantes maternelles") % {
            "cost": cost,
            "n": wording.count(one.served),
        }
    return _("%(cost)s ; le personnel peut suivre %(n)s %(people)s à portée") % {
        "cost": cost,
        "n": wording.count(one.served),
        "people": wordings.people(found),
    }


def table(found: Outcome) -> tuple[list[Column], list[list[Cell]]]:
    """Today and the three proposals, measure by measure."""
    heads = [_("Aujourd’hui"), *(str(wordings.AIM_NAMES[p.aim]) for p in found.proposals)]
    columns = [Column(_("Mesure")), *(Column(head, number=True) for head in heads)]
    networks = [n for n in (found.today, *(p.after for p in found.proposals)) if n]
    rows = [[label, *(say(network) for network in networks)] for label, say in _measures(found)]
    rows += [
        [_("Y gagnent du temps"), "–", *(wording.count(p.gain) for p in found.proposals)],
        [_("Y perdent du temps"), "–", *(_none_or(p.lose) for p in found.proposals)],
    ]
    if any(p.spent for p in found.proposals):
        rows.append([_("Coût par an"), "–", *(wording.euros(p.spent) for p in found.proposals)])
    return columns, [[Cell(text) for text in row] for row in rows]


def _none_or(people: float) -> str:
    return wording.count(people) if people else "0"


def _measures(found: Outcome) -> list[Row]:
    limit = found.plan.minutes
    apart = str(Mode(found.plan.other_mode).label).lower()
    people = wordings.people(found)
    rows: list[Row] = [
        (_("Trajet moyen"), lambda n: wording.exact_minutes(n.mean)),
        (_("Neuf personnes sur dix ont moins de"), lambda n: wording.exact_minutes(n.ninth)),
        (_("Commune la plus éloignée"),
         lambda n: f"{wording.exact_minutes(n.worst)} ({n.worst_at})"
         if n.worst is not None else "–"),
        (_("À %(n)d minutes au plus") % {"n": limit},
         lambda n: f"{wording.count(n.within)} ({wording.percent(n.share)})"),
        (_("Inégalité d’accès (Gini, 0 = égal)"),
         lambda n: wording.number(n.gini, 3) if n.gini is not None else "–"),
    ]  # fmt: skip
    if found.plan.mode != found.plan.other_mode:
        rows += [
            (_("Sans voiture (%(how)s) : %(people)s à %(n)d minutes au plus")
             % {"how": apart, "people": people, "n": limit},
             lambda n: f"{wording.count(n.apart)} ({wording.percent(n.apart_share)})"),
            (_("Sans voiture (%(how)s) : trajet moyen") % {"how": apart},
             lambda n: wording.exact_minutes(n.apart_mean)),
        ]  # fmt: skip
    return rows


def commune_table(found: Outcome) -> tuple[list[Column], list[list[Cell]]]:
    """The maps' figures, commune by commune."""
    heads = [_("Aujourd’hui"), *(str(wordings.SHORT_NAMES[p.aim]) for p in found.proposals)]
    columns = [Column(_("Commune")), Column(_("Public"), number=True)]
    columns += [Column(head, number=True) for head in heads]
    apart = found.plan.mode != found.plan.other_mode
    columns += [Column(_("Aujourd’hui, sans voiture"), number=True)] if apart else []
    columns += [Column(_("Assistantes maternelles"), number=True)] if found.childminders else []
    rows = [
        [
            Cell(home.name),
            Cell(wording.count(home.people if home.known else None)),
            *(Cell(wording.minutes(minutes)) for minutes in home.minutes),
            *([Cell(wording.minutes(home.apart))] if apart else []),
            *([Cell(_counted(home.minders))] if found.childminders else []),
        ]
        for home in found.homes
    ]
    return columns, rows


def _counted(minders: float | None) -> str:
    return _("non connu") if minders is None else wording.number(minders)


def _map(
    found: Outcome,
    where: tuple[maps.Ground, Frame],
    at: int,
    title: str,
    places: tuple[Place, ...],
) -> Map:
    ground, shown = where
    shapes = maps.coloured(fills(found, ground, at), ground.paths, prefix=f"scenario-{at}")
    network = found.proposals[at - 1].after if at else found.today
    share = wording.percent(network.share) if network else "–"
    spots = [(ground.spot(la, lo), name) for la, lo, name in found.sites]
    dots = [(*spot, name) for spot, name in spots if spot]
    return Map(
        id=f"scenario-{at}",
        title=title,
        description=_("%(share)s du public à %(n)d minutes au plus.")
        % {"share": share, "n": found.plan.minutes},
        drawn=mark_safe(shapes),  # noqa: S308 - escaped there
        ground=ground,
        frame=shown,
        dots=dots,
        new=labels(ground, shown, places, [(x, y) for x, y, _name in dots]),
    )


def labels(
    ground: maps.Ground, shown: Frame, places: Sequence[Place], dots: Sequence[tuple[int, int]]
) -> list[Label]:
    """The names of places, out of each other's way."""
    spots = [(ground.spot(place.latitude, place.longitude), place.name) for place in places]
    return labelled(shown, [(*spot, name) for spot, name in spots if spot], dots)


def fills(found: Outcome, ground: maps.Ground, at: int) -> dict[str, tuple[str, str]]:
    """The class and the words of each commune, today (0) or with proposal `at`."""
    shown = dict.fromkeys(ground.paths, (MISSING, _("hors du territoire")))
    for home in found.homes:
        minutes = home.minutes[at]
        said = f"{home.name} : {wording.minutes(minutes)}"
        shown[home.code] = (_class(minutes, found.plan.minutes), said)
    return shown


def _class(minutes: float | None, limit: int) -> str:
    if minutes is None or minutes > 2 * limit:
        return UNSERVED
    if minutes > limit:
        return "map-1"
    return "map-5" if minutes <= limit / 2 else "map-3"


def legend(found: Outcome) -> list[LegendClass]:
    """The classes of every map of the page."""
    limit = found.plan.minutes
    return [
        LegendClass("map-5", _("%(n)s min au plus") % {"n": wording.number(limit / 2)}),
        LegendClass("map-3", _("%(n)d min au plus") % {"n": limit}),
        LegendClass("map-1", _("%(n)d min au plus") % {"n": 2 * limit}),
        LegendClass(UNSERVED, _("plus loin")),
        LegendClass(MISSING, _("hors du territoire")),
    ]


def provenance(found: Outcome) -> list[tuple[str, str]]:
    """Where the figures come from."""
    lines = [
        (_("temps de trajet"), _trips(found)),
        (_("version du code"), found.code_version),
        (_("empreinte des données"), found.data_hash),
    ]
    lines += [
        (_("source"), f"{title}, {producer}, {vintage}, {licence}")
        for title, producer, licence, vintage in found.sources
    ]
    return lines


def source_line(found: Outcome) -> str:
    """Where the figures come from, in one line: files with their vintage, directory, trips."""
    files = dict.fromkeys(f"{by} {vintage}" for _title, by, _licence, vintage in found.sources)
    return " ; ".join([*files, _("annuaire de Maillage"), _trips(found)])


def _trips(found: Outcome) -> str:
    if found.travel:
        return _("trajets importés de %(files)s, estimés ailleurs") % {"files": found.travel}
    return _("trajets estimés de mairie à lieu, sans trafic")


def notes(found: Outcome) -> list[str]:
    """What to know before using it."""
    apart = (
        _("« Sans voiture » compte le public à proportion des ménages sans voiture de chaque"
          " commune (recensement), comme s’il allait à vélo ou à pied.")
        if found.carless else
        _("« Sans voiture » compte tout le public comme s’il allait à vélo ou à pied : la part des"
          " ménages sans voiture par commune n’est pas chargée (fichier « cars » du guide).")
    )  # fmt: skip
    return [
        *([wordings.cut_short()] if found.cut_short else []),
        _("Un lieu nouveau est placé à la mairie de sa commune ; la salle reste à trouver."),
        _("Les lieux des communes voisines comptent comme ouverts, et leurs habitants ne sont pas"
          " comptés, sauf partage."),
        apart,
        _("La stabilité vient de dix tirages : trajets à 15 % près, effectifs à 10 % près. Chacun"
          " est cherché par échanges à partir de la réponse, sans être prouvé."),
        _("Une preuve vaut pour ces temps et ces effectifs ; la stabilité dit ce qu’elle devient"
          " quand ils changent un peu."),
    ]  # fmt: skip
