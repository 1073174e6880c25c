"""Write the closed experiment of 2024–2025 among the programmes, read only."""

from typing import Any

from django.core.management.base import BaseCommand

from maillage.support import experiment


class Command(BaseCommand):
    help = "Record the closed 2024-2025 experiment of ten départements (twice is harmless)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it if it is not there; print one line."""
        programme = experiment.record()
        self.stdout.write(f"{programme.key}: {programme.get_status_display()}")
