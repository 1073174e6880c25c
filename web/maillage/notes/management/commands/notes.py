"""`maillage notes`: the outer key of private notes. No sub-command opens a note; none could."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.errors import DomainError
from maillage.notes import outer, rotation


class Command(BaseCommand):
    help = "Look after the key that wraps the keys of private notes: check, new-key, rotate."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one thing to do."""
        parser.add_argument(
            "what",
            choices=["check", "new-key", "rotate"],
            help="check: try every key. new-key: add a version to the file of keys."
            " rotate: wrap every key again under the last version; stopped, it may be run again.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say so in one line."""
        try:
            done = {"check": check, "new-key": new_key, "rotate": rotate}[options["what"]]()
        except (DomainError, outer.BadKey) as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(done)


def check() -> str:
    """Try every key; a key that does not open is a fault of code 2."""
    found = rotation.standing()
    counted = ", ".join(f"{count} by version {v}" for v, count in found.by_version.items())
    said = f"{found.opening} keys open; wrapped: {counted or 'none'}; current: {found.current}."
    if found.closed:
        raise CommandError(f"{found.closed} keys do not open. {said}")
    return said


def new_key() -> str:
    """Add a version to the file of keys; nothing changes until `rotate`."""
    if settings.NOTES_KEY_COMMAND or settings.NOTES_KEY or not settings.NOTES_KEY_FILE:
        raise CommandError("new-key works on NOTES_KEY_FILE; add a version where your key is held.")
    file = Path(settings.NOTES_KEY_FILE)
    if outer.make_file(file):
        return f"Version 1 written in {file}. Copy this file apart from the backups."
    version = outer.add_version(file)
    return f"Version {version} added to {file}. Copy it to every machine, then: notes rotate."


def rotate() -> str:
    """Wrap every key again under the current version."""
    return f"{rotation.rotate()} keys wrapped again by version {outer.ring().current}."
