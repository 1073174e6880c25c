"""Every French string a person reads has its English: the check behind `make check`.

    python ops/translations.py           list what is missing or broken
    python ops/translations.py --write   add what is missing, empty, to the catalogue of its room

Strings are read from Python and from templates without the gettext programs: Django turns a
template into Python-like text, and Babel reads both.
"""

import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "web" / "maillage"
NAMES = (
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext",
    "pgettext_lazy", "npgettext", "npgettext_lazy", "ngettext_lazy",
)  # fmt: skip
WITH_CONTEXT = {name for name in NAMES if "pgettext" in name}
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdifrx]|\{(\w*)[^{}]*\}")

Message = tuple[str, str]  # context (or nothing) and the French string


def messages_of(file: Path) -> Iterator[tuple[Message, str]]:
    """The strings of one file: context and singular, then the plural or nothing."""
    text = file.read_text()
    if file.suffix != ".py":
        text = f"(\n{templatize(text, origin=str(file))}\n)"  # within brackets, indents are free
    found = extract_python(io.BytesIO(text.encode()), NAMES, (), {"encoding": "utf-8"})
    for _line, name, words, _comments in found:
        strings = [words] if isinstance(words, str) else [w or "" for w in words]
        context = strings.pop(0) if name in WITH_CONTEXT else ""
        plural = strings[1] if "n" in name.split("gettext")[0] and len(strings) > 1 else ""
        if strings and strings[0]:
            yield (context, strings[0]), plural


def sources() -> Iterator[Path]:
    """Code and templates that people see; tests and migrations aside."""
    for pattern in ("*.py", "*.html", "*.txt"):
        for file in sorted(PACKAGE.rglob(pattern)):
            within = file.relative_to(PACKAGE).parts
            if "tests" in within or "migrations" in within or "static" in within:
                continue
            if file.suffix == ".py" or "templates" in within:
                yield file


def translated() -> dict[Message, tuple[str, ...]]:
    """What the catalogues say in English; a fuzzy or empty entry says nothing."""
    known: dict[Message, tuple[str, ...]] = {}
    for file in sorted(PACKAGE.glob("**/locale/en/LC_MESSAGES/django.po")):
        with file.open("rb") as source:
            for entry in read_po(source, locale="en", abort_invalid=True):
                words = entry.string if isinstance(entry.string, tuple) else (entry.string,)
                if entry.id and not entry.fuzzy and all(words):
                    singular = entry.id[0] if isinstance(entry.id, tuple) else entry.id
                    known[(entry.context or "", singular)] = tuple(map(str, words))
    return known


def placeholders(text: str) -> set[str]:
    """The names that a sentence leaves open, so that a translation can be held to them."""
    return {found.group(1) or found.group(2) or "" for found in PLACEHOLDER.finditer(text)}


def faults() -> dict[Path, dict[Message, tuple[str, str]]]:
    """By file, each string at fault with its plural and the reason."""
    known = translated()
    found: dict[Path, dict[Message, tuple[str, str]]] = defaultdict(dict)
    for file in sources():
        for message, plural in messages_of(file):
            english = known.get(message)
            if english is None:
                found[file][message] = (plural, "no English")
            elif placeholders(english[-1]) != placeholders(plural or message[1]):
                found[file][message] = (plural, "its English has other placeholders")
    return found


def write(found: dict[Path, dict[Message, tuple[str, str]]]) -> None:
    """Add each missing string to its room's catalogue, for someone to fill in."""
    for file, messages in found.items():
        room = PACKAGE.joinpath(*file.relative_to(PACKAGE).parts[:1])
        target = (room if room.is_dir() else PACKAGE) / "locale/en/LC_MESSAGES/django.po"
        catalogue = Catalog(locale="en", charset="utf-8")
        if target.exists():
            with target.open("rb") as source:
                catalogue = read_po(source, locale="en")
        for (context, singular), (plural, _reason) in messages.items():
            catalogue.add((singular, plural) if plural else singular, context=context or None)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            write_po(out, catalogue, width=100, sort_output=True)


def main() -> int:
    """List the faults, or write the missing entries; fail while there is any."""
    found = faults()
    if "--write" in sys.argv[1:]:
        write(found)
    for file, messages in found.items():
        for (_context, singular), (_plural, reason) in messages.items():
            print(f"{file.relative_to(ROOT)}: {reason}: {singular!r}")
    number = sum(map(len, found.values()))
    print(f"{number} strings to translate." if number else "Every string has its English.")
    return 1 if number else 0


if __name__ == "__main__":
    sys.exit(main())
