"""What the page and the paper say of an outcome, in plain words."""

from dataclasses import replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.directory.vocabulary import Kind
from maillage.steering import wording
from maillage.steering.models import KeptScenario
from maillage.steering.scenarios.plan import MOST_ADDED, Plan
from maillage.steering.scenarios.result import Outcome, Place, Proposal
from maillage.steering.scenarios.runs import Run
from maillage.steering.vocabulary import WITH_ARTICLE
from maillage.territory.models import Mode

STEADY = 0.8  # share of the draws in which a place stays that is called steady
AIM_NAMES: dict[str, Promise] = {
    "moyenne": gettext_lazy("Le trajet moyen le plus court"),
    "eloignes": gettext_lazy("Les plus éloignés d’abord"),
    "couverture": gettext_lazy("Le plus de monde à portée"),
}
SHORT_NAMES: dict[str, Promise] = {
    "moyenne": gettext_lazy("Trajet moyen"),
    "eloignes": gettext_lazy("Plus éloignés"),
    "couverture": gettext_lazy("Plus de monde"),
}


def title(plan: Plan) -> str:
    """The question in plain words."""
    return _("Où ouvrir %(service)s ?") % {"service": WITH_ARTICLE[plan.kind]}


def asked(plan: Plan, heading: str) -> str:
    """The question, unless the heading already says it."""
    question = title(plan)
    return "" if not heading or heading.startswith(question) else question


def subtitle(found: Outcome) -> str:
    """Territory, people, way of travelling and threshold."""
    plan = found.plan
    where = wording.short_name(found.territory)
    if found.neighbour:
        other = wording.short_name(found.neighbour)
        where = _("%(one)s avec %(other)s") % {"one": where, "other": other}
    return _("%(where)s : %(people)s, %(mode)s, à %(n)d minutes au plus") % {
        "where": where,
        "people": wording.noun(plan.question()),
        "mode": str(Mode(plan.mode).label).lower(),
        "n": plan.minutes,
    }


def people(found: Outcome) -> str:
    """Those who are counted."""
    return wording.noun(found.plan.question())


def bound(proposal: Proposal, plan: Plan) -> str:
    """What is known of the best that could be, in one sentence."""
    unit = {
        "moyenne": _("%(n)s min de trajet moyen"),
        "eloignes": _("%(n)s min pour la commune la plus éloignée"),
        "couverture": _("%(n)s personnes à portée"),
    }[proposal.aim]
    said = unit % {"n": _figure(proposal, proposal.bound)}
    if proposal.proven:
        return _("Prouvé : aucun autre choix ne peut faire mieux que %(said)s.") % {"said": said}
    scale = max(abs(proposal.objective), abs(proposal.bound), 1e-9)
    gap = abs(proposal.objective - proposal.bound) / scale
    return _(
        "Pas prouvé le meilleur : un autre choix pourrait gagner au plus %(gap)s, et aucun ne peut"
        " faire mieux que %(said)s."
    ) % {"gap": wording.percent(gap), "said": said}


def _figure(proposal: Proposal, value: float) -> str:
    return wording.count(value) if proposal.aim == "couverture" else wording.number(value, 1)


def reason(place: Place, found: Outcome) -> str:
    """Why this place, given the others."""
    if not place.persons:
        return _("Personne n’y aurait son lieu le plus proche.")
    return _(
        "%(people)s %(noun)s y auraient leur lieu le plus proche, à %(n)s min en moyenne ; sans"
        " lui, leur trajet serait plus long de %(more)s min."
    ) % {
        "people": wording.sentence(wording.count(place.persons)),
        "noun": people(found),
        "n": wording.number(place.minutes or 0, 1),
        "more": wording.number(place.saved, 1),
    }


def steadiness(place: Place) -> str:
    """How much this place hangs on the inputs."""
    shown = {"here": wording.percent(place.exactly), "near": wording.percent(place.steady)}
    if place.steady >= STEADY:
        return (
            _(
                "Stable : quand les trajets et les effectifs changent un peu, cette commune ou une"
                " voisine (5 km) reste choisie %(near)s des fois, elle-même %(here)s."
            )
            % shown
        )
    if place.steady >= 0.5:
        return _("Assez stable : cette commune ou une voisine (5 km) reste choisie %(near)s des"
                 " fois, elle-même %(here)s.") % shown  # fmt: skip
    return (
        _(
            "Peu stable : de petites différences suffisent à choisir ailleurs (cette commune ou"
            " une voisine : %(near)s des fois). À discuter sur place."
        )
        % shown
    )


