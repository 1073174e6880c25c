"""What an import has to say: the faults of a file, or what was done with its rows."""

from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maillage.core.errors import DomainError

SHOWN = 60  # faults printed one by one; the rest are counted, and all are kept in the report
LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file, where it stands, and what to do about it."""

    row: int | None  # line of the file as an editor counts it; None for the whole file
    column: str
    value: str
    sentence: str

    def __str__(self) -> str:
        where = [_("ligne {row}").format(row=self.row)] if self.row is not None else []
        if self.column:
            where.append(_("colonne « {column} »").format(column=self.column))
        if self.value:
            where.append(f"« {self.value[:LONGEST_VALUE]} »")
        return f"{', '.join(where)} : {self.sentence}" if where else self.sentence


class FileRefused(DomainError):
    """A file holds faults: nothing of it was loaded."""

    code = "file_refused"
    message = _("Le fichier {file} est refusé : rien n’a été chargé. Corrigez-le, puis relancez.")
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(file=file)

    def lines(self) -> list[str]:
        """Return what to print: the refusal, then its faults in the order of the file."""
        count = len(self.faults)
        head = ngettext("{n} faute :", "{n} fautes :", count).format(n=count)
        shown = [f"  - {fault}" for fault in self.faults[:SHOWN]]
        if count > SHOWN:
            more = ngettext("… et {n} autre.", "… et {n} autres.", count - SHOWN)
            shown.append("  " + more.format(n=count - SHOWN))
        return [f"{self} {head}", *shown]


@dataclass(slots=True)
class Counts:
    """What happened to stored rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )


@dataclass(slots=True)
class Report:
    """What an import did, or would have done."""

    title: str
    file: str
    vintage: str
    dry_run: bool = False
    rows_read: int = 0
    rows_kept: int = 0
    outside: int = 0  # rows about places that are not loaded: normal for a national file
    remarks: Counter[str] = field(default_factory=Counter)  # sentence → rows concerned
    counts: Counts = field(default_factory=Counts)

    def remark(self, sentence: object, rows: int = 1) -> None:
        """Count `rows` more about which the same thing is to be said."""
        if rows:
            self.remarks[str(sentence)] += rows

    def lines(self) -> list[str]:
        """Return what to print, one fact a line."""
        head = f"{self.title} ({self.vintage})"
        lines = [head + _(" : essai, rien n’est enregistré") if self.dry_run else head]
        lines.append(
            _("  {read} lignes lues, {kept} retenues, {outside} hors du territoire chargé").format(
                read=self.rows_read, kept=self.rows_kept, outside=self.outside
            )
        )
        lines += [f"  {rows} × {sentence}" for sentence, rows in sorted(self.remarks.items())]
        lines.append(
            _(
                "  {created} créées, {updated} mises à jour, {unchanged} inchangées,"
                " {removed} retirées"
            ).format(
                created=self.counts.created,
                updated=self.counts.updated,
                unchanged=self.counts.unchanged,
                removed=self.counts.removed,
            )
        )
        return lines
