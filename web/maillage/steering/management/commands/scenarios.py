"""Rebuild the proposals of a plan as files: `maillage scenarios 70 --kind laep --out folder`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import override

from maillage.core import scope
from maillage.steering.inputs import departements
from maillage.steering.question import default_audience
from maillage.steering.scenarios import actions, exports, paper, wordings
from maillage.steering.scenarios.exports import OPTIONS
from maillage.steering.scenarios.plan import Plan

USUAL = Plan("")
WRITTEN = {
    "communes.csv": exports.communes_csv, "lieux.csv": exports.places_csv,
    "lieux.geojson": exports.geojson, "dossier.pdf": paper.pdf,
}  # fmt: skip


class Command(BaseCommand):
    """Write the tables, the places and the paper of one plan."""

    help = "Write the tables, the places and the paper of one plan."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what the page takes."""
        parser.add_argument("departement", help="code: 70")
        for option, field in OPTIONS.items():
            usual = "" if field == "audience" else getattr(USUAL, field)
            parser.add_argument(f"--{option}", dest=field, default=usual, type=type(usual))
        parser.add_argument("--language", default="fr", choices=["fr", "en"])
        parser.add_argument("--out", required=True, type=Path, help="folder, made if needed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse what is wrong in one sentence; else write every file."""
        given = {field: options[field] for field in OPTIONS.values()}
        given["audience"] = given["audience"] or default_audience(given["kind"]).value
        plan = Plan(options["departement"], **given)
        with override(options["language"]), transaction.atomic():
            scope.enter("public")
            if plan.departement not in {row.code for row in departements() if row.loaded}:
                raise CommandError(f"maillage load_territory {plan.departement}", returncode=2)
            made = actions.outcome(plan)
            if made.refusal[0]:
                raise CommandError(wordings.refusal(made), returncode=2)
            options["out"].mkdir(parents=True, exist_ok=True)
            for name, make in WRITTEN.items():
                (options["out"] / name).write_bytes(make(made))
        self.stdout.write(f"{len(WRITTEN)} : {options['out']} ; {made.data_hash[:16]}")
