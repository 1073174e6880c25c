"""Read a CSV file, plain or gzipped, and note every fault instead of stopping at the first."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from maillage.territory.imports.report import Fault, FileRefused

T = TypeVar("T")
SEPARATORS = ";,\t|"
NOT_PUBLISHED = frozenset({"", "s", "ns", "nd", "n/a", "na", "c", "null", "\\n"})
SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009"))
MOST = 2_147_483_647  # what a stored count can hold
YEAR = {"{year}": r"(?P<year>(?:19|20)\d\d)", "{yy}": r"(?P<yy>\d\d)"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the name used here, and the headers it is published under.

    "naissances_{year}" and "Q2{yy}" stand for any year; the latest is read.
    """

    name: str
    headers: tuple[str, ...]
    required: bool = True


@dataclass(slots=True)
class Check:
    """The faults of one file, gathered while it is read."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def fault(
        self, sentence: object, *, row: int | None = None, column: str = "", value: str = ""
    ) -> None:
        """Note one fault; reading goes on."""
        self.faults.append(Fault(row, column, value, str(sentence)))

    def refuse_if_faulty(self) -> None:
        """Raise `FileRefused` with every fault, in the order of the file, if there is one."""
        if self.faults:
            ordered = sorted(self.faults, key=lambda fault: fault.row or 0)
            raise FileRefused(self.file, ordered)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; a value that cannot be read becomes a fault and returns None."""

    number: int
    cells: dict[str, str]  # by the name used here
    headers: dict[str, str]  # that name → the header of the file
    check: Check

    def text(self, name: str) -> str:
        """Return the cell without surrounding spaces; "" where the column is absent."""
        return self.cells.get(name, "")

    def wanted(self, name: str) -> str:
        """Return the cell; an empty one is a fault."""
        found = self.text(name)
        if not found:
            self.fault(name, _("cette case ne peut pas être vide."))
        return found

    def short(self, name: str, longest: int) -> str:
        """Return the cell, which must be filled and no longer than what is kept."""
        found = self.wanted(name)
        if len(found) > longest:
            self.fault(name, _("{n} caractères au plus.").format(n=longest))
        return found

    def whole(self, name: str) -> int | None:
        """Return a whole number >= 0; None when it is not published."""
        return self._read(name, int, _("un nombre entier est attendu."))

    def number_of(self, name: str) -> float | None:
        """Return a number, "542,7" or "542.7"; None when it is not published."""
        return self._read(name, float, _("un nombre est attendu."))

    def positive(self, name: str) -> float | None:
        """Return a number >= 0; None when it is not published."""
        found = self.number_of(name)
        if found is not None and found < 0:
            self.fault(name, _("un nombre négatif n’a pas de sens ici."))
            return None
        return found

    def published(self, name: str) -> bool:
        """Say whether the producer gives a value: secret and empty cells are not faults."""
        return self.text(name).lower() not in NOT_PUBLISHED

    def fault(self, name: str, sentence: object) -> None:
        """Note a fault of one cell of this line."""
        self.check.fault(
            sentence, row=self.number, column=self.headers.get(name, name), value=self.text(name)
        )

    def _read(self, name: str, kind: Callable[[str], T], sentence: str) -> T | None:
        if not self.published(name):
            return None
        plain = self.text(name).translate(SPACES).replace(",", ".")
        try:
            found = kind(plain)
            finite = abs(float(plain)) < float("inf") and (
                kind is not int or 0 <= int(plain) <= MOST
            )
        except ValueError:
            finite = False
        if not finite:
            self.fault(name, sentence)
            return None
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file: its header and its lines, checked for shape only."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    check: Check
    years: dict[str, int] = field(default_factory=dict)  # of the columns that carry theirs

    def has(self, name: str) -> bool:
        """Say whether an optional column is there."""
        return bool(self.rows) and name in self.rows[0].headers


