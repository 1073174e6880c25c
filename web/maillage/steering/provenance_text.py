"""Where a diagnosis comes from, in lines that travel with every file."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.directory.vocabulary import Kind
from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.margins import words as margins
from maillage.steering.question import Scenario
from maillage.steering.vocabulary import DECAYS, Audience, Decay, Measure, Moment, Unserved
from maillage.territory.models import Mode


def provenance(found: Diagnosis) -> list[tuple[str, str]]:
    """Pairs of (name, value): question, code, data, sources."""
    asked = found.question
    lines = [
        (_("question"), asked.title()),
        (_("territoire"), f"{found.departement_name} ({asked.departement})"),
        (_("service"), str(Kind(asked.kind).label)),
        (_("public"), str(Audience(asked.audience).label)),
        (_("déplacement"), str(Mode(asked.mode).label)),
        (_("seuil"), _("%(n)d minutes, inclus") % {"n": asked.minutes}),
        (_("décroissance"), f"{Decay(asked.decay).label} : {DECAYS[asked.decay].formula}"),
        (_("mesure"), str(Measure(asked.measure).label)),
        (_("unité du score"), wording.score_unit(asked)),
        (_("commune non desservie"), str(Unserved(asked.unserved).label)),
    ]
    if asked.unserved == Unserved.RELATIVE:
        lines.append((_("part de la médiane"), f"{asked.fraction} %"))
    if not asked.scenario.is_empty:
        lines.append((_("hypothèse"), scenario_words(asked.scenario)))
    lines += [
        (_("temps de trajet"), wording.travel(found)),
        (_("fourchettes"), margins.in_short(found)),
        (_("version du code"), found.code_version),
        (_("empreinte des données"), found.data_hash),
    ]
    for _key, name, producer, licence, vintage, sha256 in found.sources:
        lines.append((_("source"), f"{name}, {producer}, {vintage}, {licence}, {sha256[:12]}"))
    return lines


def scenario_words(scenario: Scenario) -> str:
    """A change of offer in words and codes."""
    parts = []
    if scenario.opened:
        parts.append(_("lieux ouverts : %(codes)s") % {"codes": ", ".join(scenario.opened)})
    if scenario.closed:
        parts.append(_("lieux fermés : %(codes)s") % {"codes": ", ".join(scenario.closed)})
    if scenario.moment:
        parts.append(_("lieux ouverts %(when)s") % {"when": Moment(scenario.moment).label})
    if scenario.on:
        day = date_format(date.fromisoformat(scenario.on), "j F Y")
        parts.append(_("offre au %(day)s") % {"day": day})
    if scenario.only_verified:
        parts.append(_("seuls services vérifiés"))
    return " ; ".join(parts)
