"""Translations, compiled by ourselves: a bare machine has no gettext programs."""

import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[1]


def sources(package: Path = PACKAGE) -> list[Path]:
    """Every catalogue of translations, of the whole and of each room."""
    return sorted(package.glob("**/locale/*/LC_MESSAGES/django.po"))


def compile_stale(catalogues: Iterable[Path] | None = None) -> int:
    """Compile what changed since it was last compiled; return how many.

    The new file replaces the old one at once, so a program that reads it meanwhile sees one or the
    other, whole.
    """
    made = 0
    for source in sources() if catalogues is None else catalogues:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        language = source.parents[1].name
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=source.stem, abort_invalid=True)
        aside = target.with_suffix(f".mo.{os.getpid()}")
        with aside.open("wb") as file:
            write_mo(file, catalogue)
        aside.replace(target)
        made += 1
    return made
