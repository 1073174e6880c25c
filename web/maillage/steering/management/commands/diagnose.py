"""Rebuild a diagnosis as files: `maillage diagnose 70 --kind laep --minutes 30 --out folder`."""

import hashlib
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from maillage.core import scope
from maillage.steering import actions, charts, files, presentation
from maillage.steering.actions import Answer
from maillage.steering.forms import DiagnosisForm, loaded_departements
from maillage.steering.indicators import INDICATORS
from maillage.steering.inputs import departements
from maillage.steering.margins import words as margins
from maillage.steering.provenance_text import provenance

OPTIONS = {  # of the command → of the address
    "kind": "service", "audience": "public", "mode": "deplacement", "minutes": "minutes",
    "decay": "decroissance", "measure": "mesure", "unserved": "definition", "fraction": "part",
}  # fmt: skip


class Command(BaseCommand):
    """Write the tables, the map, the page and the report of one diagnosis."""

    help = "Write the tables, the map, the page and the report of one diagnosis."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the same words as the address of the page."""
        parser.add_argument("departement", help="code: 70")
        for name, field in OPTIONS.items():
            parser.add_argument(f"--{name}", default="", help=f"as {field} on the page")
        parser.add_argument("--language", default="fr", choices=["fr", "en"])
        parser.add_argument("--out", required=True, type=Path, help="folder, made if needed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse what is wrong in one sentence each; else write every file."""
        with override(options["language"]), transaction.atomic():
            scope.enter("public")
            answer = self._answer(options)
            made = [files.make(name, answer) for name in files.FILES]
            written = {file.filename: file.content for file in made}
            written["rapport.html"] = report(answer)
            written["LISEZMOI.txt"] = readme(answer, written)
            self._write(options["out"], written)
        self.stdout.write(
            _("%(n)d fichiers écrits dans %(folder)s ; empreinte des données %(hash)s")
            % {
                "n": len(written),
                "folder": options["out"],
                "hash": answer.diagnosis.data_hash[:16],
            }
        )

    def _answer(self, options: dict[str, Any]) -> Answer:
        everywhere = departements()
        loaded = loaded_departements(everywhere)
        code = options["departement"].upper().zfill(2)
        if code not in dict(loaded):
            raise CommandError(
                _("Le département %(code)s n’est pas chargé : maillage load_territory %(code)s")
                % {"code": code},
                returncode=2,
            )
        given = QueryDict(mutable=True)
        given["departement"] = code
        for name, field in OPTIONS.items():
            given[field] = str(options[name])
        form = DiagnosisForm(given, loaded, code)
        if form.errors:
            raise CommandError("\n".join(_faults(form)), returncode=2)
        return actions.answer(form.question, everywhere)

    def _write(self, folder: Path, written: dict[str, bytes]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in sorted(written.items()):
                (folder / name).write_bytes(content)
        except OSError as error:
            raise CommandError(
                _("Impossible d’écrire dans %(folder)s : %(why)s.")
                % {"folder": folder, "why": error.strerror},
                returncode=2,
            ) from error


def _faults(form: DiagnosisForm) -> list[str]:
    """One line per option: what is wrong, without what a page would fall back on."""
    options = {field: name for name, field in OPTIONS.items()}
    return [
        f"--{options[field]} : {re.split(' ?: ', str(error))[0]}."
        for field, errors in form.errors.items()
        for error in errors
    ]


def report(answer: Answer) -> bytes:
    """One HTML page that needs nothing else: figures, tables, definitions, sources."""
    found = answer.diagnosis
    context = {
        "found": found,
        "title": found.question.title(),
        "subtitle": presentation.subtitle(found),
        "figures": [
            (indicator, indicator.shown(found), margins.range_words(found, indicator.code))
            for indicator in INDICATORS
        ],
        "unserved": presentation.commune_table(presentation.unserved_list(found)),
        "epcis": charts.epci_table(found),
        "notes": presentation.notes(found),
        "provenance": provenance(found),
        "map_name": files.make_name("carte.svg", found),
        "command": files.command(found.question),
    }
    return render_to_string("steering/report.html", context).encode()


def readme(answer: Answer, written: dict[str, bytes]) -> bytes:
    """What is in the folder, where it comes from, and the fingerprint of every file."""
    found = answer.diagnosis
    lines = [found.question.title(), presentation.subtitle(found), ""]
    lines += [f"{name} : {value}" for name, value in provenance(found)]
    lines += ["", _("Pour refaire ces fichiers :"), f"  {files.command(found.question)}", ""]
    lines.append(_("Empreintes (SHA-256) :"))
    lines += [
        f"  {hashlib.sha256(content).hexdigest()}  {name}"
        for name, content in sorted(written.items())
    ]
    return ("\n".join(lines) + "\n").encode()
