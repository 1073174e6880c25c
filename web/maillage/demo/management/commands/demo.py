"""`maillage demo`: load the demonstration network, or take it away."""

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from maillage.core.errors import DomainError
from maillage.demo import actions, network
from maillage.demo.scale import departements


class Command(BaseCommand):
    help = "Load the invented network of Haute-Saône (again and again if you like)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--on", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD",
            help="the day that schedules and verifications are relative to (default: today)",
        )  # fmt: skip
        parser.add_argument(
            "--scale", type=int, default=1, metavar="N",
            help="lay the network in N départements, their territory loaded when it is not",
        )  # fmt: skip
        parser.add_argument("--remove", action="store_true", help="take all of it away")

    def handle(self, **options: Any) -> None:
        """Do it, and say in one line what stands now."""
        began = time.monotonic()
        try:
            said = self._remove() if options["remove"] else self._load(**options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{said} ({time.monotonic() - began:.1f} s)")

    def _load(self, *, on: date | None, scale: int, **_: Any) -> str:
        done = actions.load(network.read(), departements(scale), on or timezone.localdate())
        return (
            f"demo: {done.organizations} organizations, {done.services} services,"
            f" {done.venues} venues, {done.schedules} schedules, {done.openings} openings"
        )

    def _remove(self) -> str:
        return f"demo: {actions.remove()} services removed"
