"""From targets to what their page and their file show."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from maillage.core.csv_files import csv_bytes
from maillage.core.tables import Column
from maillage.steering import presentation, targets, wording
from maillage.steering.models import Target, TargetReading
from maillage.steering.vocabulary import MEASURES

HEAD = (
    "siren", "intercommunalite", "service", "public", "deplacement", "minutes", "mesure",
    "annee_depart", "valeur_depart", "annee_visee", "valeur_visee", "annee", "releve", "chemin",
    "etat", "la_moins_bien_servie", "la_mieux_servie", "public_concerne", "empreinte_des_donnees",
    "version_du_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """The targets of one question and one gauge, ready for two tables."""

    title: str
    measured: str
    href: str
    columns: list[Column]
    rows: list[list[str]]
    gap_columns: list[Column]
    gap_rows: list[list[str]]
    targets: list[Target]


def key(target: Target) -> tuple[Any, ...]:
    """Targets that share a table."""
    return (target.kind, target.audience, target.mode, target.minutes, target.gauge)


def group(found: list[Target]) -> Group:
    """Lay the targets of one question out."""
    one = found[0]
    asked = targets.question_of(one)
    years = sorted({reading.year for target in found for reading in target.readings.all()})
    head = [_("Intercommunalité"), _("Départ"), *map(str, years), _("Visé"), _("Ce qui manque")]
    gaps = [_("Année"), _("La moins bien servie"), _("La mieux servie"), _("Écart")]
    return Group(
        title=asked.title(),
        measured=_measured(one),
        href=presentation.address("epcis", asked),
        columns=[Column(label) for label in head],
        rows=[_row(target, years) for target in found],
        gap_columns=[Column(label, number=at > 0) for at, label in enumerate(gaps)],
        gap_rows=[_gap(found, year) for year in years],
        targets=found,
    )


def shown(gauge: str, value: Decimal) -> str:
    """A share to a tenth of a percent, or a score to a hundredth."""
    if gauge == Target.Gauge.COVERAGE:
        return wording.tied(_("%(n)s %%") % {"n": wording.number(float(value), 1)})
    return wording.number(float(value), 2)


def _measured(target: Target) -> str:
    asked = targets.question_of(target)
    names = {"people": wording.noun(asked), "n": asked.minutes, "how": target.get_mode_display()}
    if target.gauge == Target.Gauge.COVERAGE:
        return _("Part des %(people)s ayant un lieu à %(n)d minutes ou moins (%(how)s)") % names
    names["unit"] = wording.sentence(wording.score_unit(asked))
    return _("%(unit)s, à %(n)d minutes ou moins (%(how)s)") % names


def _row(target: Target, years: list[int]) -> list[str]:
    read = {reading.year: reading for reading in target.readings.all()}
    return [
        target.epci.name,
        _at(target, target.start_value, target.start_year),
        *(_actual(target, read.get(year)) for year in years),
        _at(target, target.end_value, target.end_year),
        _missing(target, read[max(read)]) if read else _("pas encore de relevé"),
    ]


def _at(target: Target, value: Decimal, year: int) -> str:
    return _("%(value)s en %(year)d") % {"value": shown(target.gauge, value), "year": year}


def _actual(target: Target, reading: TargetReading | None) -> str:
    if reading is None:
        return "–"
    step = targets.step(target, reading)
    return _("%(value)s, %(verdict)s (chemin : %(path)s)") % {
        "value": shown(target.gauge, reading.value),
        "verdict": step.verdict,
        "path": shown(target.gauge, step.path),
    }


def _missing(target: Target, reading: TargetReading) -> str:
    left = targets.missing(target, reading)
    if not left:
        return _("rien : c’est atteint")
    asked = targets.question_of(target)
    if target.gauge == Target.Gauge.COVERAGE:
        return _("%(n)s %(people)s à mettre à portée") % {
            "n": wording.count(left),
            "people": wording.noun(asked),
        }
    return _("au moins %(n)s %(what)s de plus, si ses familles seules s’en servent") % {
        "n": wording.number(left, 1),
        "what": MEASURES[asked.measure].short,
    }


def _gap(found: list[Target], year: int) -> list[str]:
    read = [row for target in found for row in target.readings.all() if row.year == year]
    last = max(read, key=lambda row: (row.taken_at, row.pk))
    gauge, apart = found[0].gauge, last.highest - last.lowest
    gap = shown(gauge, apart)
    if gauge == Target.Gauge.COVERAGE:
        gap = wording.tied(_("%(n)s points") % {"n": wording.number(float(apart), 1)})
    return [str(year), shown(gauge, last.lowest), shown(gauge, last.highest), gap]


def csv(found: Iterable[Target]) -> bytes:
    """One row per target and year read; a target never read has one row without a year."""
    return csv_bytes([HEAD, *(line for target in found for line in _lines(target))])


def _lines(target: Target) -> list[tuple[Any, ...]]:
    start = (
        target.epci_id, target.epci.name, *key(target), target.start_year, target.start_value,
        target.end_year, target.end_value,
    )  # fmt: skip
    read = sorted(target.readings.all(), key=lambda reading: reading.year)
    steps = [targets.step(target, reading) for reading in read]
    return [
        (
            *start, step.reading.year, step.reading.value, step.path, str(step.verdict),
            step.reading.lowest, step.reading.highest, wording.count(step.reading.people),
            step.reading.data_hash, step.reading.code_version,
        )
        for step in steps
    ] or [(*start, *([""] * (len(HEAD) - len(start))))]  # fmt: skip
