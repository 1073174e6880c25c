"""The columns of the published tables: one list for the page, CSV, XLSX and GeoJSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.core.disclosure import is_hidden, published
from maillage.steering.diagnosis import CommuneResult, EpciResult
from maillage.steering.priorities import RURAL_LISTS

Row = TypeVar("Row")
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: a stable code, what it means, and its plain value."""

    code: str
    label: Promise
    value: Callable[[Row], Value]


def _score(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


COMMUNE_COLUMNS: tuple[Column[CommuneResult], ...] = (
    Column("code_commune", _("code Insee de la commune"), lambda c: c.code),
    Column("commune", _("nom de la commune"), lambda c: c.name),
    Column("code_epci", _("SIREN de l’intercommunalité"), lambda c: c.epci),
    Column("epci", _("nom de l’intercommunalité"), lambda c: c.epci_name),
    Column("public", _("personnes du public, arrondies à 5"), lambda c: published(c.people)),
    Column(
        "public_masque", _("effectif trop petit pour être publié"), lambda c: is_hidden(c.people)
    ),
    Column("public_estime", _("effectif estimé"), lambda c: c.estimated),
    Column("score_acces", _("score d’accès"), lambda c: _score(c.score)),
    Column("minutes", _("minutes jusqu’au lieu le plus proche"), lambda c: c.minutes),
    Column("lieu_le_plus_proche", _("service le plus proche"), lambda c: c.nearest),
    Column("commune_du_lieu", _("commune de ce service"), lambda c: c.nearest_commune),
    Column("non_desservie", _("non desservie, au sens choisi"), lambda c: c.unserved),
    Column(
        "proche_du_seuil",
        _("l’erreur habituelle des temps estimés pourrait changer la réponse"),
        lambda c: c.close_call,
    ),
    Column(
        "bordure_inconnue",
        _("à portée d’un département dont l’offre n’est pas connue"),
        lambda c: c.open_border,
    ),
    Column("qpv", _("a un quartier prioritaire"), lambda c: "qpv" in c.zonings),
    Column("frr_zrr", _("classée FRR ou ZRR"), lambda c: bool(RURAL_LISTS & set(c.zonings))),
    Column("densite", _("niveau de densité, de 1 à 7"), lambda c: c.density),
    Column("revenu_median", _("revenu médian annuel, en euros"), lambda c: c.income),
    Column(
        "minutes_bas", _("minutes, bas de la fourchette (temps estimés)"), lambda c: c.minutes_low
    ),
    Column(
        "minutes_haut",
        _("minutes, haut de la fourchette (temps estimés)"),
        lambda c: c.minutes_high,
    ),
)
EPCI_COLUMNS: tuple[Column[EpciResult], ...] = (
    Column("code_epci", _("SIREN de l’intercommunalité"), lambda e: e.siren),
    Column("epci", _("nom de l’intercommunalité"), lambda e: e.name),
    Column("communes", _("communes de ce département"), lambda e: e.communes),
    Column("public", _("personnes du public, arrondies à 5"), lambda e: published(e.people)),
    Column("score_acces", _("score d’accès de la personne moyenne"), lambda e: _score(e.score)),
    Column("couverture", _("part du public à portée"), lambda e: _score(e.coverage)),
    Column(
        "personnes_eloignees",
        _("personnes au-delà du seuil, arrondies à 5"),
        lambda e: published(e.far_people),
    ),
    Column("communes_non_desservies", _("communes non desservies"), lambda e: e.unserved_communes),
    Column("score_bas", _("score, bas de la fourchette"), lambda e: _score(e.score_low)),
    Column("score_haut", _("score, haut de la fourchette"), lambda e: _score(e.score_high)),
    Column(
        "couverture_bas", _("part à portée, bas de la fourchette"), lambda e: _score(e.coverage_low)
    ),
    Column(
        "couverture_haut",
        _("part à portée, haut de la fourchette"),
        lambda e: _score(e.coverage_high),
    ),
    Column(
        "face_au_departement",
        _("score sûrement plus bas (-1) ou plus haut (1) que le département, ou 0"),
        lambda e: e.against,
    ),
)


def values(columns: tuple[Column[Row], ...], row: Row) -> list[Any]:
    """The plain values of one row."""
    return [column.value(row) for column in columns]
