"""Every file a diagnosis can be taken away as, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.steering import actions, drawing, exports, sheet
from maillage.steering.actions import Answer
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.question import Question
from maillage.territory.models import Commune


@dataclass(frozen=True, slots=True)
class Made:
    """One file, ready to send or to write."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of file."""

    label: Promise
    suffix: str
    content_type: str
    content: Callable[[Answer], bytes]


def _outlines(answer: Answer) -> bytes:
    departement = answer.diagnosis.question.departement
    rows = Commune.objects.of(departement).values_list("code", "outline")
    return exports.geojson(answer.diagnosis, dict(rows))


def _svg(answer: Answer) -> bytes:
    return drawing.svg(answer, actions.ground(answer.facts))


def _pdf(answer: Answer) -> bytes:
    drawn = drawing.svg(answer, actions.ground(answer.facts), alone=False)
    return sheet.pdf(answer.diagnosis, drawn)


FILES: dict[str, Kind] = {
    "page.pdf": Kind(_("Une page à imprimer (PDF)"), ".pdf", "application/pdf", _pdf),
    "tableaux.xlsx": Kind(
        _("Tous les tableaux (Excel, XLSX)"),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda answer: exports.xlsx(answer.diagnosis),
    ),
    "communes.csv": Kind(
        _("Les communes (CSV)"),
        "-communes.csv",
        "text/csv; charset=utf-8",
        lambda answer: exports.communes_csv(answer.diagnosis),
    ),
    "intercommunalites.csv": Kind(
        _("Les intercommunalités (CSV)"),
        "-intercommunalites.csv",
        "text/csv; charset=utf-8",
        lambda answer: exports.epcis_csv(answer.diagnosis),
    ),
    "chiffres.csv": Kind(
        _("Les chiffres du département (CSV)"),
        "-chiffres.csv",
        "text/csv; charset=utf-8",
        lambda answer: exports.figures_csv(answer.diagnosis),
    ),
    "communes.geojson": Kind(
        _("Les communes et leur contour (GeoJSON)"),
        "-communes.geojson",
        "application/geo+json",
        _outlines,
    ),
    "carte.svg": Kind(_("La carte (SVG)"), "-carte.svg", "image/svg+xml", _svg),
}


def make(name: str, answer: Answer) -> Made:
    """Make one of `FILES`."""
    kind = FILES[name]
    return Made(make_name(name, answer.diagnosis), kind.content_type, kind.content(answer))


def make_name(name: str, found: Diagnosis) -> str:
    """The name of one of `FILES`, which says what is inside."""
    return f"{exports.file_stem(found)}{FILES[name].suffix}"


def links(asked: Question) -> list[tuple[str, str]]:
    """Label and address of each file."""
    return [
        (str(kind.label), f"{reverse('steering:download', args=[name])}?{asked.query()}")
        for name, kind in FILES.items()
    ]


def command(asked: Question) -> str:
    """The command that rebuilds this diagnosis."""
    options = (
        f"--kind {asked.kind} --audience {asked.audience} --mode {asked.mode}"
        f" --minutes {asked.minutes} --decay {asked.decay} --measure {asked.measure}"
        f" --unserved {asked.unserved} --fraction {asked.fraction}"
    )
    return f"maillage diagnose {asked.departement} {options} --out {asked.kind}"
