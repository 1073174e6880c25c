"""Fetch → parse → check → load, the same for every source.

A source says which columns it needs and gives two functions. `parse` turns rows into records and
notes faults; it never writes. `load` writes records; it runs only when the whole file is sound.

    SOURCE = Source(key="births", title=…, producer=…, columns=(…), parse=parse, load=load)
    report = import_file(SOURCE, Path("births.csv.gz"), Options(vintage="2022"))

`import_file` raises `FileRefused` with every fault, and then nothing was written. With
`Options(dry_run=True)` everything is done and undone, so the counts are true.
"""

import codecs
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from maillage.core.errors import DomainError
from maillage.territory.imports.known_places import Places, known_places
from maillage.territory.imports.report import Counts, FileRefused, Report
from maillage.territory.imports.table import Check, Column, Table, read_table
from maillage.territory.locks import hold_territory
from maillage.territory.models import Dataset

LICENCE = "Licence Ouverte 2.0"
_VINTAGE = re.compile(r"[0-9A-Za-z.\-]{1,10}")


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who imports asked for."""

    vintage: str = ""
    dry_run: bool = False
    accept_former: bool = False
    encoding: str = "utf-8-sig"
    extra: tuple[tuple[str, str], ...] = ()  # what only one source needs: unit, mode

    def get(self, name: str) -> str:
        """Return an option of one source, or ""."""
        return dict(self.extra).get(name, "")


@dataclass(frozen=True, slots=True)
class Context:
    """What `parse` may use beside the table."""

    path: Path
    places: Places
    report: Report
    check: Check
    options: Options


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file."""

    key: str
    title: str | Promise
    producer: str
    columns: Sequence[Column]
    parse: Callable[[Table, Context], list[Any]]
    load: Callable[[list[Any], Dataset], Counts]
    vintage: str = ""  # used when the person states none
    dated_by: str = ""  # else the column whose year it is; with neither, it must be stated
    licence: str = LICENCE
    read: Callable[[Path, Context], Table] | None = None  # for what is not a plain table


def import_file(source: Source, path: Path, options: Options) -> Report:
    """Import one file in one transaction; raise `FileRefused` and write nothing if it is faulty."""
    stated = options.vintage or source.vintage
    report = Report(str(source.title), path.name, stated, dry_run=options.dry_run)
    check = Check(path.name)
    _check_words(source, options, stated, check)
    with transaction.atomic():
        hold_territory()
        places = known_places(accept_former=options.accept_former)
        context = Context(path, places, report, check, options)
        records = _sound_records(source, context)
        dataset = _dataset(source, context)
        report.counts = source.load(records, dataset)
        Dataset.objects.filter(pk=dataset.pk).update(
            rows_read=report.rows_read,
            rows_kept=report.rows_kept,
            notes=[f"{rows} × {sentence}" for sentence, rows in sorted(report.remarks.items())],
        )
        if options.dry_run:
            transaction.set_rollback(True)
    return report


def _sound_records(source: Source, context: Context) -> list[Any]:
    if source.read is not None:
        table = source.read(context.path, context)
    else:
        table = read_table(
            context.path, source.columns, context.check, encoding=context.options.encoding
        )
    context.report.rows_read = len(table.rows)
    if not context.report.vintage and source.dated_by in table.years:
        context.report.vintage = str(table.years[source.dated_by])
    if not context.places.communes:
        context.check.fault(
            _("aucune commune n’est chargée : lancez d’abord « maillage load_territory 70 ».")
        )
        context.check.refuse_if_faulty()
    records = source.parse(table, context)
    context.check.refuse_if_faulty()
    context.report.rows_kept = context.report.rows_kept or len(records)
    return records


def _check_words(source: Source, options: Options, vintage: str, check: Check) -> None:
    """Refuse what a person typed that cannot be kept."""
    if not vintage and not source.dated_by:
        check.fault(_("indiquez le millésime des données : --vintage 2024."))
    if vintage and not _VINTAGE.fullmatch(vintage):
        check.fault(_("le millésime tient en dix signes, comme 2024 ou 2024-07."), value=vintage)
    for name, longest in (("producer", 120), ("licence", 80)):
        if len(options.get(name)) > longest:
            check.fault(_("{n} caractères au plus.").format(n=longest), value=options.get(name))
    check.refuse_if_faulty()


def _dataset(source: Source, context: Context) -> Dataset:
    """Return the row of this very file, so that importing it twice changes nothing."""
    dataset, _new = Dataset.objects.get_or_create(
        key=source.key,
        vintage=context.report.vintage,
        sha256=hashlib.sha256(context.path.read_bytes()).hexdigest(),
        defaults={
            "title": str(source.title),
            "producer": context.options.get("producer") or source.producer,
            "licence": context.options.get("licence") or source.licence,
        },
    )
    return dataset


def add_arguments(parser: CommandParser) -> None:
    """Add what every import command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or .gz")
    parser.add_argument("--vintage", default="", help="vintage of the data, such as 2022")
    parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
    parser.add_argument(
        "--accept-former-communes",
        action="store_true",
        help="carry rows of merged communes over to the commune of today",
    )
    parser.add_argument("--encoding", default="utf-8-sig", help="default: %(default)s")


def options_from(arguments: dict[str, Any], *extra: str) -> Options:
    """Build `Options` from parsed arguments; `extra` names those of one source."""
    return Options(
        vintage=arguments["vintage"],
        dry_run=arguments["dry_run"],
        accept_former=arguments["accept_former_communes"],
        encoding=arguments["encoding"],
        extra=tuple((name, arguments.get(name) or "") for name in extra),
    )


def import_and_print(
    command: BaseCommand, source: Source, arguments: dict[str, Any], *extra: str
) -> Report:
    """Import as a command: print the report, or every fault and end with code 2."""
    try:
        codecs.lookup(arguments["encoding"])
        report = import_file(source, arguments["file"], options_from(arguments, *extra))
    except LookupError as error:
        sentence = _("L’encodage « {name} » n’existe pas. Exemples : utf-8, cp1252.")
        raise CommandError(sentence.format(name=arguments["encoding"]), returncode=2) from error
    except FileRefused as refused:
        raise CommandError("\n".join(refused.lines()), returncode=2) from refused
    except DomainError as error:
        raise CommandError(str(error), returncode=2) from error
    for line in report.lines():
        command.stdout.write(line)
    return report