def steady(proposal: Proposal) -> str:
    """Whether the places hold when the inputs change a little, in one line."""
    shaky = [place.name for place in proposal.places if place.steady < STEADY]
    if not shaky:
        return _("Le choix tient quand les données changent un peu.")
    return _("À discuter : de petites différences déplaceraient %(names)s.") % {
        "names": ", ".join(shaky)
    }


def margins(proposal: Proposal, found: Outcome) -> list[str]:
    """What one place less and one more would give."""
    said = [
        text % {"value": _valued(proposal, value, found)}
        for text, value in (
            (_("Avec un lieu de moins : %(value)s."), proposal.fewer),
            (_("Avec un lieu de plus : %(value)s."), proposal.more),
        )
        if value is not None
    ]
    return [" ".join(said)] if said else []


def _valued(proposal: Proposal, value: float, found: Outcome) -> str:
    if proposal.aim != "couverture":
        return wording.exact_minutes(value)
    every = sum(home.people for home in found.homes)
    return wording.percent(value / every if every else None)


def refusal(found: Outcome) -> str:
    """The constraint that cannot hold, and what to change, in one sentence."""
    code, needed, got = found.refusal
    places = 1 if code in {"personnel", "ratio-personnel"} else 0
    facts = {
        "needed": wording.number(needed, places),
        "got": wording.number(got, places),
        "per": wording.number(found.per_fte or 0),
    }
    return {
        "": "",
        "public": _("Aucun effectif de ce public n’est connu sur ce territoire : choisissez un"
                    " autre public, ou chargez un fichier d’effectifs par commune."),
        "budget-un": _("Le budget de %(got)s € ne permet pas un seul lieu, qui coûte %(needed)s €"
                       " par an avec son personnel : augmentez le budget, ou baissez le coût d’un"
                       " lieu ou son personnel."),
        "budget": _("Le budget de %(got)s € ne suffit pas : ce que vous demandez coûte %(needed)s €"
                    " par an ; demandez moins de lieux, ou augmentez le budget."),
        "personnel": _("Il faudrait %(needed)s temps plein et vous pouvez en trouver %(got)s :"
                       " demandez moins de lieux, ou moins de personnel par lieu."),
        "ratio-budget": _("Avec un temps plein pour %(per)s assistantes maternelles du territoire,"
                          " cela coûte %(needed)s € par an et le budget est de %(got)s € :"
                          " augmentez-le, ou corrigez le personnel des relais d’aujourd’hui."),
        "ratio-personnel": _("Un temps plein pour %(per)s assistantes maternelles demande"
                             " %(needed)s temps plein de plus et vous pouvez en trouver"
                             " %(got)s : cherchez-en davantage, ou corrigez le personnel"
                             " des relais d’aujourd’hui."),
        "obligation": _("La loi demande %(needed)s relais de plus et vous n’en ouvrez que %(got)s :"
                        " demandez au moins autant de lieux."),
        "rien": _("Rien n’est à ouvrir ni à déplacer : demandez au moins un lieu, ou donnez un"
                  " budget et le coût d’un lieu."),
        "deplacer": _("Vous demandez de déplacer %(needed)s lieux et le territoire en compte"
                      " %(got)s qui puissent l’être : demandez-en moins."),
        "communes": _("Vous demandez %(needed)s lieux et le territoire n’a que %(got)s communes :"
                      " demandez-en moins."),
        "essais": _("Il y a %(needed)s façons de choisir les lieux à déplacer, plus que les"
                    " %(got)s que la page compare jusqu’à la preuve : déplacez moins de lieux, ou"
                    " prenez un territoire plus petit."),
    }[code] % facts  # fmt: skip


def silence(why: str) -> str:
    """Why no answer will come by itself, and what to do."""
    return {
        "": "",
        "failed": _("Le calcul s’est arrêté sans réponse. La faute est écrite dans le journal du"
                    " site, que lit la personne qui l’exploite. Essayez encore ; si cela"
                    " recommence, changez la question (moins de lieux à déplacer, un territoire"
                    " plus petit) et prévenez-la."),
        "lost": _("Le travail de fond s’est arrêté pendant ce calcul. Essayez encore ; si cela"
                  " recommence, prévenez la personne qui exploite le site."),
        "late": _("Personne ne prend ce calcul : le travail de fond du site est arrêté. Prévenez la"
                  " personne qui l’exploite (« maillage worker »), puis essayez encore."),
    }[why]  # fmt: skip


