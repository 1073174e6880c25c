"""List the messages that are late or were given up, and let one leave again."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.core.stuck import stuck, try_again


class Command(BaseCommand):
    """Addresses are shortened: a terminal is often shared."""

    help = "List messages that are late or were given up; --retry ID lets one leave again."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--retry` takes the number that the list shows."""
        parser.add_argument("--retry", metavar="ID", help="let this message leave again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each, and a summary."""
        if options["retry"]:
            self._retry(options["retry"])
            return
        with scope.system():
            found = list(stuck(timezone.now()))
        for message in found:
            self.stdout.write(line(message))
        self.stdout.write(f"{len(found)} message(s) late or given up.")

    def _retry(self, key: str) -> None:
        try:
            known = try_again(str(UUID(key)))
        except ValueError as error:
            raise CommandError(f"{key!r} is not the number of a message.") from error
        if not known:
            raise CommandError("No message given up has this number, or its text was erased.")
        self.stdout.write("It will leave again.")


def line(message: OutboxMessage) -> str:
    """Say one message without its text or its whole address."""
    whom = f"{message.recipient[:3]}…{message.recipient[-4:]}"
    written = timezone.localtime(message.created_at)
    return (
        f"{message.pk}  {written:%Y-%m-%d %H:%M}  {message.channel:<5}  {message.state:<9}"
        f"  {message.attempts} tries  {whom}  {message.last_error}"
    )
