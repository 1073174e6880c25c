"""Every source of the directory by the name one types: `maillage import_data dila FILE`."""

from maillage.directory.imports import dila, france_services

SOURCES = {source.key: source for source in (dila.SOURCE, france_services.SOURCE)}
