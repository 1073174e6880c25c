"""Import one file of open data: `maillage import_data births communes.csv.gz --dry-run`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maillage.territory.imports.run import add_arguments, import_and_print
from maillage.territory.imports.sources import SOURCES


class Command(BaseCommand):
    """Check a whole file, then load it in one transaction, or say everything that is wrong."""

    help = "Import one file of open data, all of it or nothing."
    sources = SOURCES  # a room above adds its own

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the source, the file and how to read it."""
        parser.add_argument("source", choices=sorted(self.sources))
        add_arguments(parser)
        parser.add_argument("--unit", choices=("minutes", "seconds"), help="of a square of times")
        parser.add_argument("--mode", default="car", help="of travel times: car, bicycle or foot")
        parser.add_argument("--producer", help="of travel times: who made them")
        parser.add_argument("--licence", help="of travel times: on what terms")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the source."""
        import_and_print(
            self, self.sources[options["source"]], options, "unit", "mode", "producer", "licence"
        )
