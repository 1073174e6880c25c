"""`maillage worker`: run the jobs that wait in the database, until someone asks to stop."""

from typing import Any, cast

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


class Command(BaseCommand):
    help = "Run waiting jobs: mail, reminders, recomputations."
    requires_system_checks = []  # they load every page, which no job needs

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until a signal comes; the job at hand is finished first."""
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        with app.replace_connector(connector) as working:
            working.run_worker()
