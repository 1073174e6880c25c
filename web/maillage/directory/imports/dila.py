"""The directory of public services (DILA): the natures that help families, no other."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.directory.imports import contacts
from maillage.directory.imports.dila_json import read_json
from maillage.directory.imports.entries import Entry, Runner, kept_by_people, load_entries
from maillage.directory.vocabulary import Audience, Kind
from maillage.organizations.models import Organization
from maillage.territory.imports.known_places import departement_of
from maillage.territory.imports.report import Counts, Report
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Column, Row, Table, read_table, unique
from maillage.territory.models import Commune, Dataset, Departement

PREFIX = "dila:"
ASTRAY = 0.3  # degrees
COLUMNS = (
    Column("id", ("id",)),
    Column("type", ("type",)),
    Column("commune", ("code_insee",)),
    Column("name", ("nom",)),
    Column("address", ("adresse",)),
    Column("phone", ("telephone",)),
    Column("email", ("courriel",)),
    Column("site", ("site",)),
)


@dataclass(frozen=True, slots=True)
class Nature:
    """What a code of the producer is for families."""

    kind: Kind
    runner: Organization.Kind
    description: str
    topics: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    ages: tuple[int | None, int | None] = (None, None)
    joining: str = "phone"


_LEGAL = "Des professionnels du droit répondent à vos questions sur la famille, gratuitement."
_RIGHTS = ("rights_and_benefits",)
_SIX = (0, 71)  # up to the eve of the sixth birthday
_YOUTH = (192, 311)  # from 16 to 25 years
NATURES = {
    "pmi": Nature(
        Kind.PMI,
        Organization.Kind.DEPARTEMENT,
        "Puéricultrices, sages-femmes et médecins suivent la grossesse et les enfants de moins de"
        " 6 ans. C’est gratuit.",
        ages=_SIX,
    ),
    "pif": Nature(
        Kind.INFORMATION_POINT,
        Organization.Kind.OTHER,
        "On vous écoute et on vous oriente vers le bon service pour votre famille.",
    ),
    "cidf": Nature(Kind.LEGAL_ADVICE, Organization.Kind.ASSOCIATION, _LEGAL),
    "mjd": Nature(Kind.LEGAL_ADVICE, Organization.Kind.STATE, _LEGAL),
    "permanence_juridique": Nature(Kind.LEGAL_ADVICE, Organization.Kind.OTHER, _LEGAL),
    "msap": Nature(
        Kind.FRANCE_SERVICES,
        Organization.Kind.OTHER,
        "On vous aide dans vos démarches avec les services publics.",
        joining="walk_in",
    ),
    "caf": Nature(
        Kind.INFORMATION_POINT,
        Organization.Kind.CAF,
        "L’accueil de la caisse d’allocations familiales.",
        topics=_RIGHTS,
    ),
    "msa": Nature(
        Kind.INFORMATION_POINT,
        Organization.Kind.MSA,
        "L’accueil de la mutualité sociale agricole.",
        topics=_RIGHTS,
    ),
    "maison_handicapees": Nature(
        Kind.INFORMATION_POINT,
        Organization.Kind.OTHER,
        "La maison départementale des personnes handicapées informe et ouvre les droits.",
        topics=("disability_everyday", "rights_and_benefits"),
    ),
    "mission_locale": Nature(
        Kind.INFORMATION_POINT,
        Organization.Kind.ASSOCIATION,
        "Pour les jeunes de 16 à 25 ans : emploi, logement, santé, vie quotidienne.",
        topics=("leaving_home",),
        audiences=(Audience.TEENAGERS,),
        ages=_YOUTH,
    ),
    "cij": Nature(
        Kind.INFORMATION_POINT,
        Organization.Kind.ASSOCIATION,
        "L’information des jeunes : études, métiers, logement, loisirs, santé.",
        topics=("leaving_home", "holidays_leisure"),
        audiences=(Audience.TEENAGERS,),
        joining="walk_in",
    ),
}


def parse(table: Table, context: Context) -> list[Entry]:
    """Return the entries that help families in the loaded territory."""
    unique(table.rows, lambda row: row.text("id"), "id", context.check)
    held = kept_by_people(PREFIX)
    homes = Commune.objects.in_bulk()
    entries = []
    for row in table.rows:
        nature = NATURES.get(row.wanted("type"))
        if nature is None:
            context.report.remark(
                _("nature « {type} », laissée de côté").format(type=row.text("type"))
            )
            continue
        code = context.places.commune(row, "commune", context.report)
        if f"{PREFIX}{row.text('id')}" in held:
            context.report.remark(_("fiche tenue ici par sa structure, laissée telle quelle"))
        elif code is not None:
            entries.append(_entry(row, nature, homes[code], context))
    return entries


def read(path: Path, context: Context) -> Table:
    """Read the table of 2019, or the JSON published since 2022."""
    if ".json" in path.suffixes:
        return read_json(path, context)
    return read_table(path, COLUMNS, context.check, encoding=context.options.encoding)


def _entry(row: Row, nature: Nature, home: Commune, context: Context) -> Entry:
    """Place the entry where the file says, else at the town hall."""
    report = context.report
    latitude, longitude = row.number_of("latitude"), row.number_of("longitude")
    found = _near(home, latitude, longitude, report)
    name = contacts.mended(row.wanted("name"), report)[:150]
    street, postcode = _address(row, context)
    return Entry(
        outside_id=f"{PREFIX}{row.text('id')}",
        runner=Runner(f"{PREFIX}org:{row.text('id')}", nature.runner, name),
        kind=nature.kind,
        name=name,
        description=nature.description,
        departement=departement_of(home.pk),
        commune=home.pk,
        latitude=found[0] if found else home.latitude,
        longitude=found[1] if found else home.longitude,
        at_town_hall=found is None,
        step_free={"ACC": True, "NAC": False}.get(row.text("access")),
        address=street,
        postcode=postcode,
        phone=contacts.phone(row.text("phone"), report),
        email=contacts.email(row.text("email"), report),
        website=contacts.site(row.text("site"), report),
        joining=nature.joining,
        topics=nature.topics,
        audiences=nature.audiences,
        minimum_age=nature.ages[0],
        maximum_age=nature.ages[1],
        expectant=nature.kind is Kind.PMI,
        source=f"DILA, annuaire de l’administration, {context.options.vintage or SOURCE.vintage}",
    )


def _near(
    home: Commune, latitude: float | None, longitude: float | None, report: Report
) -> tuple[float, float] | None:
    """Return the point of the file, unless it is missing or plainly in another region."""
    if latitude is None or longitude is None:
        return None
    if abs(latitude - home.latitude) > ASTRAY or abs(longitude - home.longitude) > ASTRAY:
        report.remark(_("point à plus de 30 km de sa commune : celui de la mairie est gardé"))
        return None
    return latitude, longitude


def _address(row: Row, context: Context) -> tuple[str, str]:
    """Split « 16 rue de l’Europe,70100,Gray »: street and postcode."""
    text = contacts.mended(row.text("address"), context.report)
    parts = [part.strip() for part in text.rsplit(",", 2)]
    if len(parts) == 3 and parts[1].isdigit() and len(parts[1]) == 5:
        return parts[0][:200], parts[1]
    if text:
        context.report.remark(_("adresse sans code postal à sa place, gardée entière"))
    return text[:200], ""


def load(entries: list[Any], dataset: Dataset) -> Counts:
    """Write the entries of every loaded département."""
    loaded = Departement.objects.filter(loaded=True).values_list("pk", flat=True)
    return load_entries(entries, prefix=PREFIX, departements=list(loaded))


SOURCE = Source(
    key="dila",
    title=gettext_lazy("Annuaire de l’administration"),
    producer="DILA",
    vintage="2019-10",
    columns=COLUMNS,
    read=read,
    parse=parse,
    load=load,
)
