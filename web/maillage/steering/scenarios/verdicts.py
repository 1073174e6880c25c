"""Each choice in one figure, beside today's: what an elected official reads first."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.steering import wording
from maillage.steering.models import KeptScenario
from maillage.steering.scenarios import law_words, wordings
from maillage.steering.scenarios.result import Home, Network, Outcome, Proposal

LISTED = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """A card: one figure and what it means, against today's."""

    aim: str
    name: str
    value: str
    unit: str
    meaning: str
    before: str
    places: str
    facts: list[str]
    proof: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Today:
    """What is there today, and who has nothing near."""

    figures: list[tuple[str, str]]  # the figure, what it is
    uncovered: str
    names: str


def verdicts(found: Outcome) -> list[Verdict]:
    """One card for each proposal."""
    return [_verdict(found, one) for one in found.proposals]


def _verdict(found: Outcome, one: Proposal) -> Verdict:
    say: Callable[[Network], tuple[str, str, str]] = {
        "moyenne": _mean, "eloignes": _worst, "couverture": lambda n: _within(n, found),
    }[one.aim]  # fmt: skip
    value, unit, meaning = say(one.after)
    before = ""
    if found.today:
        figure = wording.tied(" ".join(say(found.today)[:2]).strip())
        before = _("au lieu de %(figure)s") % {"figure": figure}
    facts = [wordings.changed(one, found), *law_words.relays(found, one)]
    if one.spent:
        facts.append(_("%(n)s € par an") % {"n": wording.number(one.spent)})
    if one.spent and one.parts:
        facts.append(wordings.shared(one, KeptScenario.CostKey.PEOPLE))
    facts += [wordings.steady(one), *wordings.margins(one, found)]
    return Verdict(
        aim=one.aim,
        name=str(wordings.AIM_NAMES[one.aim]),
        value=value,
        unit=unit,
        meaning=meaning,
        before=before,
        places=wordings.opened(found, one),
        facts=facts,
        proof=_("Prouvé le meilleur") if one.proven else _("Pas prouvé le meilleur"),
        proven=one.proven,
    )


def _mean(network: Network) -> tuple[str, str, str]:
    return _figure(network.mean), _("min"), _("de trajet moyen")


def _worst(network: Network) -> tuple[str, str, str]:
    meaning = _("pour la commune la plus éloignée (%(name)s)") % {"name": network.worst_at}
    return _figure(network.worst), _("min"), meaning


def _within(network: Network, found: Outcome) -> tuple[str, str, str]:
    meaning = _("des %(people)s à %(n)d minutes au plus")
    facts = {"people": wordings.people(found), "n": found.plan.minutes}
    return wording.percent(network.share), "", meaning % facts


def _figure(minutes: float | None) -> str:
    return "–" if minutes is None else wording.number(minutes, 1)


def today(found: Outcome) -> Today | None:
    """Today's three figures, and the communes that are beyond the threshold."""
    network = found.today
    if network is None:
        return None
    beyond = sorted(_beyond(found), key=lambda home: (-home.people, home.code))
    people = sum(home.people for home in beyond)
    sentence = ngettext(
        "%(n)d commune est à plus de %(limit)d minutes : %(people)s %(noun)s.",
        "%(n)d communes sont à plus de %(limit)d minutes : %(people)s %(noun)s.",
        len(beyond),
    ) % {
        "n": len(beyond),
        "limit": found.plan.minutes,
        "people": wording.sentence(wording.count(people)) if people else "0",
        "noun": wordings.people(found),
    }
    said = [
        _("%(name)s (%(people)s)") % {"name": home.name, "people": wording.count(home.people)}
        for home in beyond[:LISTED]
    ]
    more = len(beyond) - LISTED
    if more > 0:
        said.append(ngettext("et %(n)d autre", "et %(n)d autres", more) % {"n": more})
    figures = [" ".join(say[:2]).strip() for say in (_mean(network), _worst(network))]
    meanings = [_mean(network)[2], _worst(network)[2], _within(network, found)[2]]
    return Today(
        figures=list(zip([*figures, wording.percent(network.share)], meanings, strict=True)),
        uncovered=sentence if beyond else _("Aucune commune n’est au-delà."),
        names=", ".join(said),
    )


def _beyond(found: Outcome) -> list[Home]:
    limit = found.plan.minutes
    return [
        home
        for home in found.homes
        if home.people and (home.minutes[0] is None or home.minutes[0] > limit)
    ]
