"""Make every stored stretch of availability what the rules say, as far ahead as each one opens."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from maillage.agenda import occurrences


class Command(BaseCommand):
    help = "Expand the availability of every practitioner as far ahead as each rule opens."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild one practitioner after the other; print one line."""
        found = list(occurrences.rebuild_all(today=timezone.localdate()))
        self.stdout.write(f"{len(found)} agendas, {sum(found)} stretches of availability")