def cut_short() -> str:
    """What a limit of time leaves of an outcome."""
    return _(
        "Un calcul a atteint sa limite de temps : voici ce qu’il a trouvé de mieux jusque-là, sans"
        " preuve que rien ne vaut mieux."
    )


def nearby(plan: Plan) -> list[tuple[str, Plan]]:
    """Questions that differ by one thing, to be set beside this one."""
    tried: list[tuple[str, dict[str, Any], bool]] = [
        (_("un lieu de plus"), {"adding": plan.adding + 1}, 0 < plan.adding < MOST_ADDED),
        (_("un lieu de moins"), {"adding": plan.adding - 1}, plan.adding > 1),
        (_("sans le voisin"), {"neighbour": ""}, bool(plan.neighbour)),
        (_("tout le département"), {"epci": "", "neighbour": ""}, bool(plan.epci)),
        (_("à vélo"), {"mode": plan.other_mode}, plan.mode != plan.other_mode),
    ]
    return [(label, replace(plan, **changes)) for label, changes, offered in tried if offered]


def line(run: Run) -> str:
    """Whether somebody is on it, and what passes before."""
    if run.taken:
        return _("Le calcul est pris en charge.")
    if run.before:
        return ngettext(
            "%(n)d autre calcul passe avant le vôtre.",
            "%(n)d autres calculs passent avant le vôtre.",
            run.before,
        ) % {"n": run.before}
    return _("Le calcul va commencer.")


def cost_keys(found: Outcome, proposal: Proposal) -> list[tuple[str, str]]:
    """The two ways of sharing with the neighbour, each with what each side pays."""
    if not found.plan.neighbour:
        return []
    return [(key, shared(proposal, key)) for key in KeptScenario.CostKey.values]


def shared(proposal: Proposal, key: str) -> str:
    """One key of sharing, with what each side pays where a cost is known."""
    name = wording.sentence(str(KeptScenario.CostKey(key).label))
    by_people = key == KeptScenario.CostKey.PEOPLE
    every = sum(part.people if by_people else part.users for part in proposal.parts) or 1.0
    sides = [
        _("%(name)s %(share)s")
        % {
            "name": wording.short_name(part.name),
            "share": wording.euros(part.by_people if by_people else part.by_use)
            if proposal.spent
            else wording.percent((part.people if by_people else part.users) / every),
        }
        for part in proposal.parts
    ]
    return _("%(key)s : %(sides)s") % {"key": name, "sides": " ; ".join(sides)}


def forecast(proposal: Proposal, found: Outcome) -> str:
    """How many would come in the first year."""
    return _(
        "%(low)s à %(high)s %(people)s viendraient la première année, si %(a)s à %(b)s de ceux"
        " dont un nouveau lieu devient le plus proche, à portée, viennent (votre hypothèse)."
    ) % {
        "low": wording.number(proposal.low),
        "high": wording.number(proposal.high),
        "people": people(found),
        "a": wording.percent(found.plan.low_use / 100),
        "b": wording.percent(found.plan.high_use / 100),
    }


def compared(low: int, high: int, observed: int) -> str:
    """What came against what was expected."""
    facts = {
        "n": wording.number(observed),
        "low": wording.number(low),
        "high": wording.number(high),
    }
    if observed < low:
        return _("Fréquentation : %(n)s, moins que les %(low)s à %(high)s attendues.") % facts
    if observed > high:
        return _("Fréquentation : %(n)s, plus que les %(low)s à %(high)s attendues.") % facts
    return _("Fréquentation : %(n)s, dans l’intervalle attendu, %(low)s à %(high)s.") % facts


def changed(proposal: Proposal, found: Outcome) -> str:
    """Who gains and who loses, in one sentence."""
    facts = {
        "gain": wording.sentence(wording.count(proposal.gain)),
        "lose": wording.count(proposal.lose),
        "people": people(found),
    }
    if not proposal.lose:
        return _("%(gain)s %(people)s y gagnent du temps, personne n’en perd.") % facts
    return _("%(gain)s %(people)s y gagnent du temps, %(lose)s en perdent.") % facts


def opened(found: Outcome, proposal: Proposal) -> str:
    """The places in a line."""
    names = ", ".join(place.name for place in proposal.places)
    count = len(proposal.places)
    if found.plan.is_itinerant:
        return ngettext("Étape : %(names)s", "Étapes : %(names)s", count) % {"names": names}
    return ngettext("Lieu nouveau : %(names)s", "Lieux nouveaux : %(names)s", count) % {
        "names": names
    }


def kind(plan: Plan) -> str:
    """The service by its name."""
    return str(Kind(plan.kind).label)
