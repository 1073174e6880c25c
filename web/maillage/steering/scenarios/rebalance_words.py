"""A sharing of places, said: what changes, for whom, on what proof; and as a file."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core.csv_files import csv_bytes
from maillage.core.disclosure import published
from maillage.core.tables import Cell, Column
from maillage.steering import wording
from maillage.steering.scenarios.rebalancing import Equity, Fairness, Rebalanced, Town
from maillage.steering.vocabulary import AUDIENCES

LEAST_SHOWN = 10
SAME = 1e-9


def said(found: Rebalanced) -> dict[str, Any]:
    """What the page shows of an answer."""
    before, after = found.before, found.after
    if before is None or after is None:
        return {"refusal": refusal(found.refusal)}
    return {
        "verdict": _verdict(found, before, after),
        "proof": _proof(found, after),
        "gains": _gains(found),
        "notes": _notes(found),
        "measures": _measures(before, after),
        "sites": _sites(found),
        "epcis": _epcis(found),
        "least": _least(found),
    }


def refusal(told: tuple[str, float, float]) -> str:
    """The constraint that makes it impossible, by its name."""
    why, needed, given = told
    facts = {"needed": wording.number(needed), "given": wording.number(given)}
    said = {
        "nombre": _("Écrivez un nombre de places, ou un budget et le coût d’une place."),
        "budget": _(
            "Le budget ne suffit pas : ces places coûtent %(needed)s €, le budget est de"
            " %(given)s €."
        ),
        "public": _("Aucune commune n’a de public connu : il n’y a personne pour qui partager."),
        "lieux": _(
            "Aucun lieu du département dont le nombre de places est connu n’est à la portée du"
            " public : voyez d’abord où ouvrir un lieu."
        ),
        "plafond": _(
            "Le plafond par lieu l’empêche : %(needed)s places à partager, les lieux n’en prennent"
            " que %(given)s. Montez le plafond ou demandez moins de places."
        ),
        "mesure": _(
            "Rien n’est proposé : avec ces places dans ces lieux, l’écart entre les familles serait"
            " plus grand qu’aujourd’hui. Montez le plafond par lieu, ou voyez où ouvrir un lieu."
        ),
    }
    return said.get(why, "") % facts


def _unit(found: Rebalanced) -> str:
    return _("places pour 100 %(people)s") % {"people": AUDIENCES[found.asked.audience].noun}


def _verdict(found: Rebalanced, before: Fairness, after: Fairness) -> str:
    facts = {
        "before": wording.amount(before.least), "after": wording.amount(after.least),
        "unit": _unit(found), "first": before.least_at, "last": after.least_at,
        "low": _index(before.gini), "high": _index(after.gini),
    }  # fmt: skip
    if not found.is_better:
        return _(
            "Avec si peu de places, dans ces lieux, la mesure choisie reste à la valeur"
            " d’aujourd’hui : le partage montré fait au mieux, sans la changer."
        )
    if found.asked.aim == Equity.WORST_OFF:
        if before.least_at == after.least_at:
            same = _(
                "La commune la moins servie, %(first)s, passe de %(before)s à %(after)s %(unit)s."
            )
            return same % facts
        other = _(
            "La commune la moins servie avait %(before)s %(unit)s (%(first)s) ; la moins servie en"
            " a maintenant %(after)s (%(last)s)."
        )
        return other % facts
    return _("L’indice de Gini passe de %(low)s à %(high)s : l’écart se réduit.") % facts


def _index(value: float | None) -> str:
    return "–" if value is None else wording.number(value, 3)


def _proof(found: Rebalanced, after: Fairness) -> str:
    if found.proven:
        return _("Prouvé : aucun partage ne ferait mieux, même avec des fractions de place.")
    if found.asked.aim == Equity.WORST_OFF:
        reached, best = wording.number(after.least, 2), wording.number(found.bound, 2)
    else:
        reached, best = _index(after.gini), _index(found.bound)
    if reached == best:
        return _(
            "Prouvé, au dernier chiffre affiché près : aucun partage ne ferait mieux, même avec des"
            " fractions de place."
        )
    if found.asked.aim == Equity.WORST_OFF:
        best = f"{best} {_unit(found)}"
    return _(
        "Au mieux connu, en places entières. Il est prouvé qu’aucun partage ne fait mieux que"
        " %(best)s, même avec des fractions de place."
    ) % {"best": best}


def _gains(found: Rebalanced) -> str:
    better = [town for town in found.towns if town.after > town.before + SAME]
    facts = {"n": len(better), "people": wording.count(sum(town.people for town in better)),
             "noun": AUDIENCES[found.asked.audience].noun}  # fmt: skip
    said = ngettext(
        "%(n)d commune gagne, où vivent %(people)s %(noun)s. Aucune ne perd : rien n’est retiré.",
        "%(n)d communes gagnent, où vivent %(people)s %(noun)s. Aucune ne perd : rien n’est"
        " retiré.",
        len(better),
    )
    return said % facts


def _notes(found: Rebalanced) -> list[str]:
    beyond = [town for town in found.towns if not town.in_reach]
    people = wording.count(sum(town.people for town in beyond))
    notes = [
        _(
            "L’accès d’aujourd’hui est celui du diagnostic, voisins compris. Une place nouvelle est"
            " comptée pour le public du département."
        )
    ]
    if beyond:
        notes.append(
            ngettext(
                "%(n)d commune (%(people)s %(noun)s) n’a à sa portée aucun lieu qui peut recevoir"
                " une place : aucun partage ne la sert, voyez où ouvrir un lieu.",
                "%(n)d communes (%(people)s %(noun)s) n’ont à leur portée aucun lieu qui peut"
                " recevoir une place : aucun partage ne les sert, voyez où ouvrir un lieu.",
                len(beyond),
            )
            % {"n": len(beyond), "people": people, "noun": AUDIENCES[found.asked.audience].noun}
        )
    if found.silent:
        notes.append(
            ngettext(
                "%(n)d lieu n’a pas de nombre de places connu : il reste en dehors du calcul.",
                "%(n)d lieux n’ont pas de nombre de places connu : ils restent en dehors du"
                " calcul.",
                found.silent,
            )
            % {"n": found.silent}
        )
    return notes


def _measures(before: Fairness, after: Fairness) -> dict[str, Any]:
    names = (_("aujourd’hui"), _("après"))
    rows = [
        [_("Commune la moins servie à portée"),
         *(f"{wording.number(one.least, 2)} ({one.least_at})" for one in (before, after))],
        [_("Indice de Gini (0 : tous pareils)"), *(_index(one.gini) for one in (before, after))],
        [_("En moyenne"), *(wording.number(one.mean, 2) for one in (before, after))],
    ]  # fmt: skip
    columns = [Column(_("Mesure")), *(Column(name, number=True) for name in names)]
    return {"columns": columns, "rows": rows}


def _sites(found: Rebalanced) -> dict[str, Any]:
    columns = [
        Column(_("Lieu")), Column(_("Places en plus"), number=True),
        Column(_("Places aujourd’hui"), number=True), Column(_("Commune")),
    ]  # fmt: skip
    kept = sorted((one for one in found.receivers if one.added), key=lambda one: -one.added)
    rows = [
        [one.name, wording.number(one.added),
         wording.number(one.today, 0 if one.today % 1 == 0 else 1), one.commune_name]
        for one in kept
    ]  # fmt: skip
    total = [_("Total"), wording.number(sum(one.added for one in kept)), "", ""]
    return {"columns": columns, "rows": [*rows, total]}


def _epcis(found: Rebalanced) -> dict[str, Any]:
    columns = [
        Column(_("Intercommunalité")), Column(_("Places en plus"), number=True),
        Column(_("Accès aujourd’hui"), number=True), Column(_("Accès après"), number=True),
    ]  # fmt: skip
    return {"columns": columns, "rows": [[Cell(t) for t in row] for row in _epci_rows(found)]}


def _epci_rows(found: Rebalanced) -> list[list[str]]:
    by_name: dict[str, list[Town]] = {}
    for town in found.towns:
        by_name.setdefault(town.epci_name, []).append(town)
    rows = []
    for name, towns in sorted(by_name.items()):
        people = sum(town.people for town in towns)
        before = sum(town.people * town.before for town in towns) / people
        after = sum(town.people * town.after for town in towns) / people
        added = sum(one.added for one in found.receivers if one.epci_name == name)
        means = [wording.number(round(value, 6), 2) for value in (before, after)]
        rows.append([wording.short_name(name), wording.number(added), *means])
    return rows


def _least(found: Rebalanced) -> dict[str, Any]:
    columns = [
        Column(_("Commune")), Column(_("Public"), number=True),
        Column(_("Accès aujourd’hui"), number=True), Column(_("Accès après"), number=True),
    ]  # fmt: skip
    reached = (town for town in found.towns if town.in_reach)
    kept = sorted(reached, key=lambda town: (town.before, town.code))[:LEAST_SHOWN]
    rows = [
        [town.name, wording.count(town.people), wording.number(town.before, 2),
         wording.number(town.after, 2)]
        for town in kept
    ]  # fmt: skip
    return {"columns": columns, "rows": rows}


def sites_csv(found: Rebalanced) -> bytes:
    """One row per site that may receive."""
    head = ("lieu", "commune", "nom_commune", "intercommunalite", "places_aujourdhui",
            "places_en_plus")  # fmt: skip
    rows = [
        (one.name, one.commune, one.commune_name, one.epci_name, one.today, one.added)
        for one in found.receivers
    ]
    return csv_bytes([head, *rows])


def communes_csv(found: Rebalanced) -> bytes:
    """One row per commune where someone lives."""
    head = ("code", "commune", "intercommunalite", "public_arrondi_a_5", "acces_aujourdhui",
            "acces_apres", "a_portee")  # fmt: skip
    rows = [
        (town.code, town.name, town.epci_name, published(town.people), town.before, town.after,
         town.in_reach)
        for town in found.towns
    ]  # fmt: skip
    return csv_bytes([head, *rows])
