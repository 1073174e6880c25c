"""An issued month as a table for a spreadsheet: the same statement gives the same bytes."""

from collections.abc import Sequence

from maillage.core.csv_files import FRENCH_SPREADSHEET, csv_bytes
from maillage.pooling.models import Statement, StatementShare

HEAD = (
    "mois", "version", "partie", "part_convenue_pct", "minutes", "dont_minutes_notees",
    "dont_minutes_reservees", "absences_comptees", "metres", "personnel_eur", "trajets_eur",
    "autres_eur", "total_eur", "empreinte",
)  # fmt: skip


def statement_csv(statement: Statement, shares: Sequence[StatementShare]) -> bytes:
    """One row for each share that the reader may see."""
    counted = "oui" if statement.agreement.counts_no_shows else "non"
    rows = [
        [
            f"{statement.month:%Y-%m}", statement.version, one.party.organization.name,
            one.party.quota, one.minutes, one.noted_minutes,
            one.minutes - one.noted_minutes, counted, one.metres, one.staff, one.travel,
            one.other, one.amount, statement.content_hash,
        ]
        for one in shares
    ]  # fmt: skip
    return csv_bytes([HEAD, *rows], FRENCH_SPREADSHEET)
