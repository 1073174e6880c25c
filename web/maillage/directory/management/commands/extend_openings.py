"""Make every stored opening what the rules say, 26 weeks ahead."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from maillage.directory import openings


class Command(BaseCommand):
    help = "Expand the opening rules of every service over the coming 26 weeks."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild batch by batch; print one line."""
        total = openings.Rebuilt(0, 0, 0)
        for done in openings.rebuild_all(today=timezone.localdate()):
            total += done
        self.stdout.write(
            f"{total.services} services, {total.added} openings added, {total.removed} removed"
        )
