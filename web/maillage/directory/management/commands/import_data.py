"""Import one file of open data: the sources of the territory, and those of the directory."""

from maillage.directory.imports.sources import SOURCES
from maillage.territory.imports import sources as territory
from maillage.territory.management.commands import import_data


class Command(import_data.Command):
    sources = territory.SOURCES | SOURCES
