"""Read on standard input the report that a mail did not arrive; for the pipe of a mail server."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from maillage.core import bounces, receipts


class Command(BaseCommand):
    """Always ends well: a mail server would send an error back to whoever wrote."""

    help = "Read from standard input the report that a mail did not arrive."

    def handle(self, *args: Any, **options: Any) -> None:
        """Note the outcome and print one line."""
        found = bounces.read(sys.stdin.buffer.read())
        if found is None:
            self.stdout.write("Not a delivery report of ours: left alone.")
        elif found.outcome is None:
            self.stdout.write(f"{found.reference}: {found.reason}, still tried.")
        else:
            known = receipts.note(found.reference, found.outcome, found.reason, timezone.now())
            self.stdout.write(f"{found.reference}: {found.reason if known else 'unknown here'}")
