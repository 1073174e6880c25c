"""What the law asks of relays, said against today's network and each proposal."""

from django.utils.translation import gettext as _

from maillage.steering import wording
from maillage.steering.scenarios.result import Duty, Outcome, Proposal


def law(found: Outcome) -> list[str]:
    """What the law asks of relays, against today's network and what each proposal does."""
    if found.per_fte is None:
        return []
    said = [_duty(duty) for duty in found.duties]
    if not said:
        said.append(
            _("Aucune commune du territoire ne passe le seuil qui oblige à avoir un relais.")
        )
    if found.grouped:
        grouped = _(
            "Si leurs communes leur ont confié cette compétence, leurs habitants comptent ensemble"
            " et un relais leur est demandé aussi ; aucun n’y est connu : %(names)s."
        )
        said.append(grouped % {"names": ", ".join(map(wording.short_name, found.grouped))})
    if found.childminders is None:
        unknown = _(
            "Le nombre d’assistantes maternelles par commune n’est pas chargé : la cible d’un temps"
            " plein pour %(n)s n’est donc pas vérifiée."
        )
        return [*said, unknown % {"n": wording.number(found.per_fte)}]
    target = _(
        "%(n)s assistantes maternelles sur le territoire : il faut %(fte)s temps plein au total (un"
        " pour %(per)s)."
    ) % {
        "n": wording.count(found.childminders),
        "fte": wording.number(found.childminders / found.per_fte, 1),
        "per": wording.number(found.per_fte),
    }
    return [*said, target, *_lacking(found)]


def _duty(duty: Duty) -> str:
    facts = {"name": duty.name, "n": wording.number(duty.population)}
    if duty.met and duty.own:
        return _("%(name)s (%(n)s habitants) doit avoir un relais ; elle en a un.") % facts
    if duty.met:
        told = _(
            "%(name)s (%(n)s habitants) doit avoir un relais. Celui de son intercommunalité"
            " convient si la commune lui a confié cette compétence, ou s’il la dessert par"
            " convention : à vérifier."
        )
        return told % facts
    told = _(
        "%(name)s (%(n)s habitants) doit avoir un relais ; ni elle ni son intercommunalité n’en ont"
        " dans l’annuaire : chaque proposition en ouvre un dans l’intercommunalité. Si la commune a"
        " gardé cette compétence, il doit être le sien."
    )
    return told % facts


def _lacking(found: Outcome) -> list[str]:
    """What the relays lack, and where each proposal puts it."""
    if found.required is None:
        return []
    facts = {
        "have": wording.number(found.plan.today_tenths / 10, 1),
        "more": wording.number(found.required, 1),
    }
    if not found.required:
        return [
            _("Les relais d’aujourd’hui en ont %(have)s, dites-vous : la cible est tenue.") % facts
        ]
    return [
        _(
            "Les relais d’aujourd’hui en ont %(have)s, dites-vous : chaque proposition en apporte"
            " au moins %(more)s de plus."
        )
        % facts
    ]


def relays(found: Outcome, one: Proposal) -> list[str]:
    """Where a proposal puts the full-time equivalents that the law asks for."""
    if found.required is None or one.reinforced is None:
        return []
    new = sum(place.staff or 0 for place in one.places)
    return [
        _("Temps plein de relais : %(new)s dans les nouveaux lieux, %(old)s en renfort des autres.")
        % {"new": wording.number(new, 1), "old": wording.number(one.reinforced, 1)}
    ]
