"""Priority areas: QPV (2015 generation), ZRR and FRR. A QPV exists only in a town."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.imports.known_places import departement_of, departements_of
from maillage.territory.imports.observations import commune_rows, once_each
from maillage.territory.imports.report import Counts
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.store import upsert
from maillage.territory.imports.table import Column, Row, Table, unique
from maillage.territory.models import Dataset, Zoning
from maillage.territory.spelling import plain

Kind = Zoning.Kind
KEY = ("kind", "generation", "code")
VALUES = ("name", "status", "population", "figures", "dataset_id")


@dataclass(frozen=True, slots=True)
class Area:
    """One zoning and the loaded communes it covers."""

    kind: str
    code: str
    generation: str
    name: str
    communes: tuple[str, ...]
    status: str = ""
    population: int | None = None
    figures: dict[str, float] = field(default_factory=dict)


def load(areas: list[Any], dataset: Dataset) -> Counts:
    """Write the areas, link their communes, take out those that left the list."""
    rows = [
        Zoning(
            kind=area.kind,
            code=area.code,
            generation=area.generation,
            name=area.name,
            status=area.status,
            population=area.population,
            figures=area.figures,
            dataset=dataset,
        )
        for area in areas
    ]
    counts = upsert(Zoning, rows, key=KEY, values=VALUES)
    counts.removed = _remove_others(areas)
    ids = {
        (kind, code): pk for kind, code, pk in _same_lists(areas).values_list("kind", "code", "pk")
    }
    links = Zoning.communes.through
    wanted = {(ids[area.kind, area.code], code) for area in areas for code in area.communes}
    stored = {
        (zoning, commune): pk
        for pk, zoning, commune in links.objects.filter(zoning_id__in=ids.values()).values_list(
            "pk", "zoning_id", "commune_id"
        )
    }
    gone = [pk for pair, pk in stored.items() if pair not in wanted]
    links.objects.filter(pk__in=gone).delete()
    links.objects.bulk_create(
        [links(zoning_id=zoning, commune_id=commune) for zoning, commune in wanted - set(stored)],
        batch_size=2000,
    )
    return counts


def _same_lists(areas: list[Area]) -> Any:
    lists = {(area.kind, area.generation) for area in areas}
    chosen = Q(pk__in=[])
    for kind, generation in sorted(lists):
        chosen |= Q(kind=kind, generation=generation)
    return Zoning.objects.filter(chosen)


def _remove_others(areas: list[Area]) -> int:
    """Take out the communes of the départements of the file that it no longer lists."""
    if not areas or areas[0].kind == Kind.QPV:
        return 0
    listed = {(area.kind, area.code) for area in areas}
    here = departements_of(area.code for area in areas)
    kinds = {Kind.ZRR} if areas[0].kind == Kind.ZRR else {Kind.FRR, Kind.FRR_PLUS}
    gone = [
        pk
        for pk, kind, code in Zoning.objects.filter(
            kind__in=kinds, generation=areas[0].generation
        ).values_list("pk", "kind", "code")
        if (kind, code) not in listed and departement_of(code) in here
    ]
    return Zoning.objects.filter(pk__in=gone).delete()[1].get("territory.Zoning", 0)


ZRR_STATUS = {"C": "classée", "PC": "partiellement classée", "NC": ""}
FRR_STATUS = {
    "frr": Kind.FRR,
    "frr plus": Kind.FRR_PLUS,
    "non classee": None,
    "nc": None,
    "non": None,
    "": None,
}


def parse_zrr(table: Table, context: Context) -> list[Area]:
    """Return the communes classed, wholly or in part."""
    areas = []
    for row, code in _listed(table, context):
        status = row.text("status").upper().split(" ")[0]
        if status not in ZRR_STATUS:
            row.fault("status", _("C, PC ou NC est attendu."))
        elif ZRR_STATUS[status]:
            areas.append(_commune_area(Kind.ZRR, code, ZRR_STATUS[status], context))
    return areas


def parse_frr(table: Table, context: Context) -> list[Area]:
    """Return the communes listed as FRR or FRR+."""
    areas = []
    for row, code in _listed(table, context):
        status = plain(row.text("status").replace("+", " plus"))
        if status not in FRR_STATUS:
            row.fault("status", _("FRR, FRR+ ou « non classée » est attendu."))
            continue
        kind = FRR_STATUS[status]
        if kind is not None:
            areas.append(_commune_area(kind, code, str(kind.label), context))
    return areas


def _listed(table: Table, context: Context) -> list[tuple[Row, str]]:
    """Return rows once per commune of today: parts of a merged commune count with their whole."""
    rows = commune_rows(table.rows, "code", context, additive=True)
    once_each(rows, "code", context)
    today = {code: row for row, code in reversed(rows)}
    for row, code in rows:
        if row.text("code").zfill(5) == code:
            today[code] = row
    return [(row, code) for code, row in today.items()]


def _commune_area(kind: str, code: str, status: str, context: Context) -> Area:
    generation = context.options.vintage or context.report.vintage
    return Area(kind, code, generation, context.places.communes[code], (code,), status)


QPV_FIGURES = {
    "share_under_25": "TX_TOT_0A24",
    "recipients": "A",
    "recipients_persons": "PERCOU",
    "recipients_single_parents": "AM",
    "children_0_2": "ENF_2",
    "children_3_5": "ENF_3_5",
    "children_6_10": "ENF_6_10",
    "children_11_14": "ENF_11_14",
    "children_15_17": "ENF_15_17",
}


def parse_qpv(table: Table, context: Context) -> list[Area]:
    """Return the QPV of the towns that are loaded, found by name: the file gives no commune code.

    The département is in the code of the QPV (QP070001); a district counts for its city.
    """
    by_name = _communes_by_name(context.places.communes)
    areas = []
    for row in table.rows:
        code = row.wanted("code").upper()
        if not _is_qpv_2015(code):
            row.fault("code", _("un code de 2015 est attendu, comme QP070001."))
            continue
        departement = code[2:5] if code.startswith("QP97") else code[3:5]
        towns = [town.strip() for town in row.text("towns").split(",") if town.strip()]
        found = {by_name.get((departement, _city(town))) for town in towns}
        here = tuple(sorted(code for code in found if code))
        if not here:
            _note_absent(row, departement, context)
            continue
        areas.append(_qpv(row, code, here))
    unique(table.rows, lambda row: row.text("code"), "CODGEO", context.check)
    return areas


def _note_absent(row: Row, departement: str, context: Context) -> None:
    if departement not in context.places.departements:
        context.report.outside += 1
    elif context.places.accept_former:
        context.report.remark(_("quartier d’une ancienne commune, laissé de côté"))
    else:
        row.fault(
            "towns",
            _(
                "aucune commune de ce nom dans ce département aujourd’hui. Si elle a fusionné :"
                " --accept-former-communes."
            ),
        )


def _is_qpv_2015(code: str) -> bool:
    return len(code) == 8 and code.startswith("QP") and code[5:].isdigit()


def _city(town: str) -> str:
    words = plain(town)
    return words.split(" ")[0] if "arrondissement" in words else words


def _communes_by_name(communes: dict[str, str]) -> dict[tuple[str, str], str]:
    return {(departement_of(code), plain(name)): code for code, name in communes.items()}


def _qpv(row: Row, code: str, communes: tuple[str, ...]) -> Area:
    figures = {name: value for name in QPV_FIGURES if (value := row.number_of(name)) is not None}
    return Area(
        kind=Kind.QPV,
        code=code,
        generation="2015",
        name=row.short("name", 200),
        communes=communes,
        population=row.whole("population"),
        figures=figures,
    )


def commune_list(
    key: str,
    title: str | Promise,
    parse: Callable[[Table, Context], list[Area]],
    headers: tuple[str, ...],
    vintage: str = "",
) -> Source:
    """Describe a list of communes with one status each."""
    return Source(
        key=key,
        title=title,
        producer="ANCT",
        vintage=vintage,
        columns=(
            Column("code", ("insee_code", "CODGEO", "code_insee", "insee_com")),
            Column("status", headers),
        ),
        parse=parse,
        load=load,
    )


ZRR = commune_list(
    "zrr",
    gettext_lazy("Communes classées en zone de revitalisation rurale (ZRR)"),
    parse_zrr,
    ("status", "ZRR", "statut"),
    vintage="2022",
)
FRR = commune_list(
    "frr",
    gettext_lazy("Communes classées France ruralités revitalisation (FRR)"),
    parse_frr,
    ("FRR", "status", "statut", "zonage"),
)
QPV_2015 = Source(
    key="qpv_2015",
    title=gettext_lazy("Quartiers prioritaires, génération 2015 : habitants et enfants"),
    producer="Insee, Cnaf, ANCT",
    vintage="2022",
    columns=(
        Column("code", ("CODGEO",)),
        Column("name", ("LIBGEO",)),
        Column("population", ("POP_MUN",)),
        Column("towns", ("LIB_COM",)),
        *(Column(name, (header,), required=False) for name, header in QPV_FIGURES.items()),
    ),
    parse=parse_qpv,
    load=load,
)
