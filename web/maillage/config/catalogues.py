"""Translations, compiled by ourselves: a bare machine has no gettext programs."""

import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[1]


def sources(package: Path = PACKAGE) -> list[Path]:
    """Every catalogue of translations, of the whole and of each room."""
    return sorted(package.glob("**/locale/*/LC_MESSAGES/django.po"))


def compile_stale(catalogues: Iterable[Path] | None = None) -> int:
    """Compile what changed since it was last compiled; return how many.

    The strings of the code are French, so French needs no translation but its own plural: none of
    something is singular there. It is made from the plural entries of the English catalogue.
    """
    made = 0
    for source in sources() if catalogues is None else catalogues:
        target = source.with_suffix(".mo")
        french = source.parents[2] / "fr" / "LC_MESSAGES" / target.name
        if all(_is_fresh(one, source) for one in (target, french)):
            continue
        language = source.parents[1].name
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=source.stem, abort_invalid=True)
        _write(target, catalogue)
        _write(french, _plurals_of(catalogue))
        made += 1
    return made


def _is_fresh(target: Path, source: Path) -> bool:
    return target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _write(target: Path, catalogue: Catalog) -> None:
    """Replace the file at once: a program that reads it meanwhile sees one or the other, whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(f".mo.{os.getpid()}")
    with aside.open("wb") as file:
        write_mo(file, catalogue)
    aside.replace(target)


def _plurals_of(catalogue: Catalog) -> Catalog:
    french = Catalog(locale="fr", domain=catalogue.domain)
    for message in catalogue:
        if isinstance(message.id, tuple):
            french.add(message.id, message.id, context=message.context)
    return french
