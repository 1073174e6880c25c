"""The project itself, as the application that holds what spans every capability."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "maillage.config"
    label = "maillage_config"
    verbose_name = "Maillage"