def read_text(path: Path, check: Check, encoding: str = "utf-8-sig") -> str:
    """Return the text of a file, unzipped if need be; a wrong encoding is a fault."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        check.fault(_("le fichier ne peut pas être lu ({reason}).").format(reason=reason))
        check.refuse_if_faulty()
    if b"\0" in raw:
        check.fault(_("ce n’est pas un fichier texte : enregistrez le tableau au format CSV."))
        check.refuse_if_faulty()
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        check.fault(
            _(
                "le fichier n’est pas en UTF-8 (octet 0x{byte:02X}). Enregistrez-le en"
                " « CSV UTF-8 », ou indiquez son encodage : --encoding cp1252."
            ).format(byte=raw[error.start]),
            row=raw.count(b"\n", 0, error.start) + 1,
        )
        check.refuse_if_faulty()
        raise AssertionError from error  # a fault was just noted


def read_table(
    path: Path, columns: Sequence[Column], check: Check, *, encoding: str = "utf-8-sig"
) -> Table:
    """Read a table whose columns may stand in any order among others.

    The separator is the one of the header. Missing columns are all named at once, each with the
    header of the file that looks most like it. Raises `FileRefused` when nothing can be read.
    """
    text = read_text(path, check, encoding)
    first = text[: text.find("\n") + 1 or None]
    separator = max(SEPARATORS, key=first.count)
    csv.field_size_limit(2**31 - 1)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = tuple(cell.strip() for cell in next(lines, ()))
        placed = _find_columns(header, columns, check)
        rows = tuple(_rows(lines, placed, len(header), check))
        years = {name: found.year for name, found in placed.items() if found.year}
    except csv.Error as error:
        check.fault(_("le tableau est mal formé ({reason}).").format(reason=error))
        check.refuse_if_faulty()
        raise AssertionError from error  # a fault was just noted
    if not rows:
        check.fault(_("le tableau ne contient aucune ligne."))
        check.refuse_if_faulty()
    return Table(header, rows, check, years)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column stands in a file."""

    position: int
    header: str
    year: int | None


def _find_columns(
    header: tuple[str, ...], columns: Sequence[Column], check: Check
) -> dict[str, _Place]:
    """Return where each column stands; refuse at once, naming all, when some are missing."""
    placed = {}
    for column in columns:
        found = _place(header, column)
        if found is not None:
            placed[column.name] = found
        elif column.required:
            _note_missing(header, column, check)
    repeated = sorted({cell for cell in header if cell and header.count(cell) > 1})
    for cell in repeated:
        check.fault(_("la colonne figure deux fois."), row=1, column=cell)
    check.refuse_if_faulty()
    return placed


def _place(header: tuple[str, ...], column: Column) -> _Place | None:
    """Find a column by the first of its headers that is there, of the latest year."""
    for template in column.headers:
        pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
        for mark, digits in YEAR.items():
            pattern = pattern.replace(mark, digits)
        found = [
            _Place(position, cell, _year(match))
            for position, cell in enumerate(header)
            if (match := re.fullmatch(pattern, cell, re.IGNORECASE))
        ]
        if found:
            return max(found, key=lambda place: place.year or 0)
    return None


def _year(match: re.Match[str]) -> int | None:
    named = match.groupdict()
    if "year" in named:
        return int(named["year"])
    return 2000 + int(named["yy"]) if "yy" in named else None


def _note_missing(header: tuple[str, ...], column: Column, check: Check) -> None:
    wanted = column.headers[0].replace("{year}", "AAAA").replace("{yy}", "AA")
    folded = {cell.casefold(): cell for cell in header if cell}
    near = get_close_matches(wanted.casefold(), folded, n=1, cutoff=0.6)
    hint = _(" Voulez-vous dire « {near} » ?").format(near=folded[near[0]]) if near else ""
    check.fault(_("la colonne manque.") + hint, row=1, column=wanted)


def _rows(
    lines: Iterable[list[str]], placed: dict[str, _Place], width: int, check: Check
) -> Iterable[Row]:
    headers = {name: place.header for name, place in placed.items()}
    reader = lines
    for cells in reader:
        number = getattr(reader, "line_num", 0)
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            check.fault(
                _("{found} cases au lieu de {width}.").format(found=len(cells), width=width),
                row=number,
            )
            continue
        values = {name: cells[place.position].strip() for name, place in placed.items()}
        yield Row(number, values, headers, check)


def unique(rows: Iterable[Row], key: Callable[[Row], object], label: str, check: Check) -> None:
    """Note every row whose key was already met, with the line where it was.

    `label` is the column that holds the key, or words for a key made of several.
    """
    met: dict[object, int] = {}
    for row in rows:
        found = key(row)
        if found in met:
            check.fault(
                _("déjà donné à la ligne {first}.").format(first=met[found]),
                row=row.number,
                column=row.headers.get(label, label),
                value=found if isinstance(found, str) else str(found),
            )
        else:
            met[found] = row.number
