"""Try every address that families are sent to, and list those that do not answer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.directory import links
from maillage.directory.models import LinkCheck


class Command(BaseCommand):
    help = "Try every address that families are sent to, and list those that do not answer."

    def handle(self, *args: Any, **options: Any) -> None:
        """Try them all; print one line for each that fails, then the count."""
        outcomes = links.check(links.due(), now=timezone.now())
        failed = [url for url, found in outcomes.items() if found.state != LinkCheck.State.WORKS]
        for url in failed:
            self.stdout.write(f"{url} : {_(outcomes[url].reason)}")
        self.stdout.write(f"{len(outcomes)} addresses tried, {len(failed)} failed")
