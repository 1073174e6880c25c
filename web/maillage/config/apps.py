"""The project itself, as the application that holds what spans every capability."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    name = "maillage.config"
    label = "maillage_config"
    verbose_name = "Maillage"


class StaticFiles(StaticFilesConfig):
    """Collect what pages ask for, and not the other builds that packages ship beside it.

    Compressing all of them takes forty seconds; these few take two.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("*.map", "*.rtl.*", "*.esm.*", "*-src*", "bootstrap-*", "bootstrap.css", "bootstrap.js"),
        *("bootstrap.bundle.js", "bootstrap.min.js", "htmx-2.js", "htmx-4*", "htmax-*", "hx-*"),
    ]
