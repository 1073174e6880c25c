"""What the page, the sheet and the calendar say of a tour, in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.core.tables import Cell, Column
from maillage.steering import wording
from maillage.steering.scenarios.rounds_question import EVERY, WEEKS, Question, Stop, clock
from maillage.steering.scenarios.rounds_result import Day, Rhythm, Tour

CYCLES_A_YEAR = 13
RHYTHMS = {
    "weekly": gettext_lazy("chaque semaine"),
    "fortnightly": gettext_lazy("une semaine sur deux"),
    "monthly": gettext_lazy("une semaine sur quatre"),
}
WHY = {
    "reach": gettext_lazy("aucune route n’y mène. C’est certain."),
    "windows": gettext_lazy("sa salle n’est libre aucun des jours de tournée. C’est certain."),
    "shift": gettext_lazy(
        "l’aller, l’étape et le retour dépassent une journée, même sans autre étape. C’est certain."
    ),
    "room": gettext_lazy(
        "aucun jour n’a été trouvé pour elle à côté des autres. La recherche ne prouve pas qu’il"
        " n’y en a pas : essayez un jour de plus, une journée plus longue ou un rythme plus lâche."
    ),
}
Rows: TypeAlias = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Week:
    """Weeks of the cycle that are alike, day by day."""

    name: str
    rows: Rows


def hour(minutes: float) -> str:
    """A time as people write it: "9 h 20"."""
    whole = round(minutes)
    text = _("%(h)d h %(m)02d") % {"h": whole // 60, "m": whole % 60}
    return wording.tied(text)


def length(minutes: float) -> str:
    """A duration: "45 min", "2 h 05"."""
    return hour(minutes) if round(minutes) >= 60 else wording.tied(_("%(n)d min") % {
        "n": round(minutes)})  # fmt: skip


def kilometres(km: float) -> str:
    """A distance by road, to the kilometre."""
    return wording.tied(_("%(n)s km") % {"n": wording.number(km)})


def weekday(day: int) -> str:
    """The name of a weekday, in a sentence."""
    return str(WEEKDAYS[day])


def asked(question: Question, base: str) -> str:
    """The question in one sentence."""
    vans = ngettext("%(n)d véhicule", "%(n)d véhicules", question.vehicles) % {
        "n": question.vehicles}  # fmt: skip
    return _(
        "%(vans)s au départ de %(base)s, %(days)s, de %(starts)s à %(ends)s au plus tard,"
        " %(stay)s à chaque étape."
    ) % {
        "vans": vans,
        "base": base,
        "days": ", ".join(weekday(day) for day in question.driven_days(question.days)),
        "starts": hour(question.starts),
        "ends": hour(question.starts + question.shift),
        "stay": length(question.stay),
    }


def figures(made: Tour) -> list[tuple[str, str]]:
    """What a cycle comes to: a figure, and what it counts."""
    done, km = made.rhythm, made.rhythm.km
    served = _("%(n)d sur %(all)d") % {"n": done.served, "all": len(made.question.stops)}
    return [
        (served, _("étapes servies")),
        (wording.number(done.visits), _("passages en quatre semaines")),
        (length(done.driven), _("sur la route en quatre semaines")),
        (kilometres(km), _("en quatre semaines, soit environ %(year)s par an")
         % {"year": kilometres(round(km * CYCLES_A_YEAR, -1))}),
    ]  # fmt: skip


def proof(made: Tour) -> str:
    """What is proven, and how far the rest may be from the best."""
    done = made.rhythm
    if done.proven:
        return _(
            "Prouvé : aucune tournée ne sert plus de monde à ces rythmes, ni ne fait moins de"
            " route pour ces passages."
        )
    served = (
        _("Aucune tournée ne peut servir plus.") if made.complete else
        _("Une autre tournée servirait peut-être plus d’étapes.")
    )  # fmt: skip
    gap = wording.percent((done.driven - done.least) / max(done.driven, 1e-9))
    return _(
        "Trouvée par recherche, pas prouvée la meilleure. %(served)s Pour ces passages, aucune ne"
        " peut faire moins de %(least)s de route : l’écart est au plus de %(gap)s."
    ) % {"served": served, "least": length(done.least), "gap": gap}


def proof_in_short(made: Tour) -> str:
    """The same, on a chip."""
    return _("Prouvée la meilleure") if made.rhythm.proven else _("Trouvée par recherche")


def left_out(made: Tour) -> list[str]:
    """What is not served, and why."""
    return [
        _("%(name)s : %(why)s") % {"name": made.question.stops[stop].name, "why": WHY[why]}
        for stop, why in made.left_out
    ]


def of_stops(made: Tour) -> tuple[list[Column], Rows]:
    """Stop by stop: when, and from what time to what time."""
    columns = [Column(_("Étape")), Column(_("Quand")), Column(_("Sur place"))]
    rows = []
    for number, stop in enumerate(made.question.stops):
        days = [one for one in made.days if any(v.stop == number for v in one.visits)]
        if days:
            rows.append([stop.name, when(stop, days), there(number, days)])
    return columns, [[Cell(text) for text in row] for row in rows]


def when(stop: Stop, days: list[Day]) -> str:
    """A weekday and its weeks: "mardi, une semaine sur deux (semaines 1 et 3)"."""
    words = {"day": weekday(days[0].weekday), "rhythm": RHYTHMS[stop.rhythm]}
    if EVERY[stop.rhythm] == 1:
        return _("%(day)s, %(rhythm)s") % words
    words["weeks"] = weeks(sorted({one.week for one in days}))
    return _("%(day)s, %(rhythm)s (%(weeks)s)") % words


def there(number: int, days: list[Day]) -> str:
    """The hours at a stop; with their weeks where they differ."""
    hours: dict[tuple[int, int], list[int]] = {}
    for one in days:
        visit = next(v for v in one.visits if v.stop == number)
        hours.setdefault((visit.start, visit.end), []).append(one.week)
    spans = [(_span(start, end), on) for (start, end), on in hours.items()]
    if len(spans) == 1:
        return spans[0][0]
    said = (_("%(weeks)s : %(hours)s") % {"weeks": weeks(on), "hours": span} for span, on in spans)
    return _(" ; ").join(said)


def weeks(numbers: Iterable[int]) -> str:
    """Weeks of the cycle: "semaines 1 et 3"."""
    said = [str(one + 1) for one in numbers]
    if len(said) == 1:
        return _("semaine %(n)s") % {"n": said[0]}
    return _("semaines %(first)s et %(last)s") % {"first": ", ".join(said[:-1]), "last": said[-1]}


def by_week(made: Tour) -> tuple[list[Column], list[Week]]:
    """The calendar: each kind of week, its days, their stops and their roads."""
    columns = [Column(_("Jour")), Column(_("Étapes")), Column(_("Route"))]
    alike: dict[tuple[Day, ...], list[int]] = {}
    for week in range(WEEKS):
        days = tuple(replace(one, week=0) for one in made.days if one.week == week)
        alike.setdefault(days, []).append(week)
    found = [
        Week(_week_name(on), [[Cell(text) for text in _row(made, one)] for one in days])
        for days, on in alike.items()
    ]
    return columns, found


def _week_name(on: list[int]) -> str:
    return _("Chaque semaine") if len(on) == WEEKS else wording.sentence(weeks(on))


def _row(made: Tour, one: Day) -> tuple[str, str, str]:
    name = wording.sentence(weekday(one.weekday))
    if made.question.vehicles > 1:
        name = _("%(day)s, véhicule %(n)d") % {"day": name, "n": one.vehicle + 1}
    stops = made.question.stops
    visits = _(" ; ").join(
        _("%(hours)s %(name)s") % {"hours": _span(v.start, v.end), "name": stops[v.stop].name}
        for v in one.visits
    )
    return name, visits, road(one)


def road(one: Day) -> str:
    """The day away from the base: from when to when, how long driving, how far."""
    return _("%(span)s, dont %(driven)s et %(km)s de route") % {
        "span": _span(one.departure, one.back),
        "driven": length(one.driven),
        "km": kilometres(one.km),
    }


def _span(start: float, end: float) -> str:
    return f"{hour(start)} – {hour(end)}"


def compared(made: Tour) -> tuple[list[Column], Rows]:
    """One day less, as asked, one day more."""
    numbers = (_("Étapes"), _("Passages"), _("Public"), _("Route"))
    columns = [Column(_("Par semaine")), *(Column(name, number=True) for name in numbers)]
    rows = [
        [_days(one, at == made.asked), str(one.served), str(one.visits),
         wording.count(one.people), f"{length(one.driven)}, {kilometres(one.km)}"]
        for at, one in enumerate(made.rhythms)
    ]  # fmt: skip
    return columns, [[Cell(text) for text in row] for row in rows]


def _days(one: Rhythm, is_asked: bool) -> str:
    count = len(one.weekdays)
    said = ngettext("%(n)d jour", "%(n)d jours", count) % {"n": count}
    return _("%(days)s (la vôtre)") % {"days": said} if is_asked else said


def one_more(made: Tour) -> str:
    """What one more day a week would bring; "" where there is none to add."""
    if made.asked + 1 >= len(made.rhythms):
        return ""
    now, then = made.rhythm, made.rhythms[made.asked + 1]
    if then.visits > now.visits:
        return ngettext(
            "Un jour de plus par semaine : %(n)d passage de plus en quatre semaines.",
            "Un jour de plus par semaine : %(n)d passages de plus en quatre semaines.",
            then.visits - now.visits,
        ) % {"n": then.visits - now.visits}
    if then.driven < now.driven:
        return _("Un jour de plus par semaine n’ajoute aucun passage, mais %(less)s de route en"
                 " moins.") % {"less": length(now.driven - then.driven)}  # fmt: skip
    return _("Un jour de plus par semaine n’apporterait rien : ni passage, ni route en moins.")


def one_less(made: Tour) -> str:
    """What one day less would cost; "" where there is none to take."""
    if made.asked == 0:
        return ""
    now, then = made.rhythm, made.rhythms[made.asked - 1]
    if then.visits < now.visits:
        return ngettext(
            "Un jour de moins : %(n)d passage de moins en quatre semaines.",
            "Un jour de moins : %(n)d passages de moins en quatre semaines.",
            now.visits - then.visits,
        ) % {"n": now.visits - then.visits}
    return _("Un jour de moins suffirait : autant de passages.")


def notes(made: Tour) -> list[str]:
    """What to know before using it."""
    travel = (
        _("Minutes de mairie à mairie importées de %(files)s, estimées ailleurs.")
        % {"files": made.travel}
        if made.travel
        else _("Minutes de mairie à mairie estimées, sans trafic.")
    )
    return [
        travel + " " + _("Kilomètres : à vol d’oiseau, détours estimés."),
        _("Le rythme proposé vient du public dont l’étape serait le lieu le plus proche : chaque"
          " semaine à partir des deux tiers de l’étape qui en a le plus, une semaine sur deux à"
          " partir du tiers."),
        _("Une étape garde toujours le même jour. Les jours fériés sont retirés du fichier"
          " d’agenda, pas du calendrier ci-dessus."),
        _("Les pauses du personnel et l’installation sont à compter dans les minutes de l’étape."),
    ]  # fmt: skip


def provenance(made: Tour) -> list[tuple[str, str]]:
    """Where the figures come from."""
    return [
        (_("version du code"), made.code_version),
        (_("empreinte des données"), made.data_hash),
        (_("départ au plus tôt"), clock(made.question.starts)),
    ]
