"""The list of France services (ANCT): places with real opening hours, day by day."""

from collections import defaultdict
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.directory.imports import contacts
from maillage.directory.imports.entries import Entry, Rule, Runner, kept_by_people, load_entries
from maillage.directory.imports.hour_cells import Oddity, read_hours
from maillage.directory.vocabulary import Kind
from maillage.organizations.models import Organization
from maillage.territory.imports.known_places import departement_of
from maillage.territory.imports.report import Counts
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Column, Row, Table, unique
from maillage.territory.models import Dataset, Departement

PREFIX = "fs:"
DAYS = {
    "monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR",
    "saturday": "SA",
}  # fmt: skip
ON_THE_ROAD = {"Bus_équivalent", "Itinérante"}
FORMATS = {"Fixe", "Multisites", "Fixe_antenne(s)", *ON_THE_ROAD}
TELL = {
    Oddity.CLOSED_FILLER: gettext_lazy("plage 00:00 - 00:00, lue comme fermé"),
    Oddity.REPEATED: gettext_lazy("plage répétée, gardée une fois"),
    Oddity.OVERLAPPING: gettext_lazy("plages qui se chevauchent, réunies et notées à vérifier"),
}
TO_CHECK = "horaires à vérifier avant de venir"
LONGEST_COMMENT = 1500


def parse(table: Table, context: Context) -> list[Entry]:
    """Return the entries of the loaded territory; every cell that is not understood is a fault."""
    unique(table.rows, lambda row: row.text("id"), "id_fs", context.check)
    held = kept_by_people(PREFIX)
    entries = []
    for row in table.rows:
        commune = context.places.commune(row, "commune", context.report)
        if f"{PREFIX}{row.text('id')}" in held:
            context.report.remark(_("fiche tenue ici par sa structure, laissée telle quelle"))
            continue
        entry = _entry(row, commune, context)
        if entry is not None:
            entries.append(entry)
    return entries


def _entry(row: Row, commune: str | None, context: Context) -> Entry | None:
    """Check the whole line, then keep it when its commune is loaded."""
    latitude, longitude = row.number_of("latitude"), row.number_of("longitude")
    _within(row, "latitude", latitude, 90)
    _within(row, "longitude", longitude, 180)
    outside_id, name = row.wanted("id"), contacts.mended(row.wanted("name"), context.report)
    if row.text("format") not in FORMATS:
        row.fault("format", _("format inconnu."))
    rules = _rules(row, context)
    if commune is None or latitude is None or longitude is None:
        return None
    return Entry(
        outside_id=f"{PREFIX}{outside_id}",
        runner=_runner(outside_id, name),
        kind=Kind.FRANCE_SERVICES,
        name=name[:150],
        description=_description(row, context),
        departement=departement_of(commune),
        commune=commune,
        latitude=latitude,
        longitude=longitude,
        address=_address(row, context),
        postcode=row.text("postcode")[:5],
        phone=contacts.phone(row.text("phone"), context.report),
        email=contacts.email(row.text("email"), context.report),
        website="https://www.france-services.gouv.fr/",
        modes=("mobile",) if row.text("format") in ON_THE_ROAD else ("on_site",),
        source=f"ANCT, liste France services, {context.options.vintage or SOURCE.vintage}",
        rules=rules,
    )


def _within(row: Row, name: str, found: float | None, limit: int) -> None:
    if found is None:
        row.fault(name, _("une coordonnée est attendue."))
    elif abs(found) > limit:
        row.fault(name, _("cette coordonnée n’est pas sur Terre."))


def _rules(row: Row, context: Context) -> tuple[Rule, ...]:
    """Return rules that gather the days with the same range."""
    days: defaultdict[tuple[time, time, str], list[str]] = defaultdict(list)
    for name, code in DAYS.items():
        hours = read_hours(row.text(name))
        for oddity in hours.oddities:
            if oddity is Oddity.NOT_UNDERSTOOD:
                row.fault(name, _("des horaires « 09:00 - 12:00 / 14:00 - 17:00 » sont attendus."))
            elif oddity is Oddity.OVERLAPPING:
                context.report.remark(
                    _("ligne {row}, colonne « {column} », « {value} » : {sentence}").format(
                        row=row.number,
                        column=row.headers[name],
                        value=row.text(name),
                        sentence=TELL[oddity],
                    )
                )
            else:
                context.report.remark(TELL[oddity])
        note = TO_CHECK if Oddity.OVERLAPPING in hours.oddities else ""
        for opens_at, closes_at in hours.ranges:
            days[opens_at, closes_at, note].append(code)
    return tuple(
        (tuple(codes), opens_at, closes_at, note)
        for (opens_at, closes_at, note), codes in sorted(days.items())
    )


def _runner(outside_id: str, name: str) -> Runner:
    post = "la poste" in name.lower()
    if post:
        return Runner(
            f"{PREFIX}org:{outside_id}", Organization.Kind.COMPANY, f"La Poste : {name}"[:150]
        )
    return Runner(f"{PREFIX}org:{outside_id}", Organization.Kind.OTHER, name[:150])


def _description(row: Row, context: Context) -> str:
    told = [
        "Un agent vous aide dans vos démarches : Caf, santé, emploi, impôts, papiers."
        " C’est gratuit."
    ]
    if row.text("appointment") == "Oui":
        told.append("On peut prendre rendez-vous.")
    comment = contacts.mended(row.text("comment"), context.report)[:LONGEST_COMMENT]
    if len(comment) > 3:
        told.append(comment)
    return "\n".join(told)


def _address(row: Row, context: Context) -> str:
    parts = [contacts.mended(row.text(name), context.report) for name in ("address", "more")]
    return ", ".join(part for part in parts if part)[:200]


def load(entries: list[Any], dataset: Dataset) -> Counts:
    """Write the entries of every loaded département."""
    loaded = Departement.objects.filter(loaded=True).values_list("pk", flat=True)
    return load_entries(entries, prefix=PREFIX, departements=list(loaded))


SOURCE = Source(
    key="france_services",
    title=gettext_lazy("Liste des France services"),
    producer="ANCT",
    vintage="2024-08-01",
    columns=(
        Column("id", ("id_fs",)),
        Column("name", ("lib_fs",)),
        Column("commune", ("insee_com",)),
        Column("address", ("adresse",)),
        Column("more", ("complement_adresse",), required=False),
        Column("postcode", ("code_postal",)),
        Column("latitude", ("latitude",)),
        Column("longitude", ("longitude",)),
        Column("email", ("mail",), required=False),
        Column("phone", ("telephone",), required=False),
        Column("monday", ("h_lundi",)),
        Column("tuesday", ("h_mardi",)),
        Column("wednesday", ("h_mercredi",)),
        Column("thursday", ("h_jeudi",)),
        Column("friday", ("h_vendredi",)),
        Column("saturday", ("h_samedi",)),
        Column("appointment", ("prise_rdv",), required=False),
        Column("comment", ("commentaire",), required=False),
        Column("format", ("format_fs",)),
    ),
    parse=parse,
    load=load,
)
